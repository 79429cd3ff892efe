import { nsPerSecond } from "../domain/clock.ts";
import type { BeamReading } from "../domain/equipment.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { Effect, Outcome } from "../domain/outcome.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { DeadCause, Rec } from "../domain/records.ts";
import { fluenceTaken } from "../science/dose.ts";
import { repeatOf } from "../science/repeats.ts";
import type { SeenError } from "../science/repeats.ts";
import { wantsBeam } from "./beam-switch.ts";
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
  /** The beam is somebody else's to open and close. */
  readonly byHand: boolean;
  events: number;
  primaries: number;
  /** Finished in all, and before this segment. */
  iterations: number;
  readonly iterationsBefore: number;
  /** Threshold of the events to expect in a window that was told already. */
  muTold: number;
  openedNs: number;
  secondsBefore: number;
  /** What the counter gained, earlier segments included; it may be restarted on the way. */
  fluencePerCm2: number;
  latest: BeamReading;
  lastBeamNs: number;
  /** When the counter last answered, and how often in a row it has not since. */
  lastReadNs: number;
  unread: number;
  unreadWhy: string;
  /** Readings in a row that showed no beam. */
  darkReadings: number;
  previous: SeenError | null;
}

/**
 * Reads the counter, if there is one and it answers. What it did not count is dead time; the part took it all the same, and its dose
 * grows by it.
 */
export async function* readBeam(seen: Exposed): AsyncGenerator<Rec, BeamReading | null> {
  const { lane, run, latest, lastReadNs } = seen;
  const { beam } = lane.station;
  if (beam === null) return null;
  const reply = await beam.read();
  const reading = valueOf(reply);
  seen.lastBeamNs = lane.clock.nowNs();
  seen.unread = reading === null ? seen.unread + 1 : 0;
  seen.unreadWhy = reply.kind === "refused" ? reply.reason : "no answer";
  if (reading === null) return null;
  const gained = reading.fluencePerCm2 - latest.fluencePerCm2;
  seen.fluencePerCm2 += gained >= 0 ? gained : reading.fluencePerCm2;
  seen.darkReadings = reading.open ? 0 : seen.darkReadings + 1;
  lane.memory.doseRadSi =
    (lane.memory.doseRadSi ?? 0) + (run.beam?.doseRadSiPerFluence ?? 0) * fluenceTaken(latest, reading);
  seen.latest = reading;
  lane.memory.latch.fluencePerCm2 = reading.fluencePerCm2;
  seen.lastReadNs = seen.lastBeamNs;
  yield beamRecord(seen, reading);
  // A counter that fell, and does not say so itself, is another one: opened anew, or switched off and on.
  const fell = gained < 0 && reading.restarts === 0;
  const sinceNs = fell ? lastReadNs : seen.lastBeamNs - reading.gapSeconds * nsPerSecond;
  if (wantsBeam(run) && sinceNs < seen.lastBeamNs)
    yield deadRecord(seen, Math.max(sinceNs, seen.openedNs), "counter");
  return reading;
}

/** All that the part has taken; null where nobody states a dose per fluence. */
export function knownDose({ run, lane }: Exposed): number | null {
  const perFluence = run.beam?.doseRadSiPerFluence ?? null;
  return perFluence === null ? null : lane.memory.doseRadSi;
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
    doseRadSi: knownDose(seen),
    stratum: "beam",
    weight: 1,
    sessionId: seen.lane.sessionId,
    detail,
  };
}
