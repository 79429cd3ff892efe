import { bitsOfF32, f32OfBits, nan32 } from "../../numbers/float-bits.ts";
import { decoders, i8Code } from "./element-formats.ts";

/** The sums of one pass through the array, row by row of the operand: `rows` × `inner` numbers times `inner` × `columns` weights, into raw words. */
export interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Signed 8-bit operands (as numbers), sums modulo 2^32. */
export function multiplyIntegers(a: Int32Array, weights: Int32Array, sums: Int32Array, shape: Product): void {
  const { rows, inner, columns } = shape;
  sums.fill(0, 0, rows * columns);
  for (let m = 0; m < rows; m++) {
    const out = m * columns;
    for (let r = 0; r < inner; r++) {
      const x = a[m * inner + r]!;
      if (x === 0) continue;
      const from = r * columns;
      for (let c = 0; c < columns; c++) sums[out + c] = (sums[out + c]! + x * weights[from + c]!) | 0;
    }
  }
}

/** Products rounded to float32, then sums, from the first row of the array to the last. NaN is spelled in one way. */
export function multiplyFloats(
  a: Float32Array,
  weights: Float32Array,
  sums: Float32Array,
  shape: Product,
): void {
  const { rows, inner, columns } = shape;
  sums.fill(0, 0, rows * columns);
  for (let m = 0; m < rows; m++) {
    const out = m * columns;
    for (let r = 0; r < inner; r++) {
      const x = a[m * inner + r]!;
      const from = r * columns;
      for (let c = 0; c < columns; c++) sums[out + c] = sums[out + c]! + Math.fround(x * weights[from + c]!);
    }
  }
  spellNaN(sums, rows * columns);
}

function spellNaN(sums: Float32Array, count: number): void {
  let words: Uint32Array | null = null;
  for (let i = 0; i < count; i++) {
    const sum = sums[i]!;
    if (sum === sum) continue;
    words ??= new Uint32Array(sums.buffer, sums.byteOffset, sums.length);
    words[i] = nan32;
  }
}

/** One element's step on raw bits: sum + weight·activation. */
export type Step = (sum: number, weight: number, activation: number) => number;

export function stepOf(format: number): Step {
  const decode = decoders[format]!;
  const mask = format === i8Code ? 0xff : 0xffffffff;
  if (format === i8Code)
    return (sum, weight, activation) => (sum + decode(weight & mask) * decode(activation & mask)) >>> 0;
  return (sum, weight, activation) =>
    bitsOfF32(f32OfBits(sum) + Math.fround(decode(weight) * decode(activation)));
}

/** Into an accumulator: raw bits of the sum. */
export function addOf(format: number): (a: number, b: number) => number {
  if (format === i8Code) return (a, b) => (a + b) >>> 0;
  return (a, b) => bitsOfF32(f32OfBits(a) + f32OfBits(b));
}

/** Where a float format's exponent is all ones (of fp8: the whole code but the sign): no finite number. An integer is always one. */
const notFinite: readonly number[] = [0x7f800000, 0, 0, 0x7f80, 0x7c00, 0x7f, 0x7f800000];

export function isFiniteOperand(format: number, bits: number): boolean {
  const mask = notFinite[format]!;
  return mask === 0 || (bits & mask) !== mask;
}

export function areFinite(format: number, words: Uint32Array): boolean {
  const mask = notFinite[format]!;
  if (mask === 0) return true;
  for (let i = 0; i < words.length; i++) if ((words[i]! & mask) === mask) return false;
  return true;
}
