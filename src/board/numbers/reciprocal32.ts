/**
 * 1/x of a float32, correctly rounded to float32: 1/±0 is ±∞, 1/±∞ is ±0, NaN gives NaN.
 *
 * Rounding to double and then to float32 is rounding once here: a quotient of two 24-bit significands is nearer than 2^-53 of itself to a midpoint of
 * float32 only if it is one (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30, 1995: 53 ≥ 2·24 + 2), and subnormal results have fewer bits.
 */
export function reciprocal32(x: number): number {
  return Math.fround(1 / x);
}
