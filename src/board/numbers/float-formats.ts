import { fromBf16, roundToBf16, toBf16 } from "./bf16.ts";
import { bitsOfF32, f32OfBits } from "./float-bits.ts";
import { fromFp16, roundToFp16, toFp16 } from "./fp16.ts";
import { fromE4m3, fromE5m2, roundToE4m3, roundToE5m2, toE4m3, toE5m2 } from "./fp8.ts";
import { fromTf32, roundToTf32, toTf32 } from "./tf32.ts";

/** One way to keep a number in a word of memory. */
export interface FloatFormat {
  /** That a number takes in memory. */
  readonly bytes: 1 | 2 | 4;
  /** float32 to the code of the nearest number, ties to even. */
  readonly to: (value: number) => number;
  /** Exact. */
  readonly from: (code: number) => number;
  /** float32 to the nearest number of the format. */
  readonly round: (value: number) => number;
}

/** By the names that elements of tensors have (`Element` in ../workloads/program.ts); `fp8` is E4M3. */
export const floatFormats = {
  f32: { bytes: 4, to: bitsOfF32, from: f32OfBits, round: Math.fround },
  tf32: { bytes: 4, to: toTf32, from: fromTf32, round: roundToTf32 },
  bf16: { bytes: 2, to: toBf16, from: fromBf16, round: roundToBf16 },
  fp16: { bytes: 2, to: toFp16, from: fromFp16, round: roundToFp16 },
  fp8: { bytes: 1, to: (value) => toE4m3(value), from: fromE4m3, round: roundToE4m3 },
  "fp8-e5m2": { bytes: 1, to: (value) => toE5m2(value), from: fromE5m2, round: roundToE5m2 },
} as const satisfies Readonly<Record<string, FloatFormat>>;
