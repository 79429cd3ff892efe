import type { Rec } from "../domain/records.ts";
import { darken, switchBeam } from "./beam-switch.ts";
import type { Switched } from "./beam-switch.ts";
import { resultRecord } from "./beam-result.ts";
import { deadRecord, eventRecord, readBeam } from "./exposed.ts";
import type { Exposed } from "./exposed.ts";
import { functionalCheck } from "./functional-check.ts";
import { afterBoot, afterSilence } from "./incident.ts";
import type { Incident } from "./incident.ts";
import { afterLatchUp } from "./latch-up.ts";
import { iterationsRecord, listen } from "./lane.ts";
import type { Significant } from "./lane.ts";

/**
 * How an exposure comes to rest, for good or for a while: board stopped, what it still had to say counted, beam off.
 */
export type Trouble = Extract<Significant, { readonly kind: "boot" | "silence" | "rail" }>;

/** No sign of life for this long is silence; boards beat at least twice a second. */
export const silenceMs = 2000;

/** A boot or a silence in an exposure: what it was is an event of it. */
export async function* befallen(seen: Exposed, event: Trouble): AsyncGenerator<Rec, Incident> {
  const { lane, run } = seen;
  const incident: Incident =
    event.kind === "boot"
      ? yield* afterBoot(lane, run, event)
      : event.kind === "rail"
        ? yield* afterLatchUp(lane, run, event.finding)
        : yield* afterSilence(lane, run, event.waitedMs);
  yield* readBeam(seen);
  const { outcome, why } = incident.attribution;
  if (outcome !== null) yield eventRecord(seen, outcome, incident.effect, null, null, why);
  return incident;
}

/** Stops the board, counts its last iterations, closes the beam, and proves that the board still works. */
export async function* wind(seen: Exposed): AsyncGenerator<Rec, void> {
  const { lane, run } = seen;
  const trouble = yield* drainStop(seen);
  const stoppedNs = lane.clock.nowNs();
  yield* readBeam(seen);
  const off: Switched = yield* darken(lane, run, () => readBeam(seen));
  if (!off.done)
    yield {
      type: "note",
      tNs: lane.clock.nowNs(),
      run: run.number,
      level: "error",
      text: off.byHand
        ? `${lane.name}: the beam is still on: what the board is checked for now may be struck`
        : `${lane.name}: the beam shutter did not close: see to it by hand; what the board is checked for now may be struck`,
    };
  yield* readBeam(seen);
  if (trouble !== null) yield* befallen(seen, trouble);
  yield* functionalCheck(lane, run, "after");
  yield deadRecord(seen, stoppedNs, "check");
}

/** `stop`, then events up to `done`: results on their way, and a board that went down, are events of this exposure. */
export async function* drainStop(seen: Exposed): AsyncGenerator<Rec, Trouble | null> {
  const { lane, run } = seen;
  if (run.kind === "beam_on_dut_idle") return null;
  await lane.station.dut.stop();
  for (let heartbeats = 0; heartbeats < 3;) {
    const event = yield* listen(lane, run.number, silenceMs);
    if (lane.signal.aborted) return null;
    if (event.kind === "silence" || event.kind === "boot" || event.kind === "rail") return event;
    if (event.kind === "heartbeat") {
      heartbeats++;
      continue;
    }
    if (event.kind === "result") yield resultRecord(seen, event);
    else {
      const rest = iterationsRecord(lane, run.number, {
        total: event.iterations,
        clean: event.clean,
        cycles: event.cycles,
      });
      if (rest !== null) yield rest;
    }
    await lane.station.dut.acknowledge(event.bootId, event.event);
    if (event.kind === "done") return null;
  }
  return null;
}

/** Board stopped and shutter closed until it goes on; false where the shutter does not open again. */
export async function* pause(seen: Exposed): AsyncGenerator<Rec, boolean> {
  const { lane } = seen;
  const { beam } = lane.station;
  const trouble = yield* drainStop(seen);
  const fromNs = lane.clock.nowNs();
  yield* readBeam(seen);
  await beam?.close();
  yield* readBeam(seen);
  if (trouble !== null) yield* befallen(seen, trouble);
  await lane.conductor.waitWhilePaused();
  const goesOn = lane.conductor.stopping() || (yield* switchBeam(lane, seen.run, () => readBeam(seen))).done;
  yield deadRecord(seen, fromNs, "paused");
  yield* readBeam(seen);
  return goesOn;
}
