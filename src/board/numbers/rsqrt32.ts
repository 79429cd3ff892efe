/**
 * 1/√x of a float32, correctly rounded to float32 for every x (docs/studies/functions.md), so never rising where x rises. ±0 gives ±∞ (IEEE 754-2019, 9.2.1: rSqrt), +∞ gives 0; NaN and
 * what is below 0 give NaN. Two roundings to double, of relative error 2^-52 together, before the one to float32.
 */
export function rsqrt32(x: number): number {
  return Math.fround(1 / Math.sqrt(x));
}
