import type { CurveSearch } from "./curve-search.ts";
import { nelderMead } from "./nelder-mead.ts";
import type { Minimum, Objective } from "./nelder-mead.ts";
import { newtonMinimum } from "./newton-minimum.ts";

/** The curve under which the counts are likeliest. */
export interface BestCurve {
  readonly plateauCm2: number;
  /** As `Curve.shapeNames`. */
  readonly shape: readonly number[];
  readonly halfDeviance: number;
  /** Logarithm of every session's fluence scale. */
  readonly logScales: readonly number[];
  /** Of the search, for one that goes on from here. */
  readonly coordinates: readonly number[];
}

/** Of the grid of starts, so many are followed down. */
const followed = 4;

/**
 * Many starts, because a likelihood with a threshold has several valleys; the best of them by Nelder and Mead, and its last digits by Newton. Plateau and session
 * scales are settled inside, exactly, at every shape tried. At least one event is needed.
 */
export function maximumLikelihood(
  search: CurveSearch,
  starts: readonly (readonly number[])[] = search.starts,
): BestCurve {
  const { likelihood, bounds, steps } = search;
  const shape = new Float64Array(search.curve.shapeNames.length);
  const objective: Objective = (at) => likelihood.overPlateau(search.shapeAt(at, shape));
  const ranked = starts
    .map((start) => ({ start, value: objective(Float64Array.from(start)) }))
    .sort((a, b) => a.value - b.value)
    .slice(0, followed);
  let best: Minimum | null = null;
  for (const { start } of ranked) {
    const found = nelderMead(objective, start, bounds, { steps });
    if (best === null || found.value < best.value) best = found;
  }
  return curveAt(search, newtonMinimum(objective, best!, bounds));
}

/** One search down from a place already near: what a bootstrap needs a thousand times. */
export function refit(search: CurveSearch, start: readonly number[]): BestCurve {
  const shape = new Float64Array(search.curve.shapeNames.length);
  const objective: Objective = (at) => search.likelihood.overPlateau(search.shapeAt(at, shape));
  const near = nelderMead(objective, start, search.bounds, {
    steps: search.steps.map((step) => step / 2),
    tolerance: 1e-4,
    mostEvaluations: 400,
    startsOnceMore: false,
  });
  return curveAt(search, near);
}

function curveAt({ likelihood, curve, shapeAt }: CurveSearch, { at }: Minimum): BestCurve {
  const shape = shapeAt(at, new Float64Array(curve.shapeNames.length));
  const halfDeviance = likelihood.overPlateau(shape);
  return {
    plateauCm2: Math.exp(likelihood.found.logPlateau),
    shape: [...shape],
    halfDeviance,
    logScales: [...likelihood.found.logScales],
    coordinates: [...at],
  };
}
