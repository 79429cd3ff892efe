import { cholesky, solveCholesky } from "./cholesky.ts";
import type { Bounds, Minimum, Objective } from "./nelder-mead.ts";

/** Numbers within this of a bound are held there. */
const atBound = 1e-9;
const mostSteps = 30;
const step = 1e-4;

/**
 * Newton's method from a minimum already near, with derivatives by central differences (`step` in each number, so they should be of the order of 1):
 * takes the last digits where a simplex is slow. Numbers at a bound stay there. Never answers a worse place than it was given.
 */
export function newtonMinimum(objective: Objective, start: Minimum, bounds: Bounds): Minimum {
  let best: Minimum = start;
  const free: number[] = [];
  for (let i = 0; i < start.at.length; i++)
    if (start.at[i]! > bounds.lower[i]! + atBound + step && start.at[i]! < bounds.upper[i]! - atBound - step)
      free.push(i);
  if (free.length === 0) return best;
  for (let count = 0; count < mostSteps; count++) {
    const { gradient, curvature } = derivatives(objective, best, free);
    const lower = cholesky(curvature, free.length);
    if (lower === null) return best;
    const change = solveCholesky(lower, gradient, free.length);
    const next = downhill(objective, best, free, change, bounds);
    if (next === null) return best;
    const gained = best.value - next.value;
    best = next;
    if (gained < 1e-13) return best;
  }
  return best;
}

/** First and second derivatives in the `free` numbers. */
export function derivatives(
  objective: Objective,
  centre: Minimum,
  free: readonly number[],
): { readonly gradient: Float64Array; readonly curvature: Float64Array } {
  const n = free.length;
  const gradient = new Float64Array(n);
  const curvature = new Float64Array(n * n);
  const at = Float64Array.from(centre.at);
  const shifted = (moves: readonly (readonly [number, number])[]): number => {
    for (const [i, by] of moves) at[free[i]!]! += by;
    const value = objective(at);
    for (const [i] of moves) at[free[i]!] = centre.at[free[i]!]!;
    return value;
  };
  for (let i = 0; i < n; i++) {
    const [up, down] = [shifted([[i, step]]), shifted([[i, -step]])];
    gradient[i] = (up - down) / (2 * step);
    curvature[i * n + i] = (up - 2 * centre.value + down) / (step * step);
    for (let j = 0; j < i; j++) {
      const mixed =
        shifted([
          [i, step],
          [j, step],
        ]) -
        shifted([
          [i, step],
          [j, -step],
        ]) -
        shifted([
          [i, -step],
          [j, step],
        ]) +
        shifted([
          [i, -step],
          [j, -step],
        ]);
      curvature[i * n + j] = curvature[j * n + i] = mixed / (4 * step * step);
    }
  }
  return { gradient, curvature };
}

/** A step that does not go down is halved; null where none does. */
function downhill(
  objective: Objective,
  from: Minimum,
  free: readonly number[],
  change: Float64Array,
  bounds: Bounds,
): Minimum | null {
  for (let share = 1; share > 1e-6; share /= 2) {
    const at = Float64Array.from(from.at);
    for (let i = 0; i < free.length; i++) {
      const place = free[i]!;
      at[place] = Math.min(
        bounds.upper[place]!,
        Math.max(bounds.lower[place]!, at[place]! - share * change[i]!),
      );
    }
    const value = objective(at);
    if (value < from.value) return { at, value };
  }
  return null;
}
