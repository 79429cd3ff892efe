import { exp32 } from "../../../src/board/numbers/exp32.ts";
import { rsqrt32 } from "../../../src/board/numbers/rsqrt32.ts";
import { tanh32 } from "../../../src/board/numbers/tanh32.ts";

/** The seven formats of docs/tpu.md by definition: a code is decoded by its fields, and encoded by trying its neighbours. */
export const sizes = [4, 4, 1, 2, 2, 1, 4] as const;
const [f32, i32, i8, bf16, fp16, fp8, tf32] = [0, 1, 2, 3, 4, 5, 6];
export const formats = { f32, i32, i8, bf16, fp16, fp8, tf32 } as const;

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);
export const nan = 0x7fc00000;

export function floatOf(bits: number): number {
  words[0] = bits;
  return floats[0]!;
}

/** Of a computed result. */
export function bitsOf(value: number): number {
  if (Number.isNaN(value)) return nan;
  floats[0] = value;
  return words[0]!;
}

export const isInteger = (format: number): boolean => format === i32 || format === i8;

/** An element's code as a number: floats as what they are, integers signed. */
export function decode(code: number, format: number): number {
  switch (format) {
    case f32:
      return floatOf(code);
    case tf32:
      return floatOf((code & 0xffffe000) >>> 0);
    case i32:
      return code | 0;
    case i8:
      return (code << 24) >> 24;
    case bf16:
      return floatOf((code << 16) >>> 0);
    case fp16:
      return fp16Values[code]!;
    default:
      return fp8Values[code]!;
  }
}

function small(
  code: number,
  exponentBits: number,
  mantissaBits: number,
  bias: number,
  e4m3: boolean,
): number {
  const sign = (code >> (exponentBits + mantissaBits)) & 1 ? -1 : 1;
  const exponent = (code >> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = code & (2 ** mantissaBits - 1);
  const top = 2 ** exponentBits - 1;
  if (e4m3 && exponent === top && mantissa === 2 ** mantissaBits - 1) return NaN;
  if (!e4m3 && exponent === top) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return (sign * mantissa * 2 ** (1 - bias)) / 2 ** mantissaBits;
  return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias);
}

const fp16Values = Float64Array.from({ length: 2 ** 16 }, (_, code) => small(code, 5, 10, 15, false));
const fp8Values = Float64Array.from({ length: 2 ** 8 }, (_, code) => small(code, 4, 3, 7, true));

/** To the nearest, ties to even; NaN as its one code; integers are clamped. */
export function encode(value: number, format: number): number {
  switch (format) {
    case f32:
      return bitsOf(Math.fround(value));
    case i32:
      return clampedInteger(value, -(2 ** 31), 2 ** 31 - 1) >>> 0;
    case i8:
      return clampedInteger(value, -128, 127) & 0xff;
    case tf32:
      return (dropBits(value, 13) << 13) >>> 0;
    case bf16:
      return dropBits(value, 16);
    case fp16:
      return nearest(value, 0x7c00, 0x8000, 0x7e00, (code) => decode(code, fp16), 65520, 0x7c00);
    default:
      // Saturating: what is beyond 448, infinity too, becomes 448.
      return nearest(value, 0x7f, 0x80, 0x7f, (code) => decode(code, fp8), Infinity, 0x7e);
  }
}

function clampedInteger(value: number, least: number, most: number): number {
  if (Number.isNaN(value)) return 0;
  const floor = Math.floor(value);
  const rest = value - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return Math.min(most, Math.max(least, rounded));
}

/** The upper bits of a float32, rounded. */
function dropBits(value: number, low: number): number {
  if (Number.isNaN(value)) return nan >>> low;
  const bits = BigInt(bitsOf(value));
  const unit = 1n << BigInt(low);
  const [kept, rest] = [bits / unit, bits % unit];
  return Number(rest * 2n > unit || (rest * 2n === unit && kept % 2n === 1n) ? kept + 1n : kept);
}

/** Codes 0 … `codes` − 1 rise with their values: the nearest is found by halving, the even one of two as near. */
function nearest(
  value: number,
  codes: number,
  sign: number,
  nanCode: number,
  valueOf: (code: number) => number,
  overflowFrom: number,
  overflow: number,
): number {
  if (Number.isNaN(value)) return nanCode;
  const negative = value < 0 || Object.is(value, -0) ? sign : 0;
  const size = Math.abs(value);
  if (size >= overflowFrom) return negative | overflow;
  let [low, high] = [0, codes - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (valueOf(middle) <= size) low = middle;
    else high = middle - 1;
  }
  if (low === codes - 1) return negative | low;
  const [below, above] = [size - valueOf(low), valueOf(low + 1) - size];
  return negative | (above < below || (above === below && low % 2 === 1) ? low + 1 : low);
}

export const functions = { exp: exp32, tanh: tanh32, rsqrt: rsqrt32 } as const;
