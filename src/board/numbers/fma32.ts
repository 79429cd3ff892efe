/** The largest float32, and where rounding to the nearest begins to give infinity: half a place above it. */
const largest = 2 ** 128 - 2 ** 104;
const overflow = 2 ** 128 - 2 ** 103;

/**
 * a·b + c of three float32, rounded once to float32 (IEEE 754-2019, 5.4.1 fusedMultiplyAdd).
 *
 * Why it is right. (1) A product of two float32 has at most 48 significant bits and an exponent between -298 and 256: it is exact in a double.
 * (2) s = fl(p + c) in double, and the exact sum lies between s and one of its neighbours among the doubles, s itself excepted where s is exact. Midpoints
 * between float32 are doubles. So rounding s to float32 is rounding the sum, except where s is itself a midpoint and the sum is not.
 * (3) With r = fround(s): s is a midpoint only if the number as far on its other side, t = s + (s - r), is a float32 too. Both operations are exact (s and r
 * differ by half a place of float32 at most, and t lies within one place of r).
 * (4) Then the sign of s's error says on which side the sum lies: TwoSum gives that error exactly (Knuth, TAOCP 2, 4.2.2, theorem B).
 */
export function fma32(a: number, b: number, c: number): number {
  const p = a * b;
  const s = p + c;
  const r = Math.fround(s);
  const beyond = s - r;
  const t = s + beyond;
  // Also where s is infinite or NaN: then t is NaN.
  if (beyond === 0 || Math.fround(t) !== t) return r;
  const part = s - p;
  const error = p - (s - part) + (c - part);
  if (error === 0) return r;
  // A finite s from which r = ±∞ came: midpoint of the largest number and 2^128, or above it.
  if (r === Infinity) return s === overflow && error < 0 ? largest : r;
  if (r === -Infinity) return s === -overflow && error > 0 ? -largest : r;
  return error > 0 ? Math.max(r, t) : Math.min(r, t);
}
