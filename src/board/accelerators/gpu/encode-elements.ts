import { toBf16 } from "../../numbers/bf16.ts";
import { bitsOfF32 } from "../../numbers/float-bits.ts";
import { toFp16 } from "../../numbers/fp16.ts";
import { toE4m3 } from "../../numbers/fp8.ts";
import type { Element } from "../../workloads/program.ts";
import { bytesOf } from "./kernels/kernel.ts";

const codeOf: Readonly<Record<Element, (value: number) => number>> = {
  f32: bitsOfF32,
  tf32: bitsOfF32,
  bf16: toBf16,
  fp16: toFp16,
  fp8: (value) => toE4m3(value),
  i8: (value) => value & 0xff,
  i32: (value) => value >>> 0,
};

/** Elements as they lie in memory: words, the first element in the lowest bits. The values are numbers that the format has. */
export function encodeElements(element: Element, values: ArrayLike<number>): Uint32Array {
  const bytes = bytesOf[element];
  const code = codeOf[element];
  const words = new Uint32Array(Math.ceil((values.length * bytes) / 4));
  for (let i = 0; i < values.length; i++)
    words[(i * bytes) >> 2]! |= code(values[i]!) << (8 * ((i * bytes) & 3));
  return words;
}
