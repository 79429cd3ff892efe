import { rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Command } from "../domain/command.ts";
import { handshakePath, newToken, sameToken, writeHandshake } from "./handshake.ts";
import type { Verdict } from "./wire.ts";
import { mostRequestBytes, parseRequest, printVerdict } from "./wire.ts";

/**
 *   other process ─line─ 127.0.0.1 ─→ token? ─→ obey(command) ─verdict─→ other process
 *
 * Whatever connects may be hostile: few connections at a time, a line of bounded length, a deadline on the wall clock for
 * all of it. Nothing that happens here reaches the campaign but a command with the right token.
 */
export interface ControlServer {
  /** While a campaign is paused nothing else may be left to do: the process then lives for the command to come. */
  keepAwake(yes: boolean): void;
  /** Removes `control.json`, then cuts whoever is still connected. */
  close(): Promise<void>;
}

const mostConnections = 8;
const deadlineMs = 10_000;

/** Listens for commands to the campaign that runs into `folder`. `obey` answers when the command is in the record. */
export async function startControl(
  folder: string,
  obey: (command: Command) => Promise<Verdict>,
): Promise<ControlServer> {
  const token = newToken();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, token, obey);
  });
  server.maxConnections = mostConnections;
  const port = await listen(server);
  // Whoever might still call is no reason to go on: a campaign in which all wait for each other is found out by it.
  server.unref();
  writeHandshake(handshakePath(folder), { port, token, pid: process.pid });
  return {
    keepAwake: (yes) => {
      if (yes) server.ref();
      else server.unref();
    },
    close: async () => {
      rmSync(handshakePath(folder), { force: true });
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

function serve(socket: Socket, token: string, obey: (command: Command) => Promise<Verdict>): void {
  let line = "";
  let asked = false;
  const end = setTimeout(() => socket.destroy(), deadlineMs);
  const answer = (verdict: Verdict): void => {
    if (!socket.destroyed) socket.end(printVerdict(verdict));
  };
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(end));
  socket.on("data", (chunk: string) => {
    if (asked) return;
    line += chunk;
    const length = line.indexOf("\n");
    if (length < 0 && line.length <= mostRequestBytes) return;
    asked = true;
    const request = length < 0 || length > mostRequestBytes ? null : parseRequest(line.slice(0, length));
    line = "";
    if (request === null || !sameToken(request.token, token)) {
      // The same words for both: a stranger learns nothing from them.
      answer({ obeyed: false, detail: "refused" });
      return;
    }
    obey(request.command).then(answer, () =>
      answer({ obeyed: false, detail: "the campaign ended before it could obey" }),
    );
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, backlog: 64 }, () => {
      server.off("error", reject);
      // Out of file handles: the peer waits, the campaign does not care.
      server.on("error", () => undefined);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
