/**
 * What a board says of errors that its memories and detectors caught (docs/ecc.md). Two records of one thing from two sides, and never in one count:
 *
 *   error counters ─ecc events→ EccRec: how often a memory erred, and where
 *   iteration      ─result────→ CorrectedRec: all was corrected, the output is golden; or an event or strike with its evidence
 */

/** Error counters moved while a run was under way: what was added at one place. */
export interface EccRec {
  readonly tNs: number;
  readonly type: "ecc";
  readonly run: number;
  readonly dut: string;
  /** Where the board counts: `dram`, `l2`, … */
  readonly structure: string;
  readonly corrected: number;
  readonly uncorrected: number;
  /** false: it was kept while the link was out; that time is in no rate. */
  readonly live: boolean;
  readonly event: number;
  readonly bootId: number;
}

/** An iteration under a beam in which errors were corrected and nothing else was: no event, and not clean. */
export interface CorrectedRec {
  readonly tNs: number;
  readonly type: "corrected";
  readonly run: number;
  readonly iteration: number;
  readonly corrected: number;
  readonly live: boolean;
  readonly event: number;
  readonly bootId: number;
}
