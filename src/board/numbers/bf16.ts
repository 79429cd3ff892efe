import { bitsOfF32, f32OfBits } from "./float-bits.ts";

/**
 * bfloat16: the upper half of a float32: sign, 8 bits of exponent (bias 127), 7 of mantissa. Subnormals are kept, none is flushed; beyond the largest
 * finite number lies infinity, as in binary32 (IEEE 754-2019, 4.3.1: overflow to nearest). A NaN of any kind is encoded as `nanBf16`.
 */
export const nanBf16 = 0x7fc0;

/** float32 to the code of the nearest bfloat16, ties to even. */
export function toBf16(value: number): number {
  if (value !== value) return nanBf16;
  const bits = bitsOfF32(value);
  // Half of the last place, less one where what is kept is even: a carry runs on into the exponent, and from the largest number into infinity.
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) / 0x10000) & 0xffff;
}

/** Exact. Of a code, the low 16 bits. */
export function fromBf16(code: number): number {
  return f32OfBits(code << 16);
}

export function roundToBf16(value: number): number {
  return fromBf16(toBf16(value));
}

/** As many as `into` holds. */
export function toBf16s(values: ArrayLike<number>, into: Uint16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = toBf16(values[i]!);
}

/** As many as `into` holds. */
export function fromBf16s(codes: ArrayLike<number>, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = fromBf16(codes[i]!);
}
