import { bitsOfF32, f32OfBits } from "./float-bits.ts";

/**
 * TensorFloat-32: float32 with 10 bits of mantissa, kept in 32 bits of which the low 13 are no part of the number (NVIDIA A100 white paper, 2020; PTX
 * ISA, "Alternate floating-point data formats"). Rounded to the nearest, ties to even, as `cvt.rn.tf32.f32` does. A NaN of any kind is `nan32`.
 */
const tf32LowBits = 13;

/** Word of the nearest tf32: 32 bits, the low 13 of them 0. */
export function toTf32(value: number): number {
  const bits = bitsOfF32(value);
  if (value !== value) return bits;
  return ((bits + 0xfff + ((bits >>> tf32LowBits) & 1)) & ~0x1fff) >>> 0;
}

/** As the multiplier reads a word: whatever stands in the low 13 bits is not seen. */
export function fromTf32(bits: number): number {
  return f32OfBits(bits & ~0x1fff);
}

export function roundToTf32(value: number): number {
  return fromTf32(toTf32(value));
}

/** As many as `into` holds. */
export function toTf32s(values: ArrayLike<number>, into: Uint32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = toTf32(values[i]!);
}

/** As many as `into` holds. */
export function fromTf32s(words: ArrayLike<number>, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = fromTf32(words[i]!);
}
