import type { DutEvent } from "../domain/capabilities.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { listen } from "./lane.ts";
import type { Lane } from "./lane.ts";

/** A board sends what it has kept before it beats again: after two beats a `done` that has not come will not come. */
const heartbeatsToWait = 2;
const silenceMs = 2000;

/**
 * Waits for the end of a run that was begun and given up. Its late `done` would else be taken for that of the next run,
 * and every strike after it would get the fate of the one before. Answers a boot met on the way, for the caller to judge.
 */
export async function* finishRun(
  lane: Lane,
  run: RunPlan,
): AsyncGenerator<Rec, Extract<DutEvent, { kind: "boot" }> | null> {
  const { memory } = lane;
  const { dut } = lane.station;
  if (memory.begunBootId === 0) return null;
  if (memory.begunBootId === memory.bootId) await dut.stop();
  for (let heartbeats = 0; heartbeats < heartbeatsToWait && memory.begunBootId === memory.bootId;) {
    const event = yield* listen(lane, run.number, silenceMs);
    if (event.kind === "boot") return event;
    // The next command finds out what it was.
    if (event.kind === "silence" || event.kind === "rail") return null;
    if (event.kind === "heartbeat") heartbeats++;
    else {
      if (event.kind === "result")
        yield {
          type: "note",
          tNs: lane.clock.nowNs(),
          run: run.number,
          level: "warning",
          text: `${lane.name}: the result of strike ${event.strikeId} came after it was given up`,
        };
      await dut.acknowledge(event.bootId, event.event);
    }
  }
  memory.begunBootId = 0;
  return null;
}
