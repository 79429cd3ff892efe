/**
 * What `spectra.ts` says of a spectrum between its points, in formulas: a straight line in the logarithms of both, so a power of x
 * from point to point, integrated exactly. A stretch with a 0 at an end has no logarithm there, and is straight in x and y; beyond
 * the grid all is 0.
 */

/** y at `x` of one stretch. */
export function lineAt(x0: number, y0: number, x1: number, y1: number, x: number): number {
  if (y0 > 0 && y1 > 0) return y0 * (y1 / y0) ** (Math.log(x / x0) / Math.log(x1 / x0));
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** ∫ y dx of one stretch. */
export function stretchIntegral(x0: number, y0: number, x1: number, y1: number): number {
  if (y0 <= 0 || y1 <= 0) return ((y0 + y1) / 2) * (x1 - x0);
  const span = Math.log(x1 / x0);
  // x·y is a power of x; where that power is near 0 the quotient below would lose its digits, and its series holds.
  const rise = Math.log(y1 / y0) + span;
  return (
    x0 * y0 * span * (Math.abs(rise) < 1e-4 ? 1 + rise / 2 + (rise * rise) / 6 : Math.expm1(rise) / rise)
  );
}

/** Place of `x` in a rising grid: the last i with grid[i] ≤ x; −1 below the first. */
export function placeIn(grid: readonly number[], x: number): number {
  let [low, high] = [-1, grid.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (grid[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

export function valueAt(xs: readonly number[], ys: readonly number[], x: number): number {
  const i = placeIn(xs, x);
  if (i < 0) return 0;
  if (x === xs[i]!) return ys[i]!;
  return i === xs.length - 1 ? 0 : lineAt(xs[i]!, ys[i]!, xs[i + 1]!, ys[i + 1]!, x);
}

/** ∫ y dx from `from` to the end of the grid, at each `from` of a rising list. */
export function integralsAbove(
  xs: readonly number[],
  ys: readonly number[],
  from: readonly number[],
): number[] {
  const last = xs.length - 1;
  const out = new Array<number>(from.length).fill(0);
  let i = last - 1;
  let behind = 0;
  for (let j = from.length - 1; j >= 0; j--) {
    const x = from[j]!;
    if (x >= xs[last]!) continue;
    for (; i >= 0 && xs[i]! >= x; i--) behind += stretchIntegral(xs[i]!, ys[i]!, xs[i + 1]!, ys[i + 1]!);
    out[j] = behind + (i < 0 ? 0 : stretchIntegral(x, valueAt(xs, ys, x), xs[i + 1]!, ys[i + 1]!));
  }
  return out;
}

export function integralAbove(xs: readonly number[], ys: readonly number[], from: number): number {
  return integralsAbove(xs, ys, [from])[0]!;
}

/** A grid from `first` to `last`, both exact, of equal steps in the logarithm: at least `perDecade` of them to a decade. A RangeError where it would not rise. */
export function logGrid(first: number, last: number, perDecade: number): number[] {
  if (!(first > 0 && last > first && last < Infinity))
    throw new RangeError(`a grid from ${first} to ${last}; expected one that rises, from above 0`);
  const steps = Math.max(1, Math.ceil(Math.log10(last / first) * perDecade));
  const grid = Array.from({ length: steps + 1 }, (_, i) => first * (last / first) ** (i / steps));
  grid[steps] = last;
  return grid;
}
