import type { Against } from "./beam-point.ts";

/**
 * Shapes of a cross-section against LET or energy: σ(x) = plateau · share(x), the share rising from 0 at a threshold to 1.
 *
 *   Weibull  1 − exp(−((x − x₀)/W)^S) above x₀     E. Petersen et al., IEEE TNS 39 (1992) 1577
 *   Bendel   (1 − exp(−0.18 √Y))⁴, Y = (E − A) √(18/A) above A; plateau (B/A)¹⁴ · 1e-12 cm²/bit     CREME96 help; W. Stapor et al., IEEE TNS 37 (1990) 1966
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
      // A power as exp and ln: here most of a fit's time goes, and pow takes two thirds longer.
      const logWidth = Math.log(width);
      for (let i = 0; i < x.length; i++) {
        const above = x[i]! - threshold;
        into[i] = above > 0 ? -Math.expm1(-Math.exp(exponent * (Math.log(above) - logWidth))) : 0;
      }
    },
  };
}

/** `bits`: in the device, for a cross-section of the device; 1 for one of a bit. */
export function bendel1(bits: number): Curve {
  return {
    ...bendel2,
    name: "bendel1",
    plateauOf: (shape) => bits * bendelPlateauPerBit(shape[0]!, 24),
  };
}

export const bendel2: Curve = {
  name: "bendel2",
  against: "energy",
  shapeNames: ["a"],
  plateauOf: null,
  shares: (x, shape, into) => {
    const a = shape[0]!;
    const root = Math.sqrt(18 / a);
    for (let i = 0; i < x.length; i++) {
      const above = x[i]! - a;
      const term = above > 0 ? -Math.expm1(-0.18 * Math.sqrt(above * root)) : 0;
      into[i] = term * term * (term * term);
    }
  },
};

/** (B/A)¹⁴ · 1e-12 cm²; A and B in MeV. */
export function bendelPlateauPerBit(a: number, b: number): number {
  return Math.pow(b / a, 14) * 1e-12;
}

/** The B that a plateau per bit and an A stand for. */
export function bendelB(a: number, plateauPerBitCm2: number): number {
  return a * Math.pow(plateauPerBitCm2 / 1e-12, 1 / 14);
}

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
