/** The word in which a NaN of any sign and payload is spelled: quiet, positive, no payload (IEEE 754-2019, 6.2.1). */
export const nan32 = 0x7fc00000;

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/**
 * The 32 bits of a float32; a number between two float32 is rounded to the nearest first, ties to even. NaN has one spelling, `nan32`: which bits a
 * typed array gives a NaN is left to the engine (ECMA-262, NumericToRawBytes) and differs between processors.
 */
export function bitsOfF32(value: number): number {
  float[0] = value;
  return value === value ? word[0]! : nan32;
}

/** The float32 of these 32 bits. */
export function f32OfBits(bits: number): number {
  word[0] = bits;
  return float[0]!;
}
