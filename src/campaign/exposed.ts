import type { BeamReading } from "../domain/equipment.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { Effect, Outcome } from "../domain/outcome.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { DeadCause, Rec } from "../domain/records.ts";
import { repeatOf } from "../science/repeats.ts";
import type { SeenError } from "../science/repeats.ts";
import type { Judge } from "./judge.ts";
import type { Lane } from "./lane.ts";
import { restoresAll } from "./prepare.ts";
import { valueOf } from "../domain/reply.ts";

/** An exposure under way, and what it has seen so far. */
export interface Exposed {
  readonly lane: Lane;
  readonly run: RunPlan;
  readonly judge: Judge;
  /** Golden output that every event of the run is held against. */
  readonly goldenDigest: string;
  events: number;
  primaries: number;
  openedNs: number;
  secondsBefore: number;
  /** What the counter gained, earlier segments included; it may be restarted on the way. */
  fluencePerCm2: number;
  latest: BeamReading;
  lastBeamNs: number;
  /** When the counter last answered, and how often in a row it has not since. */
  lastReadNs: number;
  unread: number;
  previous: SeenError | null;
}

/** Under a beam a board reports what was not clean: equal output then means that a detector fired. */
export function notMasked(outcome: Outcome): Exclude<Outcome, "masked"> {
  return outcome === "masked" ? "dueDetected" : outcome;
}

/** Reads the counter, if there is one and it answers. */
export async function* readBeam(seen: Exposed): AsyncGenerator<Rec, void> {
  const { lane } = seen;
  const { beam } = lane.station;
  if (beam === null) return;
  const reading = valueOf(await beam.read());
  seen.lastBeamNs = lane.clock.nowNs();
  seen.unread = reading === null ? seen.unread + 1 : 0;
  if (reading === null) return;
  const gained = reading.fluencePerCm2 - seen.latest.fluencePerCm2;
  seen.fluencePerCm2 += gained >= 0 ? gained : reading.fluencePerCm2;
  seen.latest = reading;
  seen.lastReadNs = seen.lastBeamNs;
  yield beamRecord(seen, reading);
}

export function beamRecord({ lane, run }: Exposed, reading: BeamReading): Rec {
  return { type: "beam", tNs: lane.clock.nowNs(), run: run.number, ...reading };
}

export function deadRecord({ lane, run }: Exposed, fromNs: number, cause: DeadCause): Rec {
  const toNs = lane.clock.nowNs();
  return { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause, latencyMs: 0 };
}

export function eventRecord(
  seen: Exposed,
  outcome: Exclude<Outcome, "masked">,
  effect: Effect | null,
  evidence: Evidence | null,
  event: { readonly event: number; readonly bootId: number } | null,
  detail = "",
): Rec {
  const step = evidence?.iteration ?? 0;
  const repeat =
    evidence === null ? null : repeatOf(seen.previous, { step, evidence }, restoresAll(seen.run));
  seen.events++;
  if (repeat === null) seen.primaries++;
  if (evidence !== null)
    seen.previous = { number: seen.events, primary: repeat ?? seen.events, step, evidence };
  return {
    type: "beam_event",
    tNs: seen.lane.clock.nowNs(),
    run: seen.run.number,
    outcome,
    repeatOf: repeat,
    number: seen.events,
    effect,
    evidence,
    event: event?.event ?? null,
    bootId: event?.bootId ?? null,
    dieC: evidence?.dieC ?? null,
    fluencePerCm2: seen.latest.fluencePerCm2,
    doseRadSi: null,
    stratum: "beam",
    weight: 1,
    sessionId: seen.lane.sessionId,
    detail,
  };
}
