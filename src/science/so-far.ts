import type { Outcome } from "../domain/outcome.ts";
import { liveAccount } from "./live-time.ts";
import type { CampaignState, RunTally } from "./state.ts";

/** What is left to do follows from what has been done: the fold, as a campaign that goes on asks it. */
export interface RunDone {
  readonly starts: number;
  readonly ended: boolean;
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
}

export interface CampaignDone {
  run(number: number): RunDone;
  highestEvent(dut: string, bootId: number): number;
  lastIteration(dut: string): number;
  readonly segments: number;
}

const nothing: RunDone = {
  starts: 0,
  ended: false,
  isDone: () => false,
  counts: { strikes: 0, confirmed: 0, sdc: 0, events: 0 },
  fluencePerCm2: 0,
  seconds: 0,
  beamEvents: 0,
};

export function soFar(state: CampaignState): CampaignDone {
  return {
    run: (number) => {
      const run = state.runs.get(number);
      return run === undefined ? nothing : runSoFar(run);
    },
    highestEvent: (dut, bootId) => {
      const last = state.boards.get(dut)?.lastEvent;
      return last?.bootId === bootId ? last.event : 0;
    },
    lastIteration: (dut) => state.boards.get(dut)?.iteration ?? 0,
    segments: state.segments,
  };
}

function runSoFar(run: RunTally): RunDone {
  const account = liveAccount(run.timeline, run.lastNs);
  return {
    starts: run.segments,
    ended: run.end !== null,
    isDone: (strikeId) => run.struck.has(strikeId),
    counts: {
      strikes: run.struck.size,
      confirmed: confirmedStrikes(run),
      sdc: primaries(run, "sdcTolerable", "sdcCritical"),
      events: primaryEvents(run),
    },
    fluencePerCm2: account.fluenceLivePerCm2,
    seconds: account.liveSeconds,
    beamEvents: run.beamEvents.size,
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
