import type { Rec, RunEnd } from "../domain/records.ts";

/** What a lane remembers of the latch-ups of its board, and what a rail event tells beside the rail. */
export interface LatchMemory {
  /** Of this run, earlier segments included, and since the last good iteration. */
  inRun: number;
  inARow: number;
  /** After so many in a row its rails had a rest, and no iteration was good since. */
  rested: boolean;
  /** The run ends for this as soon as it can. */
  limit: Pick<RunEnd, "endReason" | "detail"> | null;
  /** As the beam was last counted; null without one. */
  fluencePerCm2: number | null;
  exposure: OpenExposure | null;
}

/** The beam on a board that is brought back: no part of that is to be struck, and closed time is dead. */
export interface OpenExposure {
  shut(): AsyncGenerator<Rec, void>;
  open(): AsyncGenerator<Rec, void>;
}

export function newLatchMemory(): LatchMemory {
  return {
    inRun: 0,
    inARow: 0,
    rested: false,
    limit: null,
    fluencePerCm2: null,
    exposure: null,
  };
}
