import { bitsOfF32 } from "./float-bits.ts";
import { roundMagnitude } from "./round-magnitude.ts";

/**
 * IEEE 754-2019 binary16 (3.6, table 3.5): sign, 5 bits of exponent (bias 15), 10 of mantissa; subnormals down to 2^-24, largest 65504. What would be
 * rounded to 65536 or more is infinity (4.3.1). A NaN of any kind is encoded as `nanFp16`.
 */
export const nanFp16 = 0x7e00;

const mantissaBits = 10;
const bias = 15;
const infinity = 0x7c00;

/** float32 to the code of the nearest binary16, ties to even. */
export function toFp16(value: number): number {
  if (value !== value) return nanFp16;
  const bits = bitsOfF32(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  return sign | Math.min(roundMagnitude(magnitude, mantissaBits, bias), infinity);
}

/** Every code's value: a table is faster than taking the code apart, and 256 KiB. */
const values = Float32Array.from({ length: 0x10000 }, (_, code) => {
  const exponent = (code >>> mantissaBits) & 0x1f;
  const mantissa = code & 0x3ff;
  const sign = code >= 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * mantissa * 2 ** (1 - bias - mantissaBits)
    : sign * (0x400 + mantissa) * 2 ** (exponent - bias - mantissaBits);
});

/** Exact. Of a code, the low 16 bits. */
export function fromFp16(code: number): number {
  return values[code & 0xffff]!;
}

export function roundToFp16(value: number): number {
  return fromFp16(toFp16(value));
}

/** As many as `into` holds. */
export function toFp16s(from: ArrayLike<number>, into: Uint16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = toFp16(from[i]!);
}

/** As many as `into` holds. */
export function fromFp16s(codes: ArrayLike<number>, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = fromFp16(codes[i]!);
}
