import type { Element } from "../../workloads/program.ts";
import { floatFormats } from "../../numbers/float-formats.ts";
import { toI32, toI8 } from "../../numbers/to-integer.ts";

/** Formats by their code in an instruction (docs/tpu.md, "Words used here"). */
export const formatCodes: Readonly<Record<Element, number>> = {
  f32: 0,
  i32: 1,
  i8: 2,
  bf16: 3,
  fp16: 4,
  fp8: 5,
  tf32: 6,
};
export const i32Code = formatCodes.i32;
export const i8Code = formatCodes.i8;

/** Bytes of an element, by code. */
export const sizes: readonly number[] = [4, 4, 1, 2, 2, 1, 4];

export const isInteger = (code: number): boolean => code === i32Code || code === i8Code;

/** The number that these bits stand for; of a NaN of any spelling, NaN. */
export const decoders: readonly ((bits: number) => number)[] = [
  floatFormats.f32.from,
  (bits) => bits | 0,
  (bits) => (bits << 24) >> 24,
  floatFormats.bf16.from,
  floatFormats.fp16.from,
  floatFormats.fp8.from,
  floatFormats.tf32.from,
];

/** To the nearest, ties to even; integers are clamped, NaN has one spelling. Bits above the element's are 0. */
export const encoders: readonly ((value: number) => number)[] = [
  floatFormats.f32.to,
  (value) => toI32(value) >>> 0,
  (value) => toI8(value) & 0xff,
  floatFormats.bf16.to,
  floatFormats.fp16.to,
  floatFormats.fp8.to,
  floatFormats.tf32.to,
];

/** Words that a row of so many elements takes. */
export const wordsOfRow = (elements: number, size: number): number => Math.ceil((elements * size) / 4);
