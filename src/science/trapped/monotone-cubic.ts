/**
 * A curve through points that never overshoots them, at `at` (inside of the grid): Fritsch and Carlson's piecewise cubic with the slopes of Fritsch and Butland
 * (SIAM J. Sci. Stat. Comput. 5 (1984) 300). Only the four points about `at` are asked for.
 */
export function monotoneCubic(grid: readonly number[], value: (i: number) => number, at: number): number {
  const i = intervalOf(grid, at);
  const width = grid[i + 1]! - grid[i]!;
  const chord = (k: number): number => (value(k + 1) - value(k)) / (grid[k + 1]! - grid[k]!);
  const here = chord(i);
  const slope = (k: number, before: number | null, after: number | null): number => {
    if (before === null || after === null) return before ?? after ?? 0;
    if (before * after <= 0) return 0;
    const [left, right] = [grid[k]! - grid[k - 1]!, grid[k + 1]! - grid[k]!];
    const [first, second] = [2 * right + left, right + 2 * left];
    return (first + second) / (first / before + second / after);
  };
  const from = slope(i, i > 0 ? chord(i - 1) : null, here);
  const to = slope(i + 1, here, i + 2 < grid.length ? chord(i + 1) : null);
  const t = (at - grid[i]!) / width;
  const rest = 1 - t;
  return (
    value(i) * (1 + 2 * t) * rest * rest +
    value(i + 1) * t * t * (3 - 2 * t) +
    width * t * rest * (from * rest - to * t)
  );
}

/** The interval of the grid that holds `at`: the first or the last beyond its ends. */
export function intervalOf(grid: readonly number[], at: number): number {
  let [low, high] = [0, grid.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (grid[middle]! > at) high = middle;
    else low = middle;
  }
  return low;
}
