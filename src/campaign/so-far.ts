import type { OutputFormat } from "../domain/evidence.ts";

/** What the journal already holds of a run, when a later process goes on with it. */
export interface RunSoFar {
  /** Starts of this run that stand in the journal: the number of the next segment. */
  readonly starts: number;
  /** Of its last start; null: never begun. */
  readonly started: {
    readonly workload: string;
    readonly format: OutputFormat;
    readonly inputs: number;
  } | null;
  readonly ended: boolean;
  isDone(strikeId: number): boolean;
  readonly counts: {
    readonly strikes: number;
    readonly confirmed: number;
    readonly sdc: number;
    readonly events: number;
  };
  readonly fluencePerCm2: number;
  readonly seconds: number;
  /** Beam events recorded, repeats included: the number of the last one. */
  readonly beamEvents: number;
}

export const nothingYet: RunSoFar = {
  starts: 0,
  started: null,
  ended: false,
  isDone: () => false,
  counts: { strikes: 0, confirmed: 0, sdc: 0, events: 0 },
  fluencePerCm2: 0,
  seconds: 0,
  beamEvents: 0,
};

/** The same for a whole campaign: a view of the fold of its journal. */
export interface CampaignSoFar {
  run(number: number): RunSoFar;
  /** Highest event of this boot of this board that stands in the journal; 0: none. */
  highestEvent(dut: string, bootId: number): number;
  /** Iteration that the board's last heartbeat in the journal had reached in its open run. */
  lastIteration(dut: string): number;
  readonly segments: number;
}

export const freshCampaign: CampaignSoFar = {
  run: () => nothingYet,
  highestEvent: () => 0,
  lastIteration: () => 0,
  segments: 0,
};
