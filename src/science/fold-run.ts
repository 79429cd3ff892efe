import type { LinkTotals } from "../domain/capabilities.ts";
import type { CorrectedRec } from "../domain/error-records.ts";
import type { Effect, Outcome } from "../domain/outcome.ts";
import type { BeamEventRec, BeamRec, Rec, RunStart, StrikeRec } from "../domain/records.ts";
import { fluenceTaken } from "./dose.ts";
import { addErrors, closeStrike, disownErrors, forgetUnderWay, isCounted } from "./ecc.ts";
import { addDead, addReading, closeSegment, openSegment } from "./live-time.ts";
import { newRun } from "./new-run.ts";
import { disownEvents, remember } from "./late-events.ts";
import type { RunTally } from "./state.ts";
import {
  disownUnderThrottle,
  eventUnderThrottle,
  fluenceUnderThrottle,
  iterationsUnderThrottle,
  throttleBegun,
  throttleHeard,
} from "./under-throttle.ts";
import { sumWeighed, weigh, weighCorrected } from "./weighed.ts";
import type { Weighed } from "./weighed.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Run = Writable<RunTally>;

/** The records that say something of one run, its start left out. */
export type RunRec = Extract<
  Rec,
  {
    readonly type:
      | "check"
      | "strike"
      | "beam_event"
      | "ecc"
      | "corrected"
      | "telemetry"
      | "beam"
      | "dead"
      | "rung"
      | "effect"
      | "iterations"
      | "run_end"
      | "link"
      | "boot"
      | "rail_event";
  }
>;

/** A run begins, or goes on in a new segment: what stood there stays, the time between leaves it. */
export function startRun(known: RunTally | undefined, record: RunStart): RunTally {
  if (known !== undefined) cutRun(known);
  const run: Run = known ?? newRun(record);
  run.start = record;
  run.segments++;
  run.open = true;
  run.cut = false;
  run.end = null;
  run.lastNs = record.tNs;
  run.lastGoodNs = record.tNs;
  run.beam = null;
  const throttle = record.readBack?.throttle ?? 0;
  run.throttled ||= throttle !== 0;
  run.underThrottle = throttleBegun(run.underThrottle, record.tNs, throttle);
  openSegment(run.timeline, record.tNs);
  return run;
}

/** The host died: the run's segment ended with its last record, and a recovery then under way was dead time to its end. */
export function cutRun(tally: RunTally): void {
  const run: Run = tally;
  if (!run.open) return;
  if (run.unwellSinceNs !== null) addDead(run.timeline, run.unwellSinceNs, run.lastNs, "recovery");
  closeSegment(run.timeline, run.lastNs);
  run.unwellSinceNs = null;
  run.open = false;
  run.cut = true;
}

export function foldRun(tally: RunTally, record: RunRec, linkGained: LinkTotals | null): void {
  const run: Run = tally;
  run.lastNs = Math.max(run.lastNs, record.tNs);
  if (linkGained !== null) run.link = plusLink(run.link, linkGained);
  switch (record.type) {
    case "strike":
      foldStrike(run, record);
      break;
    case "beam_event":
      foldBeamEvent(run, record);
      break;
    case "ecc":
      signOfLife(run, record.tNs);
      run.ecc = addErrors(run.ecc, record, run.start.runKind === "injection");
      break;
    case "corrected":
      foldCorrected(run, record);
      break;
    case "check": {
      if (record.check === "self_check") run.ecc = forgetUnderWay(run.ecc);
      const { passed, failed } = run.checks[record.check];
      // A self-check at a place known to be critical passes by a critical outcome alone.
      if (record.check === "self_check" && record.pass)
        run.confirmedOnly ||= record.outcome === null || harmless.includes(record.outcome);
      run.checks = {
        ...run.checks,
        [record.check]: record.pass ? { passed: passed + 1, failed } : { passed, failed: failed + 1 },
      };
      break;
    }
    case "telemetry":
      signOfLife(run, record.tNs);
      foldDie(run, record.dieC);
      run.throttled ||= record.throttle !== 0;
      run.underThrottle = throttleHeard(run.underThrottle, record.tNs, record.throttle);
      break;
    case "beam":
      foldBeam(run, record);
      break;
    case "dead":
      addDead(run.timeline, record.fromNs, record.toNs, record.cause);
      if (record.cause === "counter" || record.cause === "bench") disown(run, record.fromNs, record.toNs);
      signOfLife(run, record.toNs);
      break;
    case "rung":
      run.rungs++;
      run.unwellSinceNs ??= run.lastGoodNs;
      break;
    case "effect":
      // The effect that a strike or event carries names this record's, and is not counted again.
      countEffect(run, record.effect);
      break;
    case "boot":
      if (record.expected) break;
      run.unexpectedBoots++;
      run.eventsLostAtMost += record.eventsLostAtMost ?? 0;
      break;
    case "iterations": {
      signOfLife(run, record.tNs);
      run.underThrottle = iterationsUnderThrottle(run.underThrottle, record.total);
      const { total, clean, computeSeconds } = run.iterations;
      run.iterations = {
        total: total + record.total,
        clean: clean + record.clean,
        computeSeconds: computeSeconds + record.computeSeconds,
      };
      break;
    }
    case "run_end":
      closeSegment(run.timeline, record.tNs);
      run.open = false;
      run.unwellSinceNs = null;
      run.end = { endReason: record.endReason, detail: record.detail };
      break;
    case "rail_event":
      if (record.what === "armed")
        run.latchUpUnseen ||= record.detects === "nothing" || record.detects === "steps";
      if (record.what === "trip" || record.what === "cut") run.unwellSinceNs ??= run.lastGoodNs;
      break;
    case "link":
      break;
  }
}

