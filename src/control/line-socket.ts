import type { Socket } from "node:net";

/**
 *   socket ─chunks→ lines of bounded length ─→ hear          a line that is too long ends the socket
 */
export function hearLines(socket: Socket, mostBytes: number, hear: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > mostBytes || lines.some((line) => line.length > mostBytes)) {
      rest = "";
      socket.destroy();
      return;
    }
    for (const line of lines) if (!socket.destroyed) hear(line);
  });
}

/** JSON of one object; null for whatever else stands there. */
export function objectIn(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
