import type { OutputFormat } from "../../domain/evidence.ts";
import type { Axis, BoardTarget, StrikeManner } from "../../domain/strike.ts";
import type { Refreshed } from "../memory.ts";
import type { KernelEnd } from "../workloads/workload.ts";

/**
 * What computes on a board, as its agent sees it. It knows structures by name only, so one with a systolic array, register
 * files or on-chip memories has more of them and nothing else changes.
 *
 *   agent ─start(input, strikes)→ execution ─advance(cycle)→ …  ─→ output
 */
export interface Accelerator {
  /** As `hello-ok` tells it: `cpu`, or the maker's name. */
  readonly name: string;
  readonly workloads: readonly string[];
  /** State filled, a pure function of both arguments; null: no such workload. */
  load(workload: string, seed: number): LoadedWorkload | null;
}

export interface LoadedWorkload {
  readonly targets: readonly BoardTarget[];
  readonly inputs: number;
  readonly outputs: number;
  readonly format: OutputFormat;
  /** How the output words are laid out, outermost first; absent where nobody has said. */
  readonly outputAxes?: readonly Axis[];
  /** What strikes can do to its bits; absent: flip them, and no more. */
  readonly manners?: readonly StrikeManner[];
  /** Whether the outputs are scores of classes. */
  readonly ranks: boolean;
  /** Begins one iteration; the output is cleared, so that nothing of the one before is taken for this one's. */
  start(input: number, strikes: readonly PlacedStrike[]): Execution;
  restore(what: Refreshed): void;
  /** An iteration of so many cycles has gone by uncomputed, since nothing struck; absent where nothing goes by device time. */
  pass?(cycles: number): void;
  /** A scrubber goes by device time: what an iteration comes to depends on when it begins. Absent: none does. */
  readonly scrubs?: boolean;
  /** Device cycles that a host's refresh takes; absent: one for each word of its targets. */
  refreshCycles?(what: Refreshed): number;
  /** These bits cannot be written from now on, and no others: what a dose or the world made stuck. Absent where the accelerator knows none. */
  hold?(bits: readonly HeldBits[]): void;
  /** What its error counters have counted since they were last asked for; absent where it has none. */
  eccSince?(): readonly EccCount[];
  /** Whether all state is pristine, byte for byte. */
  isPristine(): boolean;
  stateDigest(): string;
}

/** Strikes of one iteration come ordered by cycle; those of one cycle in the order they are to be applied. */
export interface PlacedStrike {
  /** The host's id, 0 for a strike that the board is not told of. */
  readonly id: number;
  readonly target: string;
  readonly word: number;
  readonly mask: number;
  /** Absent: the bits of the mask are flipped. */
  readonly manner?: StrikeManner;
  /** What `put` and `hold` write into them; absent: 0. */
  readonly value?: number;
  readonly cycle: number;
}

/** Bits that read as `value` whatever is written. */
export interface HeldBits {
  readonly target: string;
  readonly word: number;
  readonly mask: number;
  readonly value: number;
}

/** Errors of one memory since the look before, by the names a board's counters have (NVML: volatile, corrected and uncorrected). */
export interface EccCount {
  readonly structure: string;
  readonly corrected: number;
  readonly uncorrected: number;
}

export interface AppliedStrike {
  readonly id: number;
  readonly before: number;
  readonly after: number;
}

/** One iteration under way. */
export interface Execution {
  /** Steps made so far. */
  readonly cycles: number;
  /** In the order applied; whole when the iteration has ended. */
  readonly applied: readonly AppliedStrike[];
  /** Raw words of the output, NaN in one spelling; whole when the iteration has ended. */
  readonly output: Uint32Array;
  /** Detectors that fired and could not correct, a bit each (`detectorBits`); whole when the iteration has ended. */
  readonly detectors: number;
  /** Errors that detectors corrected in this iteration. */
  readonly corrected: number;
  /** Goes on until this cycle. Null: reached it, and there is more to do. */
  advance(untilCycle: number): KernelEnd | null;
}

/** The bits of `detectors`. */
export const detectorBits = {
  /** A memory word that its code could not correct was read. */
  memory: 1,
  /** A checksum over an output did not fit, and the error could not be placed. */
  checksum: 2,
  /** A value beyond what the layer ever gives, kept as it was. */
  range: 4,
} as const;
