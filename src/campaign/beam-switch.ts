import type { BeamReading } from "../domain/equipment.ts";
import { noShutter } from "../domain/equipment.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { valueOf } from "../domain/reply.ts";
import type { Reply } from "../domain/reply.ts";
import { msSince } from "./lane.ts";
import type { Lane } from "./lane.ts";

/**
 * Beam on and beam off. Where the rig has a shutter it is told; where a person or the facility has it, they are asked by a note,
 * and the counter says when it is done.
 *
 *   open, close ─→ shutter          no shutter: note to the operator ─→ counter above or below its floor, or too late
 */
const longestWaitMs = 600_000;
const lookMs = 1_000;

/** Reads the counter; null: no answer. An exposure under way reads it in its own way, so that nothing is lost. */
export type Look = () => AsyncGenerator<Rec, BeamReading | null>;

export function wantsBeam({ kind }: RunPlan): boolean {
  return kind === "beam" || kind === "beam_on_dut_idle";
}

export interface Switched {
  readonly done: boolean;
  /** By somebody else's hand. */
  readonly byHand: boolean;
}

/** Beam as this run needs it: on for an exposure, off for a control run in the dark. */
export async function* switchBeam(lane: Lane, run: RunPlan, look?: Look): AsyncGenerator<Rec, Switched> {
  const { beam } = lane.station;
  const on = wantsBeam(run);
  if (beam === null) return { done: !on, byHand: false };
  return yield* follow(lane, run, await (on ? beam.open() : beam.close()), on, look);
}

/** Beam off, whatever the run. */
export async function* darken(lane: Lane, run: RunPlan, look?: Look): AsyncGenerator<Rec, Switched> {
  const { beam } = lane.station;
  if (beam === null) return { done: true, byHand: false };
  return yield* follow(lane, run, await beam.close(), false, look);
}

const closeTries = 3;

/** Before golden is made: false where nobody knows that the beam is off, a shutter that does not answer included. */
export async function* dark(lane: Lane, run: RunPlan): AsyncGenerator<Rec, boolean> {
  const { beam } = lane.station;
  if (beam === null) return true;
  let reply = await beam.close();
  for (let again = 1; again < closeTries && reply.kind === "silence"; again++) reply = await beam.close();
  return (yield* follow(lane, run, reply, false)).done;
}

async function* follow(
  lane: Lane,
  run: RunPlan,
  reply: Reply<null>,
  on: boolean,
  look: Look = () => justRead(lane),
): AsyncGenerator<Rec, Switched> {
  const byHand = reply.kind === "refused" && reply.reason === noShutter;
  if (!byHand) return { done: reply.kind === "ok", byHand };
  const fromNs = lane.clock.nowNs();
  for (let asked = false; !lane.signal.aborted; asked = true) {
    const reading: BeamReading | null = yield* look();
    if (reading?.open === on) return { done: true, byHand };
    const over = on && lane.conductor.stopping();
    if (over || msSince(lane.clock, fromNs) >= longestWaitMs) break;
    if (!asked)
      yield {
        type: "note",
        tNs: lane.clock.nowNs(),
        run: run.number,
        level: "warning",
        text: `${lane.name}: ${on ? "open" : "close"} the beam now: this rig has no shutter, and waits up to ${longestWaitMs / 60_000} minutes for its counter to see it ${on ? "on" : "off"}`,
      };
    await lane.clock.sleep(lookMs, lane.signal);
  }
  return { done: false, byHand };
}

async function* justRead({ station: { beam } }: Lane): AsyncGenerator<Rec, BeamReading | null> {
  return beam === null ? null : valueOf(await beam.read());
}
