import type { EndReason, Outcome } from "../domain/outcome.ts";
import type { RunStart } from "../domain/records.ts";
import { dosesOf } from "./dose.ts";
import { liveAccount } from "./live-time.ts";
import type { CampaignState, RunTally } from "./state.ts";

/** What is left to do follows from what has been done: the fold, as a campaign that goes on asks it. */
export interface RunDone {
  readonly starts: number;
  /** Of its last start; null: never begun. */
  readonly started: Pick<RunStart, "workload" | "format" | "inputs"> | null;
  /** Ended for good: by its own rules, or because it can give no answer. */
  readonly ended: boolean;
  /** Why it ended; null: it has not. */
  readonly endReason: EndReason | null;
  isDone(strikeId: number): boolean;
  readonly counts: {
    readonly strikes: number;
    readonly confirmed: number;
    readonly sdc: number;
    readonly events: number;
  };
  /** Live, as the stop rules and the analysis count them. */
  readonly fluencePerCm2: number;
  readonly seconds: number;
  readonly beamEvents: number;
  readonly iterations: number;
  /** Latch-ups, small ones included. */
  readonly latchUps: number;
}

export interface CampaignDone {
  run(number: number): RunDone;
  highestEvent(dut: string, bootId: number): number;
  lastIteration(dut: string): number;
  /** What the part with this serial number took in this campaign, rad(Si). */
  doseRadSi(serial: string): number;
  readonly segments: number;
}

const nothing: RunDone = {
  starts: 0,
  started: null,
  ended: false,
  endReason: null,
  isDone: () => false,
  counts: { strikes: 0, confirmed: 0, sdc: 0, events: 0 },
  fluencePerCm2: 0,
  seconds: 0,
  beamEvents: 0,
  iterations: 0,
  latchUps: 0,
};

/** Ends that came from outside: the question is still open, and a later process takes it up again. */
const interruptions: ReadonlySet<EndReason> = new Set([
  "operator",
  "pulled_link",
  "bench_fault",
  "over_temperature",
  "dut_dead",
  "beam_lost",
  "storage",
  "host_crash",
  "unknown_end",
]);

/** A snapshot: what is folded into the state afterwards does not change it. */
export function soFar(state: CampaignState): CampaignDone {
  const runs = new Map([...state.runs].map(([number, run]) => [number, runSoFar(run)]));
  const doses = new Map(dosesOf(state).map((dose) => [dose.serial, dose.campaignRadSi]));
  const boards = new Map([...state.boards].map(([name, board]) => [name, { ...board }]));
  return {
    run: (number) => runs.get(number) ?? nothing,
    highestEvent: (dut, bootId) => {
      const last = boards.get(dut)?.lastEvent;
      return last?.bootId === bootId ? last.event : 0;
    },
    lastIteration: (dut) => boards.get(dut)?.iteration ?? 0,
    doseRadSi: (serial) => doses.get(serial) ?? 0,
    segments: state.segments,
  };
}

/** A run of which one part stood in the journal before, and another was seen since. */
export function joined(before: RunDone, since: RunDone): RunDone {
  const sum = (count: keyof RunDone["counts"]): number => before.counts[count] + since.counts[count];
  return {
    starts: before.starts + since.starts,
    started: since.started ?? before.started,
    ended: since.ended,
    endReason: since.endReason,
    isDone: (strikeId) => before.isDone(strikeId) || since.isDone(strikeId),
    counts: { strikes: sum("strikes"), confirmed: sum("confirmed"), sdc: sum("sdc"), events: sum("events") },
    fluencePerCm2: before.fluencePerCm2 + since.fluencePerCm2,
    seconds: before.seconds + since.seconds,
    beamEvents: before.beamEvents + since.beamEvents,
    iterations: before.iterations + since.iterations,
    latchUps: before.latchUps + since.latchUps,
  };
}

function runSoFar(run: RunTally): RunDone {
  const account = liveAccount(run.timeline, run.lastNs);
  const struck = run.struck.copy();
  const { workload, format, inputs } = run.start;
  return {
    starts: run.segments,
    started: { workload, format, inputs },
    endReason: run.end?.endReason ?? null,
    ended: run.end !== null && !interruptions.has(run.end.endReason),
    isDone: (strikeId) => struck.has(strikeId),
    counts: {
      strikes: run.struck.size,
      confirmed: confirmedStrikes(run),
      sdc: primaries(run, "sdcTolerable", "sdcCritical"),
      events: primaryEvents(run),
    },
    fluencePerCm2: account.fluenceLivePerCm2,
    seconds: account.liveSeconds,
    beamEvents: run.beamEvents.size,
    iterations: run.iterations.total,
    latchUps: (run.effects.sel ?? 0) + (run.effects.sel_micro ?? 0),
  };
}

/** Primary counts of these outcomes together. */
export function primaries(run: Pick<RunTally, "outcomes">, ...which: readonly Outcome[]): number {
  return which.reduce((sum, outcome) => sum + run.outcomes[outcome].primary, 0);
}

/** Strikes whose outcome is their own: confirmed armed, evidence there, no repeat of an earlier one. */
export function confirmedStrikes(run: Pick<RunTally, "outcomes">): number {
  return primaries(run, "masked") + primaryEvents(run);
}

/** Everything primary that was not masked. */
export function primaryEvents(run: Pick<RunTally, "outcomes">): number {
  return primaries(run, "sdcTolerable", "sdcCritical", "dueDetected", "dueCrash", "dueHang", "unattributed");
}
