import type { DutEvent } from "../../src/domain/capabilities.ts";
import type { Silence } from "../../src/domain/reply.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import { Session } from "../../src/rig/session.ts";
import type { SessionOptions } from "../../src/rig/session-types.ts";
import { ScriptedBoard } from "./scripted-board.ts";

/** A session that has met its scripted board, on virtual time. */
export interface Pairing {
  readonly board: ScriptedBoard;
  readonly session: Session;
  readonly clock: Clock;
  readonly next: (deadlineMs?: number) => Promise<DutEvent | Silence>;
  /** All events until `quietMs` pass without one. */
  readonly all: (quietMs?: number) => Promise<readonly DutEvent[]>;
}

export function sessionWith(
  board: ScriptedBoard,
  clock: Clock,
  options: Partial<SessionOptions> = {},
): Session {
  return new Session({
    name: "board",
    serial: "S-1",
    clock,
    open: board.open,
    capture: null,
    heartbeatMs: 500,
    leaseMs: 10_000,
    silenceMs: 2000,
    answerMs: 1000,
    acknowledgeAtOnce: false,
    ...options,
  });
}

export async function met(
  board = new ScriptedBoard(),
  options: Partial<SessionOptions> = {},
): Promise<Pairing> {
  const clock = options.clock ?? virtualClock();
  const session = sessionWith(board, clock, options);
  await session.connect(10_000);
  const next = (deadlineMs = 100): Promise<DutEvent | Silence> => session.nextEvent(deadlineMs);
  const all = async (quietMs = 100): Promise<readonly DutEvent[]> => {
    const events: DutEvent[] = [];
    for (;;) {
      const event = await next(quietMs);
      if (event.kind === "silence") return events;
      events.push(event);
    }
  };
  return { board, session, clock, next, all };
}
