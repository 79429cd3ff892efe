import { decode } from "../../firmware-protocol/codec.ts";
import type { Clock } from "../domain/clock.ts";
import type { Link } from "../domain/link.ts";
import { obey, refuseUnknown } from "./commands.ts";
import { eventBuffer } from "./event-buffer.ts";
import { outbox } from "./outbox.ts";
import { isOver, milliC, noCounts } from "./state.ts";
import type { AgentEnd, AgentOptions, Board } from "./state.ts";

/**
 * What runs on an accelerator board, real or emulated, from one boot to the next. It speaks firmware-protocol/PROTOCOL.md.
 *
 *   link ─lines→ commands ─→ run ─→ events ─kept→ outbox ─lines→ link
 *                  ▲   heartbeat ────────────────────┘
 *                  └ one after the other, in order; a run goes on beside them
 *
 * Resolves when the boot is over; whoever started it starts it again, with a new boot id, one more boot and the cause. It
 * leaves the link open (a board's reset does not cut its wire), and may hold one read of it unfinished: give it a new one.
 */
export function runAgent(link: Link, options: AgentOptions, signal: AbortSignal): Promise<AgentEnd> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (why: AgentEnd["why"]): void => {
      over.abort();
      resolve({ why });
    };
    const fail = (error: unknown): void => {
      over.abort();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    if (signal.aborted) {
      end("aborted");
      return;
    }
    const aborted = (): void => end("aborted");
    signal.addEventListener("abort", aborted, { once: true });
    over.signal.addEventListener("abort", () => signal.removeEventListener("abort", aborted), { once: true });

    const board = bootedBoard(link, options, over.signal, end, (work) => void work.catch(fail));
    board.report({ kind: "e", name: "boot", boots: options.boots, cause: options.cause });
    board.setHeartbeat(board.heartbeatMs);
    board.begin(listen(link, board));
  });
}

/** Before any hello: PROTOCOL.md, "Session, heartbeat, lease". */
const firstHeartbeatMs = 1_000;
const firstLeaseMs = 10_000;

function bootedBoard(
  link: Link,
  options: AgentOptions,
  life: AbortSignal,
  end: Board["end"],
  begin: Board["begin"],
): Board {
  const events = eventBuffer(options.eventCapacity);
  const out = outbox(link, options.clock, options.bootId);
  let beating: AbortController | null = null;
  const board: Board = {
    options,
    events,
    life,
    end,
    begin,
    send: (payload) => {
      if (!life.aborted) out.send(payload);
    },
    flushed: () => out.flushed(),
    report: (...group) => {
      for (const event of events.add(group)) board.send(event);
    },
    setHeartbeat: (ms) => {
      if (beating !== null && ms === board.heartbeatMs) return;
      beating?.abort();
      beating = new AbortController();
      board.heartbeatMs = ms;
      begin(beat(board, options.clock, beating.signal));
    },
    session: null,
    state: "idle",
    armed: [],
    stopping: false,
    counts: noCounts,
    overflowsTold: 0,
    heartbeatMs: firstHeartbeatMs,
    leaseMs: firstLeaseMs,
    heardNs: options.clock.nowNs(),
  };
  life.addEventListener("abort", () => beating?.abort(), { once: true });
  return board;
}

/** Every period from now on, until the period changes or the boot is over; it goes on while a kernel computes. */
async function beat(board: Board, clock: Clock, signal: AbortSignal): Promise<void> {
  const { options, events } = board;
  for (;;) {
    await clock.sleep(board.heartbeatMs, signal);
    if (signal.aborted) return;
    const { iteration, clean, cycles } = board.counts;
    board.send({
      kind: "t",
      name: "heartbeat",
      state: board.state,
      iteration,
      clean,
      event: events.given,
      acked: events.acknowledged,
      dropped: events.dropped,
      boots: options.boots,
      temperatureMilliC: milliC(board),
      throttle: options.surroundings.throttle(),
      cycles,
    });
  }
}

/** Commands in the order they come, each obeyed before the next is looked at; what is no command is noise. */
async function listen(link: Link, board: Board): Promise<void> {
  const batches = link.batches[Symbol.asyncIterator]();
  for (;;) {
    const batch = await batches.next();
    if (isOver(board)) return;
    if (batch.done === true) {
      board.end("link-closed");
      return;
    }
    for (const line of batch.value) {
      const message = decode(line);
      if (message.kind === "garbled") refuseUnknown(board, line, message.reason);
      else if (message.kind === "c") await obey(board, message);
      if (isOver(board)) return;
    }
  }
}
