import { rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { Caller } from "./guard-duty.ts";
import type { GuardInfo } from "./guard-info.ts";
import type { Ask, Cut, Told, ToldFault } from "./guard-wire.ts";
import { mostAnswerBytes, mostAskBytes, parseAsk, parseHello } from "./guard-wire.ts";
import { handshakeAt, newToken, sameToken, writeHandshake } from "./handshake.ts";
import { hearLines } from "./line-socket.ts";

/**
 *   other process ─lines─ 127.0.0.1 ─→ hello with the token? ─→ ask ─reply→ other process
 *                                                     fault, cut ─→ every run
 *
 * Whatever connects may be hostile: few connections, a hello within a deadline, lines of bounded length, few questions at once,
 * and a reader that does not read is cut off. Nothing that happens here reaches an instrument but what came with the right token.
 */
export interface GuardServer {
  /** To the run that lost command. */
  cut(caller: Caller, cut: Cut): void;
  /** To every run. */
  fault(fault: ToldFault): void;
  /** Removes the handshake, if it is still this guard's, then cuts whoever is connected. */
  close(): Promise<void>;
}

const mostConnections = 16;
const helloMs = 2_000;
/** A run asks one thing a device at a time; more than this is no run. */
const mostAtOnce = 64;

export async function startGuardServer(
  path: string,
  info: GuardInfo,
  answer: (caller: Caller, ask: Ask) => Promise<Reply<unknown>>,
): Promise<GuardServer> {
  const token = newToken();
  const open = new Set<Socket>();
  const callers = new Map<Caller, Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    serve(socket, token, info, answer, callers);
  });
  server.maxConnections = mostConnections;
  const port = await listen(server);
  writeHandshake(path, { port, token, pid: process.pid });
  return {
    cut: (caller, cut) => {
      const socket = callers.get(caller);
      if (socket !== undefined) say(socket, { kind: "cut", cut });
    },
    fault: (fault) => {
      for (const [{ role }, socket] of callers) if (role === "run") say(socket, { kind: "fault", fault });
    },
    close: async () => {
      const found = handshakeAt(path);
      if (typeof found === "object" && found.pid === process.pid) rmSync(path, { force: true });
      for (const socket of open) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

function serve(
  socket: Socket,
  token: string,
  info: GuardInfo,
  answer: (caller: Caller, ask: Ask) => Promise<Reply<unknown>>,
  callers: Map<Caller, Socket>,
): void {
  let caller: Caller | null = null;
  let asked = 0;
  const end = setTimeout(() => socket.destroy(), helloMs);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(end);
    if (caller !== null) callers.delete(caller);
  });
  hearLines(socket, mostAskBytes, (line) => {
    if (caller === null) {
      const hello = parseHello(line);
      if (hello === null || !sameToken(hello.token, token)) {
        // The same for both: a stranger learns nothing.
        socket.destroy();
        return;
      }
      clearTimeout(end);
      caller = { role: hello.role, by: hello.by, pid: hello.pid, record: hello.record };
      callers.set(caller, socket);
      say(socket, { kind: "welcome", guard: info });
      return;
    }
    const found = parseAsk(line);
    if (found === null || asked >= mostAtOnce) {
      socket.destroy();
      return;
    }
    asked++;
    void answer(caller, found.ask)
      .catch((error: unknown) => refused(error instanceof Error ? error.message : String(error)))
      .then((reply) => {
        asked--;
        say(socket, { kind: "reply", id: found.id, reply });
      });
  });
}

function say(socket: Socket, told: Told): void {
  if (socket.destroyed) return;
  socket.write(`${JSON.stringify(told)}\n`);
  if (socket.writableLength > 4 * mostAnswerBytes) socket.destroy();
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, backlog: 64 }, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
