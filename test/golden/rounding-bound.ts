/** Unit roundoff of float32. */
const u = 2 ** -24;

/**
 * γ(n) = n·u / (1 - n·u): a sum of n products in float32, in any order, with fused products or rounded ones, lies within γ(n)·Σ|a||b| of the exact sum
 * (N. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition 2002, section 3.1). Two engines are within twice that of each other.
 */
export const gamma = (n: number): number => (n * u) / (1 - n * u);

export interface Difference {
  readonly index: number;
  readonly ours: number;
  readonly theirs: number;
}

/** Where two outputs lie further apart than `bound` allows; NaN lies apart from everything. */
export function differencesOf(
  ours: ArrayLike<number>,
  theirs: ArrayLike<number | bigint>,
  bound: (index: number) => number,
): Difference[] {
  if (ours.length !== theirs.length)
    throw new Error(`${ours.length} elements, and ${theirs.length} to compare with`);
  return Array.from({ length: ours.length }, (_, index) => ({
    index,
    ours: ours[index]!,
    theirs: Number(theirs[index]),
  })).filter((pair) => !(Math.abs(pair.ours - pair.theirs) <= bound(pair.index)));
}
