import gammaQuantile from "@stdlib/stats-base-dists-gamma-quantile";
import { upperGamma } from "./incomplete-gamma.ts";

/** Chance of a χ² of `degrees` degrees of freedom above `x`; 1 where no degree is left. */
export function chiSquareAbove(x: number, degrees: number): number {
  return degrees <= 0 ? 1 : upperGamma(degrees / 2, Math.max(0, x) / 2);
}

/** The χ² of `degrees` that a share `probability` lies below. */
export function chiSquareQuantile(probability: number, degrees: number): number {
  return 2 * gammaQuantile(probability, degrees / 2, 1);
}

/** Chance of a standard normal above `z`. */
export function normalAbove(z: number): number {
  const half = upperGamma(0.5, (z * z) / 2) / 2;
  return z >= 0 ? half : 1 - half;
}

/** The standard normal that a share `probability`, 0 to 1, lies below. */
export function normalQuantile(probability: number): number {
  const size = Math.sqrt(chiSquareQuantile(Math.abs(2 * probability - 1), 1));
  return probability < 0.5 ? -size : size;
}