function foldStrike(run: Run, record: StrikeRec): void {
  if (!run.struck.add(record.strike.id)) {
    run.doubled++;
    return;
  }
  const isTrial = record.confirmed && record.outcome !== null && record.outcome !== "unattributed";
  run.ecc = closeStrike(run.ecc, isTrial && record.repeatOf === null);
  if (!record.confirmed || record.outcome === null) run.unknownStrikes++;
  else {
    countOutcome(run, record.outcome, record.repeatOf);
    run.underThrottle = eventUnderThrottle(run.underThrottle, record.outcome, record.repeatOf);
  }
  foldEvidence(run, record);
}

function foldBeamEvent(run: Run, record: BeamEventRec): void {
  if (!run.beamEvents.add(record.number)) {
    run.doubled++;
    return;
  }
  const { tNs, outcome, repeatOf } = record;
  countOutcome(run, outcome, repeatOf);
  const underThrottleBefore = run.underThrottle.events;
  run.underThrottle = eventUnderThrottle(run.underThrottle, outcome, repeatOf);
  const underThrottle = run.underThrottle.events > underThrottleBefore;
  const weighed = foldEvidence(run, record);
  if (outcome !== "unattributed")
    run.late = remember(run.late, { tNs, outcome, repeatOf, underThrottle, weighed });
}

function foldCorrected(run: Run, { tNs, bootId, event, live, corrected }: CorrectedRec): void {
  signOfLife(run, tNs);
  if (isCounted(run.ecc, { bootId, event }) || !live) return;
  run.ecc = { ...run.ecc, last: { bootId, event } };
  const weighed = weighCorrected(corrected);
  countWeighed(run, sumWeighed([run, weighed]));
  run.late = remember(run.late, { tNs, outcome: null, repeatOf: null, underThrottle: false, weighed });
}

function foldBeam(run: Run, record: BeamRec): void {
  if (run.open) {
    if (run.beam !== null) run.fluenceTakenPerCm2 += fluenceTaken(run.beam, record);
    run.counterGapSeconds += record.gapSeconds;
  }
  run.beam = record;
  run.counterRelUncertainty1Sigma = record.relUncertainty1Sigma ?? run.counterRelUncertainty1Sigma;
  addReading(run.timeline, record.tNs, record.fluencePerCm2, record.restarts);
  run.underThrottle = fluenceUnderThrottle(run.underThrottle, record.fluencePerCm2);
}

/** Nobody knows the beam of that time: what happened in it is an event of nobody's, in no rate. */
function disown(run: Run, fromNs: number, toNs: number): void {
  run.ecc = disownErrors(run.ecc, fromNs, toNs);
  const { gone, left, weighed } = disownEvents(run.late, fromNs, toNs);
  if (gone.length === 0) return;
  for (const { outcome, repeatOf } of gone) {
    if (outcome === null) continue;
    countOutcome(run, outcome, repeatOf, -1);
    countOutcome(run, "unattributed", repeatOf);
  }
  const throttled = gone.filter(({ underThrottle }) => underThrottle).length;
  run.underThrottle = disownUnderThrottle(run.underThrottle, throttled);
  countWeighed(run, weighed);
  run.late = left;
}

/** Answers what it added. */
function foldEvidence(run: Run, record: StrikeRec | BeamEventRec): Weighed {
  // Weight 0 is an event of an outage, kept for the record: it is unattributed and in no rate.
  run.weighted ||= record.weight !== 1 && record.weight !== 0;
  const weighed = weigh(record.evidence, record.outcome, record.repeatOf, run.start);
  countWeighed(run, sumWeighed([run, weighed]));
  if (record.dieC !== null) foldDie(run, record.dieC);
  if (record.event !== null) signOfLife(run, record.tNs);
  return weighed;
}

function countWeighed(run: Run, { corrected, detection, severity }: Weighed): void {
  run.corrected = corrected;
  run.detection = detection;
  run.severity = severity;
}

const harmless: readonly Outcome[] = ["masked", "sdcTolerable"];

function countOutcome(run: Run, outcome: Outcome, repeatOf: number | null, by = 1): void {
  const { primary, repeat } = run.outcomes[outcome];
  run.outcomes = {
    ...run.outcomes,
    [outcome]: repeatOf === null ? { primary: primary + by, repeat } : { primary, repeat: repeat + by },
  };
}

function countEffect(run: Run, effect: Effect): void {
  run.effects = { ...run.effects, [effect]: (run.effects[effect] ?? 0) + 1 };
}

function foldDie(run: Run, dieC: number): void {
  const { samples, sumC, minC, maxC } = run.die;
  run.die = {
    samples: samples + 1,
    sumC: sumC + dieC,
    minC: Math.min(minC, dieC),
    maxC: Math.max(maxC, dieC),
  };
}

function signOfLife(run: Run, tNs: number): void {
  run.lastGoodNs = Math.max(run.lastGoodNs, tNs);
  run.unwellSinceNs = null;
}

function plusLink(a: LinkTotals, b: LinkTotals): LinkTotals {
  return {
    frames: a.frames + b.frames,
    garbled: a.garbled + b.garbled,
    lost: a.lost + b.lost,
    bytesDropped: a.bytesDropped + b.bytesDropped,
  };
}
