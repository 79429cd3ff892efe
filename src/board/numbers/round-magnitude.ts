/**
 * A finite float32 magnitude (its bits without the sign) to the nearest magnitude of a narrower binary format, ties to even, subnormals included
 * (IEEE 754-2019, 4.3.1). The exponent range has no upper end here: a code above the largest of the format is an overflow, and the caller's affair.
 *
 * `mantissaBits`: explicit bits of the significand, fewer than 23. `bias`: of the exponent; at most float32's 127.
 * The code is exponent and mantissa in one integer, so a carry out of the mantissa goes where it belongs by itself.
 */
export function roundMagnitude(magnitude: number, mantissaBits: number, bias: number): number {
  const exponent = Math.max(magnitude >>> 23, 1);
  const significand = (magnitude & 0x7fffff) | (magnitude >= 0x800000 ? 0x800000 : 0);
  /** The exponent field that a float32 has whose magnitude is the smallest normal one of the format. */
  const leastNormal = 128 - bias;
  const below = Math.max(leastNormal - exponent, 0);
  const dropped = 23 - mantissaBits + below;
  // A significand is below 2^24: with 25 bits to drop or more it is less than half of the smallest.
  if (dropped > 24) return 0;
  const kept = significand >>> dropped;
  const rest = significand & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0;
  return (Math.max(exponent - leastNormal, 0) << mantissaBits) + kept + up;
}
