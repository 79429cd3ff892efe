import type { Coordinate, Prior } from "./prior.ts";

/** A shape as numbers without bounds: where a walk goes. */
export interface Chart {
  readonly size: number;
  /** Writes the shape of a place. */
  readonly shapeAt: (place: ArrayLike<number>, into: Float64Array) => void;
  /** Logarithm of the prior's density in these numbers, up to a constant; `shape` as `shapeAt` left it. */
  readonly logDensity: (place: ArrayLike<number>, shape: ArrayLike<number>) => number;
}

/** Of each number of a shape, its coordinate, or the value it is held at. */
export type ShapeSource = { readonly coordinate: Coordinate } | { readonly value: number };

/** A number of its own for every free one of the shape. */
export function plainChart(sources: readonly ShapeSource[]): Chart {
  const free: { readonly coordinate: Coordinate; readonly at: number }[] = [];
  sources.forEach((source, at) => {
    if ("coordinate" in source) free.push({ coordinate: source.coordinate, at });
  });
  return {
    size: free.length,
    shapeAt: (place, into) => {
      sources.forEach((source, at) => {
        if ("value" in source) into[at] = source.value;
      });
      for (let k = 0; k < free.length; k++) into[free[k]!.at] = free[k]!.coordinate.valueAt(place[k]!);
    },
    logDensity: (place) => {
      let sum = 0;
      for (let k = 0; k < free.length; k++) sum += free[k]!.coordinate.logDensity(place[k]!);
      return sum;
    },
  };
}

type Lognormal = Extract<Prior, { kind: "lognormal" }>;

/**
 * A Weibull curve by what counts know of it. With y(x) = ln(−ln(1 − share(x))) = S·ln((x − x₀)/W), the numbers are
 *
 *   threshold's own coordinate,   y(x₁),   ln(y(x₂) − y(x₁))        x₁ < x₂, no threshold above x₁
 *
 * Shares at two places are what points there tell, whatever the threshold; width and exponent by themselves run along a bent ridge with it, and a walk with them. Given the threshold
 * ∂(ln W, ln S)/∂(numbers) is 1/S, which the density takes in.
 */
export function weibullChart(
  threshold: Coordinate,
  width: Lognormal,
  exponent: Lognormal,
  [x1, x2]: readonly [number, number],
): Chart & { readonly placeOf: (thresholdPlace: number, width: number, exponent: number) => number[] } {
  const [lnMedianWidth, lnMedianExponent] = [Math.log(width.median), Math.log(exponent.median)];
  return {
    size: 3,
    shapeAt: (place, into) => {
      const onset = threshold.valueAt(place[0]!);
      const ln1 = Math.log(x1 - onset);
      const s = Math.exp(place[2]!) / (Math.log(x2 - onset) - ln1);
      into[0] = onset;
      into[1] = Math.exp(ln1 - place[1]! / s);
      into[2] = s;
    },
    logDensity: (place, shape) => {
      const lnS = Math.log(shape[2]!);
      const ofWidth = (Math.log(shape[1]!) - lnMedianWidth) / width.logSigma;
      const ofExponent = (lnS - lnMedianExponent) / exponent.logSigma;
      return threshold.logDensity(place[0]!) - (ofWidth * ofWidth + ofExponent * ofExponent) / 2 - lnS;
    },
    placeOf: (thresholdPlace, w, s) => {
      const onset = threshold.valueAt(thresholdPlace);
      const [y1, y2] = [x1, x2].map((x) => s * Math.log((x - onset) / w));
      return [thresholdPlace, y1!, Math.log(y2! - y1!)];
    },
  };
}

/** The second place of a Weibull chart: where the curve has risen to 63 %, but apart from the first. */
export function secondPlace(first: number, onset: number, width: number): number {
  return Math.max(1.3 * first, onset + width);
}
