import { randomStream } from "../../domain/random.ts";
import type { Axis } from "../../domain/strike.ts";
import { createMemory, structureOf } from "../memory.ts";
import type { Memory } from "../memory.ts";
import { finished, paused, trapped, wireName } from "./workload.ts";
import type { Core, Format, Kernel, LoopEnd, Prepared, Workload } from "./workload.ts";

/**
 * C[i][j] = Σ A[i][p]·B[p][j], p ascending, 16 × 16 × 16. float32: every product and every sum rounded to float32.
 * int8: int8 operands, int32 accumulators that wrap. 8 inputs A, one B. docs/workloads.md is the norm.
 */
const size = 16;
export const gemmElements = size * size;
const elements = gemmElements;
const wrap = elements - 1;
const inputs = 8;

/** Control words, in their order in the structure. */
export const gemmControl = {
  M: 0,
  N: 1,
  K: 2,
  strideA: 3,
  strideB: 4,
  strideC: 5,
  offsetA: 6,
  offsetB: 7,
} as const;
const { M, N, K, strideA, strideB, strideC, offsetA, offsetB } = gemmControl;
const square: readonly Axis[] = [
  { name: "row", size },
  { name: "column", size },
];
const controlWords = [size, size, size, size, size, size, 0, 0];

export const gemmF32: Workload = {
  name: wireName("gemm", "f32"),
  prepare: (seed) => {
    const memory = createMemory((1 + inputs) * elements * 4 + 32);
    const b = memory.f32("weights", elements);
    const a = memory.f32("inputs", inputs * elements);
    const random = randomStream(seed, "gemm", "f32");
    fill(b, () => Math.fround(2 * random.nextFloat() - 1));
    fill(a, () => Math.fround(2 * random.nextFloat() - 1));
    return prepared("f32", memory, a, b, ({ control, output }) => (input, core) => {
      const base = input * elements;
      return multiply(control, core, output, (i, j) => dotF32(a, base, b, control, core, i, j));
    });
  },
};

export const gemmI8: Workload = {
  name: wireName("gemm", "i8"),
  prepare: (seed) =>
    prepareGemmI8(seed, ({ a, b, control, output }) => (input, core) => {
      const base = input * elements;
      return multiply(control, core, output, (i, j) => dotI8(a, base, b, control, core, i, j));
    }),
};

/** What a kernel of gemm computes with. */
export interface GemmOperands<T> {
  /** All inputs, one after the other. */
  readonly a: T;
  readonly b: T;
  readonly control: Uint32Array;
  readonly output: Float32Array | Int32Array;
}

type KernelOf<T> = (operands: GemmOperands<T>) => Prepared["kernel"];

/** gemm-i8 with a kernel of one's own: the same operands, the same structures. */
export function prepareGemmI8(seed: number, kernelOf: KernelOf<Int8Array>): Prepared {
  const memory = createMemory((1 + inputs) * elements + 32);
  const b = memory.i8("weights", elements);
  const a = memory.i8("inputs", inputs * elements);
  const random = randomStream(seed, "gemm", "i8");
  fill(b, () => random.nextBelow(256) - 128);
  fill(a, () => random.nextBelow(256) - 128);
  return prepared("i8", memory, a, b, kernelOf);
}

function prepared<T extends Float32Array | Int8Array>(
  format: Format,
  memory: Memory,
  a: T,
  b: T,
  kernelOf: KernelOf<T>,
): Prepared {
  const control = memory.u32("control", controlWords.length);
  control.set(controlWords);
  memory.seal();
  const output = format === "f32" ? new Float32Array(elements) : new Int32Array(elements);
  return {
    inputs,
    format: format === "f32" ? "f32" : "i32",
    output,
    outputAxes: square,
    ranks: false,
    memory,
    structures: [
      { ...structureOf("weights", { words: b }), axes: square },
      { ...structureOf("activations", { words: a, perInput: elements }), axes: square },
      structureOf("control", { words: control }),
    ],
    selfChecks: { control: { word: offsetA } },
    kernel: kernelOf({ a, b, control, output }),
  };
}

function* multiply(
  control: Uint32Array,
  core: Core,
  c: Float32Array | Int32Array,
  dot: (i: number, j: number) => LoopEnd,
): Kernel {
  for (let i = 0; i < control[M]!; i++) {
    const row = core.cycle;
    for (let j = 0; j < control[N]!; j++) {
      const element = core.cycle;
      core.index = 0;
      core.sum = 0;
      for (let end = dot(i, j); end !== finished; end = dot(i, j)) {
        if (end === trapped) return "trap";
        yield;
      }
      c[(Math.imul(i, control[strideC]!) + j) & wrap] = core.sum;
      if (core.cycle === element) {
        if (core.cycle >= core.until) yield;
        core.cycle++;
      }
    }
    if (core.cycle === row) {
      if (core.cycle >= core.until) yield;
      core.cycle++;
    }
  }
  return "ok";
}

/** One element of C, from `core.index` on. `base` is where the input's A begins. */
function dotF32(
  a: Float32Array,
  base: number,
  b: Float32Array,
  control: Uint32Array,
  core: Core,
  i: number,
  j: number,
): LoopEnd {
  const first = core.index;
  const last = first + core.until - core.cycle;
  let sum = core.sum;
  let p = first;
  let end: LoopEnd = finished;
  for (; p < control[K]!; p++) {
    if (p >= last) {
      end = paused;
      break;
    }
    const atA = control[offsetA]! + ((Math.imul(i, control[strideA]!) + p) & wrap);
    const atB = control[offsetB]! + ((Math.imul(p, control[strideB]!) + j) & wrap);
    if (atA >= elements || atB >= elements) {
      end = trapped;
      break;
    }
    sum = Math.fround(sum + Math.fround(a[base + atA]! * b[atB]!));
  }
  core.cycle += p - first;
  core.index = p;
  core.sum = sum;
  return end;
}

function dotI8(
  a: Int8Array,
  base: number,
  b: Int8Array,
  control: Uint32Array,
  core: Core,
  i: number,
  j: number,
): LoopEnd {
  const first = core.index;
  const last = first + core.until - core.cycle;
  let sum = core.sum;
  let p = first;
  let end: LoopEnd = finished;
  for (; p < control[K]!; p++) {
    if (p >= last) {
      end = paused;
      break;
    }
    const atA = control[offsetA]! + ((Math.imul(i, control[strideA]!) + p) & wrap);
    const atB = control[offsetB]! + ((Math.imul(p, control[strideB]!) + j) & wrap);
    if (atA >= elements || atB >= elements) {
      end = trapped;
      break;
    }
    sum = (sum + Math.imul(a[base + atA]!, b[atB]!)) | 0;
  }
  core.cycle += p - first;
  core.index = p;
  core.sum = sum;
  return end;
}

function fill(words: Float32Array | Int8Array, value: () => number): void {
  for (let i = 0; i < words.length; i++) words[i] = value();
}
