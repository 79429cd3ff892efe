import { connect } from "node:net";
import type { Socket } from "node:net";
import { RigError } from "../domain/errors.ts";
import type { Reply } from "../domain/reply.ts";
import { silence } from "../domain/reply.ts";
import { parseInfo } from "./guard-info.ts";
import type { GuardInfo } from "./guard-info.ts";
import type { Ask, Cut, Hello, ToldFault } from "./guard-wire.ts";
import { mostAnswerBytes, parseTold } from "./guard-wire.ts";
import { handshakeAt } from "./handshake.ts";
import { hearLines } from "./line-socket.ts";

/**
 * One connection to a guard.
 *
 *   ask ─{"id","ask",…}→ guard ─{"id","reply"}→ Reply        gone: silence at once, and `ended`
 */
export interface GuardLink {
  readonly info: GuardInfo;
  /** Silence after `withinMs`, or when the guard is gone. */
  ask(ask: Ask, withinMs?: number): Promise<Reply<unknown>>;
  /** Resolves when the connection is over, whoever ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

export interface GuardListener {
  fault(fault: ToldFault): void;
  cut(cut: Cut): void;
}

const welcomeMs = 1_000;
/** A rail that goes on may rest for 4 s before, and an instrument may try thrice. */
const longestMs = 30_000;

export type Introduction = Omit<Hello, "token">;

/** The guard behind this handshake; null where none is alive. RigError `environment` where it is of another radrig. */
export async function findGuard(
  path: string,
  hello: Introduction,
  listener: GuardListener = { fault: () => undefined, cut: () => undefined },
): Promise<GuardLink | null> {
  const handshake = handshakeAt(path);
  if (typeof handshake !== "object") return null;
  const socket = connect({ host: "127.0.0.1", port: handshake.port });
  socket.setNoDelay(true);
  const waiting = new Map<number, (reply: Reply<unknown>) => void>();
  const ended = new Promise<void>((over) => socket.once("close", () => over()));
  socket.on("error", () => socket.destroy());
  const info = await new Promise<unknown>((welcome) => {
    const late = setTimeout(() => socket.destroy(), welcomeMs);
    socket.once("close", () => {
      clearTimeout(late);
      welcome(null);
    });
    socket.once("connect", () => socket.write(`${JSON.stringify({ token: handshake.token, ...hello })}\n`));
    hearLines(socket, mostAnswerBytes, (line) => {
      const told = parseTold(line);
      if (told === null) socket.destroy();
      else if (told.kind === "welcome") {
        clearTimeout(late);
        welcome(told.guard);
      } else if (told.kind === "reply") waiting.get(told.id)?.(told.reply);
      else if (told.kind === "fault") listener.fault(told.fault);
      else listener.cut(told.cut);
    });
  });
  if (info === null) return null;
  const guard = parseInfo(info);
  if (guard === null) {
    socket.destroy();
    throw new RigError(
      "environment",
      `the guard of process ${handshake.pid} is of another version of radrig: end it, and start \`radrig guard\` of this one`,
    );
  }
  return { info: guard, ended, close: () => void socket.destroy(), ask: questions(socket, waiting) };
}

function questions(socket: Socket, waiting: Map<number, (reply: Reply<unknown>) => void>): GuardLink["ask"] {
  let last = 0;
  socket.once("close", () => {
    for (const answered of waiting.values()) answered(silence(0));
  });
  return (ask, withinMs = longestMs) =>
    new Promise((answered) => {
      if (socket.destroyed) {
        answered(silence(0));
        return;
      }
      const id = ++last;
      const finish = (reply: Reply<unknown>): void => {
        clearTimeout(late);
        waiting.delete(id);
        answered(reply);
      };
      const late = setTimeout(() => finish(silence(withinMs)), withinMs);
      waiting.set(id, finish);
      socket.write(`${JSON.stringify({ id, ...ask })}\n`);
    });
}
