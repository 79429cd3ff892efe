import { bitsOfF32 } from "./float-bits.ts";
import { roundMagnitude } from "./round-magnitude.ts";

/**
 * The 8-bit floats of "OCP 8-bit Floating Point Specification (OFP8)", revision 1.0, 2023, section 5 with tables 1 and 2.
 *
 * E4M3: bias 7, largest 448, smallest 2^-9; no infinity; the one NaN of each sign is S.1111.111.
 * E5M2: bias 15, largest 57344, smallest 2^-16; infinities S.11111.00 and NaNs as IEEE 754 has them.
 *
 * What is too large after rounding: the specification knows a saturating conversion (the largest number of that sign, of infinity too) and one that
 * does not saturate (E4M3: NaN; E5M2: infinity). Saturating is the default here: it is what accelerators do by the instruction their tensor units are
 * fed by (PTX `cvt.rn.satfinite.e4m3x2.f32`). A NaN of any kind is encoded as `nanE4m3`, `nanE5m2`.
 */
export type Fp8Overflow = "saturate" | "not-saturated";

export const nanE4m3 = 0x7f;
export const nanE5m2 = 0x7e;

const largestE4m3 = 0x7e;
const largestE5m2 = 0x7b;
const infinityE5m2 = 0x7c;

/** float32 to the code of the nearest E4M3, ties to even. */
export function toE4m3(value: number, overflow: Fp8Overflow = "saturate"): number {
  if (value !== value) return nanE4m3;
  const bits = bitsOfF32(value);
  const magnitude = roundMagnitude(bits & 0x7fffffff, 3, 7);
  const sign = (bits >>> 24) & 0x80;
  if (magnitude <= largestE4m3) return sign | magnitude;
  return overflow === "saturate" ? sign | largestE4m3 : nanE4m3;
}

/** float32 to the code of the nearest E5M2, ties to even. */
export function toE5m2(value: number, overflow: Fp8Overflow = "saturate"): number {
  if (value !== value) return nanE5m2;
  const bits = bitsOfF32(value);
  const magnitude = roundMagnitude(bits & 0x7fffffff, 2, 15);
  const sign = (bits >>> 24) & 0x80;
  if (magnitude <= largestE5m2) return sign | magnitude;
  return sign | (overflow === "saturate" ? largestE5m2 : infinityE5m2);
}

const valuesE4m3 = tableOf(3, 7, (magnitude) => (magnitude === nanE4m3 ? NaN : null));
const valuesE5m2 = tableOf(2, 15, (magnitude) =>
  magnitude > infinityE5m2 ? NaN : magnitude === infinityE5m2 ? Infinity : null,
);

/** Exact. Of a code, the low 8 bits. */
export function fromE4m3(code: number): number {
  return valuesE4m3[code & 0xff]!;
}

/** Exact. Of a code, the low 8 bits. */
export function fromE5m2(code: number): number {
  return valuesE5m2[code & 0xff]!;
}

export function roundToE4m3(value: number): number {
  return fromE4m3(toE4m3(value));
}

export function roundToE5m2(value: number): number {
  return fromE5m2(toE5m2(value));
}

/** As many as `into` holds. */
export function toE4m3s(values: ArrayLike<number>, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i] = toE4m3(values[i]!);
}

/** As many as `into` holds. */
export function fromE4m3s(codes: ArrayLike<number>, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = fromE4m3(codes[i]!);
}

function tableOf(
  mantissaBits: number,
  bias: number,
  special: (magnitude: number) => number | null,
): Float32Array {
  return Float32Array.from({ length: 256 }, (_, code) => {
    const magnitude = code & 0x7f;
    const exponent = magnitude >>> mantissaBits;
    const mantissa = magnitude & ((1 << mantissaBits) - 1);
    const hidden = exponent === 0 ? 0 : 1 << mantissaBits;
    const value =
      special(magnitude) ?? (hidden + mantissa) * 2 ** (Math.max(exponent, 1) - bias - mantissaBits);
    return code >= 0x80 ? -value : value;
  });
}
