/**
 * How far a word that a workload's own checksum has restored may lie from golden, absolute, and be right: sums of floats in another order differ by rounding, so an
 * element made anew from the others of its row is never right to the bit. That is the threshold of the comparison itself, below which
 * it sees no error (docs/workloads.md; K.-H. Huang, J. Abraham 1984; bound after N. Higham 2002, §3.1).
 */
const bounds = new Map([["gemm-f32-checksum", 0.02]]);

/** By the workload's whole name; 0: what was corrected is right to the bit, or it is not. */
export function correctionBound(workload: string): number {
  return bounds.get(workload) ?? 0;
}
