import type { StruckWord } from "./strike-words.ts";

/**
 * What a board reports of one iteration. The board compares with its golden output and reports; the host judges (law 6).
 */
export interface Evidence {
  readonly iteration: number;
  /** `trap`: the kernel stopped on an access or instruction it may not do (a crash with a diagnostic). */
  readonly end: "ok" | "trap";
  /** 64-bit digest of the output, 16 hex digits; equal to the golden digest of this iteration's input iff nothing differs. */
  readonly digest: string;
  /** Output elements that differ from golden, and how many of the got ones are NaN or infinite. */
  readonly wrong: number;
  readonly nan: number;
  /** True where `elements` holds fewer than `wrong` elements. */
  readonly truncated: boolean;
  readonly elements: readonly ElementDifference[];
  /** Top scores of a classifier, best first; null where the workload ranks nothing. */
  readonly scores: { readonly want: readonly Score[]; readonly got: readonly Score[] } | null;
  /** Detector flags, a bit each; 0 where none fired. */
  readonly detectors: number;
  /** How many errors a detector corrected in this iteration. */
  readonly corrected: number;
  readonly cycles: number;
  /** Each struck word before and after, raw bits, in the order of the words; none without a strike of the board's own knowledge. */
  readonly struck: readonly StruckWord[];
  /** Digest of all state after the refresh that followed; equal to the loaded one iff it was fully restored. */
  readonly stateDigest: string;
  readonly dieC: number;
}

export interface ElementDifference {
  readonly index: number;
  /** Raw 32-bit words; the workload's format says how to read them. */
  readonly expected: number;
  readonly got: number;
}

export interface Score {
  readonly label: number;
  /** Raw bits in the workload's output format. */
  readonly bits: number;
}

/** How output words are to be read. */
export type OutputFormat = "f32" | "i32";
