import { exp32 } from "../../numbers/exp32.ts";
import { reciprocal32 } from "../../numbers/reciprocal32.ts";
import { rsqrt32 } from "../../numbers/rsqrt32.ts";
import { tanh32 } from "../../numbers/tanh32.ts";
import type { CombineOp, MapOp } from "../../workloads/program.ts";

/** Operations in the order of their codes (docs/tpu.md, "Vector unit"). */
export const mapOps = ["copy", "relu", "negate", "absolute", "exp", "tanh", "reciprocal", "rsqrt"] as const;
export const combineOps = ["add", "subtract", "multiply", "min", "max", "greater", "not-within"] as const;
export const reduceOps = ["sum", "max", "arg-max"] as const;

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

/** Of float32 numbers, to what is then rounded to float32. */
export const mapFloat: Readonly<Record<MapOp, Unary>> = {
  copy: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  negate: (x) => -x,
  absolute: Math.abs,
  exp: exp32,
  tanh: tanh32,
  reciprocal: reciprocal32,
  rsqrt: rsqrt32,
};

/** Of int32 numbers; the four that are no integers are of x as float32. */
export const mapInteger: Readonly<Record<MapOp, Unary>> = {
  copy: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  negate: (x) => -x | 0,
  absolute: (x) => Math.abs(x) | 0,
  exp: (x) => exp32(Math.fround(x)),
  tanh: (x) => tanh32(Math.fround(x)),
  reciprocal: (x) => reciprocal32(Math.fround(x)),
  rsqrt: (x) => rsqrt32(Math.fround(x)),
};

const compared = {
  min: (a: number, b: number) => (a < b || b !== b ? a : b),
  max: (a: number, b: number) => (a > b || b !== b ? a : b),
  greater: (a: number, b: number) => (a > b ? 1 : 0),
  "not-within": (a: number, b: number) => (a <= b && a >= -b ? 0 : 1),
};

/** A sum, difference or product of two float32 in double and then in float32 is rounded once (53 ≥ 2·24 + 2). */
export const combineFloat: Readonly<Record<CombineOp, Binary>> = {
  add: (a, b) => Math.fround(a + b),
  subtract: (a, b) => Math.fround(a - b),
  multiply: (a, b) => Math.fround(a * b),
  ...compared,
};

export const combineInteger: Readonly<Record<CombineOp, Binary>> = {
  add: (a, b) => (a + b) | 0,
  subtract: (a, b) => (a - b) | 0,
  multiply: Math.imul,
  ...compared,
};

/** clamp(⌊(x·multiplier + 2^(shift−1)) / 2^shift⌋, least, 127) of signed 32-bit x and multiplier, shift 0 to 63: exact for all of them. */
export function requantizeExactly(x: number, multiplier: number, shift: number, least: number): number {
  const half = shift === 0 ? 0 : 2 ** (shift - 1);
  const sum = x * multiplier + half;
  // Below 2^53 every step here is exact.
  const value =
    Math.abs(x * multiplier) < 2 ** 52 && shift < 52
      ? Math.floor(sum / 2 ** shift)
      : Number((BigInt(x) * BigInt(multiplier) + BigInt(half)) >> BigInt(shift));
  return Math.min(Math.max(value, least), 127);
}
