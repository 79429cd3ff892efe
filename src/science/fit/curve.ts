import { bendelSaturation, bendelShare } from "../upset/bendel.ts";
import { weibullShare } from "../upset/weibull.ts";
import type { Against } from "./beam-point.ts";

/**
 * Shapes of a cross-section against LET or energy, as a fit walks through them: σ(x) = plateau · share(x), the share rising from 0 at a threshold
 * to 1. What the shares are stands in `upset/weibull.ts` and `upset/bendel.ts`, so that a rate is of the curve that was fitted.
 *
 * Bendel's one-parameter form has B = 24, so that A says all: its plateau is no number of its own.
 */
export type CurveName = "weibull" | "bendel1" | "bendel2";

export interface Curve {
  readonly name: CurveName;
  readonly against: Against;
  /** Of the share, in the order of a shape; the first is the threshold, in units of x. */
  readonly shapeNames: readonly ("threshold" | "width" | "exponent" | "a")[];
  /** Writes the share at every x. */
  readonly shares: (x: Float64Array, shape: ArrayLike<number>, into: Float64Array) => void;
  /** The plateau where the shape fixes it, cm²; null where it is free. */
  readonly plateauOf: ((shape: ArrayLike<number>) => number) | null;
}

export function weibull(against: Against): Curve {
  return {
    name: "weibull",
    against,
    shapeNames: ["threshold", "width", "exponent"],
    plateauOf: null,
    shares: (x, shape, into) => {
      const [threshold, width, exponent] = [shape[0]!, shape[1]!, shape[2]!];
      const lnWidth = Math.log(width);
      for (let i = 0; i < x.length; i++) into[i] = weibullShare(threshold, lnWidth, exponent, x[i]!);
    },
  };
}

/** `bits`: in the device, for a cross-section of the device; 1 for one of a bit. */
export function bendel1(bits: number): Curve {
  return {
    ...bendel2,
    name: "bendel1",
    plateauOf: (shape) => bits * bendelSaturation(shape[0]!),
  };
}

export const bendel2: Curve = {
  name: "bendel2",
  against: "energy",
  shapeNames: ["a"],
  plateauOf: null,
  shares: (x, shape, into) => {
    const a = shape[0]!;
    for (let i = 0; i < x.length; i++) into[i] = bendelShare(a, x[i]!);
  },
};

/** σ at one place, cm². */
export function crossSectionAt(
  curve: Curve,
  plateauCm2: number,
  shape: ArrayLike<number>,
  x: number,
): number {
  const into = new Float64Array(1);
  curve.shares(Float64Array.of(x), shape, into);
  return plateauCm2 * into[0]!;
}
