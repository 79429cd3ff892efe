/** A function of `n` numbers, to be made small; infinity where it has no value. */
export type Objective = (at: Float64Array) => number;

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
}

/** Where each number may lie. */
export interface Bounds {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

export interface NelderMeadOptions {
  /** Size of the first simplex along each number. */
  readonly steps: readonly number[];
  readonly tolerance?: number;
  readonly mostEvaluations?: number;
  /** false: one way down is enough, as from a start already near. */
  readonly startsOnceMore?: boolean;
}

/**
 * The simplex search of J. Nelder and R. Mead (Computer J. 7 (1965) 308), with every corner drawn back into the bounds: needs no derivative, which a
 * threshold does not give. Ends when the corners' values lie within `tolerance` of each other, and starts once more there, since a
 * simplex that has gone flat along a bound ends early.
 */
export function nelderMead(
  objective: Objective,
  start: ArrayLike<number>,
  bounds: Bounds,
  options: NelderMeadOptions,
): Minimum {
  const first = descend(objective, start, bounds, options);
  if (start.length === 0 || options.startsOnceMore === false) return first;
  const second = descend(objective, first.at, bounds, options);
  return second.value <= first.value ? second : first;
}

function descend(
  objective: Objective,
  start: ArrayLike<number>,
  bounds: Bounds,
  options: NelderMeadOptions,
): Minimum {
  const { steps, tolerance = 1e-10, mostEvaluations = 2000 } = options;
  const n = start.length;
  const clamp = (at: Float64Array): Float64Array => {
    for (let i = 0; i < n; i++) at[i] = Math.min(bounds.upper[i]!, Math.max(bounds.lower[i]!, at[i]!));
    return at;
  };
  let evaluations = 0;
  const valueAt = (at: Float64Array): number => {
    evaluations++;
    const value = objective(at);
    return Number.isNaN(value) ? Infinity : value;
  };
  const corner = (at: Float64Array): { at: Float64Array; value: number } => ({
    at,
    value: valueAt(clamp(at)),
  });
  const corners = [corner(Float64Array.from(start))];
  if (n === 0) return corners[0]!;
  for (let i = 0; i < n; i++) {
    const at = Float64Array.from(corners[0]!.at);
    // Away from a bound, lest the simplex be flat from the start.
    at[i]! += at[i]! + steps[i]! > bounds.upper[i]! ? -steps[i]! : steps[i]!;
    corners.push(corner(at));
  }
  const centre = new Float64Array(n);
  const along = (factor: number): { at: Float64Array; value: number } => {
    const worst = corners[n]!.at;
    return corner(Float64Array.from(centre, (value, i) => value + factor * (worst[i]! - value)));
  };
  while (evaluations < mostEvaluations) {
    corners.sort((a, b) => a.value - b.value);
    const [best, nextWorst, worst] = [corners[0]!, corners[n - 1]!, corners[n]!];
    if (worst.value - best.value <= tolerance) break;
    centre.fill(0);
    for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) centre[i]! += corners[k]!.at[i]! / n;
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      corners[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < nextWorst.value) {
      corners[n] = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) corners[n] = contracted;
      else
        for (let k = 1; k <= n; k++)
          corners[k] = corner(Float64Array.from(corners[k]!.at, (value, i) => (value + best.at[i]!) / 2));
    }
  }
  corners.sort((a, b) => a.value - b.value);
  return corners[0]!;
}
