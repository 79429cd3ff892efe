/**
 * int32 to int8, as the fixed-point output stage of an integer network does it: clamp(floor((x·multiplier + 2^(shift-1)) / 2^shift), least, 127), exact.
 *
 * `x`: int32. `multiplier`: 0 to 2^31 - 1. `shift`: 1 to 47. The product has up to 62 bits, more than a double holds, so x is taken in two halves of 16 bits:
 * x·m + 2^(s-1) = A·2^16 + B with 0 ≤ B < 2^16, each part below 2^53.
 */
export function requantize(x: number, multiplier: number, shift: number, least: number): number {
  const lower = (x & 0xffff) * multiplier + 2 ** (shift - 1);
  const carry = Math.floor(lower / 0x10000);
  const a = (x >> 16) * multiplier + carry;
  const b = lower - carry * 0x10000;
  const value =
    shift >= 16 ? Math.floor(a / 2 ** (shift - 16)) : a * 2 ** (16 - shift) + Math.floor(b / 2 ** shift);
  return Math.min(Math.max(value, least), 127);
}
