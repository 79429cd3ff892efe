import { createMemory, structureOf } from "../memory.ts";
import type { Memory } from "../memory.ts";
import { classes, hidden, pixels, readDigitsModel } from "./digits-model.ts";
import { dotF32, dotI8 } from "./digits-dot.ts";
import type { Dot, Layer } from "./digits-dot.ts";
import { finished, trapped, wireName } from "./workload.ts";
import type { Core, Format, Kernel, LoopEnd, Prepared, Workload } from "./workload.ts";

/**
 * A classifier of handwritten digits: 196 pixels ─w1, ReLU→ 32 hidden ─w2→ 10 scores. Trained by
 * `npm run train:digits`; weights and test images are its own and do not depend on the seed.
 *
 * float32: every product and every sum rounded to float32. int8: int8 operands, int32 accumulators that wrap; the
 * hidden layer is brought back to 0 .. 127 by a fixed-point multiplier and a shift, both control words.
 * ReLU takes what is not above 0, NaN too, as 0. docs/workloads.md is the norm.
 */

/** Control words, in their order in the structure; the last two in int8 alone. */
export const hiddenCount = 1;
export const classCount = 2;
const multiplier = 9;
const shift = 10;
export const firstLayer: Layer = { inner: 0, strideW: 3, offsetX: 5, offsetW: 7, words: pixels };
export const secondLayer: Layer = { inner: hiddenCount, strideW: 4, offsetX: 6, offsetW: 8, words: hidden };
const controlWords = [pixels, hidden, classes, pixels, hidden, 0, 0, 0, 0];

export const digitsF32: Workload = {
  name: wireName("digits", "f32"),
  prepare: () => prepareDigits("f32", readDigitsModel().images),
};

export const digitsI8: Workload = {
  name: wireName("digits", "i8"),
  prepare: () => prepareDigits("i8", readDigitsModel().images),
};

/** With images of one's own: 196 pixels each, 0 to 127, one after the other. */
export function prepareDigits(format: Format, images: Uint8Array): Prepared {
  const model = readDigitsModel();
  const weights = pixels * hidden + hidden * classes;
  const memory = createMemory((weights + images.length + hidden + 11) * 4);
  if (format === "f32") {
    const w1 = memory.f32("weights", pixels * hidden);
    const w2 = memory.f32("weights", hidden * classes);
    const x = memory.f32("inputs", images.length);
    w1.set(model.w1);
    w2.set(model.w2);
    for (let i = 0; i < x.length; i++) x[i] = Math.fround(images[i]! / 127);
    const h = memory.f32("scratch", hidden);
    return prepared(format, memory, { w1, w2, x, h }, new Float32Array(classes), [], (operands) =>
      inOrder(operands, { dot: dotF32, activate: rectifyF32 }),
    );
  }
  return prepareDigitsI8(images, (operands) => inOrder(operands, { dot: dotI8, activate: rectifyI8 }));
}

/** digits-i8 with a kernel of one's own: the same operands, the same structures. */
export function prepareDigitsI8(images: Uint8Array, kernelOf: KernelOf<Int8Array>): Prepared {
  const model = readDigitsModel();
  const weights = pixels * hidden + hidden * classes;
  const memory = createMemory((weights + images.length + hidden + 11) * 4);
  const w1 = memory.i8("weights", pixels * hidden);
  const w2 = memory.i8("weights", hidden * classes);
  const x = memory.i8("inputs", images.length);
  w1.set(quantized(model.w1));
  w2.set(quantized(model.w2));
  x.set(images);
  const h = memory.i8("scratch", hidden);
  const requantize = [model.multiplier, model.shift];
  return prepared("i8", memory, { w1, w2, x, h }, new Int32Array(classes), requantize, kernelOf);
}

/** Symmetric, one scale a layer: the largest weight becomes ±127. */
export function quantized(weights: Float32Array): Int8Array {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  return Int8Array.from(weights, (weight) => Math.round((weight * 127) / largest));
}

interface Operands<T> {
  readonly w1: T;
  readonly w2: T;
  readonly x: T;
  readonly h: T;
}

/** What a kernel of digits computes with. */
export interface DigitsOperands<T> extends Operands<T> {
  readonly control: Uint32Array;
  readonly output: Float32Array | Int32Array;
}

type KernelOf<T> = (operands: DigitsOperands<T>) => Prepared["kernel"];

interface Arithmetic<T> {
  readonly dot: Dot<T>;
  /** What the hidden layer keeps of a sum. */
  readonly activate: (sum: number, control: Uint32Array) => number;
}

/** `requantize`: control words of its own. */
function prepared<T extends Float32Array | Int8Array>(
  format: Format,
  memory: Memory,
  { w1, w2, x, h }: Operands<T>,
  output: Float32Array | Int32Array,
  requantize: readonly number[],
  kernelOf: KernelOf<T>,
): Prepared {
  const control = memory.u32("control", controlWords.length + requantize.length);
  control.set([...controlWords, ...requantize]);
  memory.seal();
  return {
    inputs: x.length / pixels,
    format: format === "f32" ? "f32" : "i32",
    output,
    ranks: true,
    memory,
    structures: [
      structureOf("weights", { words: w1 }, { words: w2 }),
      structureOf("activations", { words: x, perInput: pixels }, { words: h }),
      structureOf("control", { words: control }),
    ],
    selfChecks: {
      weights: { word: w1.length },
      activations: { word: pixels, cycle: pixels * hidden },
      control: { word: firstLayer.offsetX },
    },
    kernel: kernelOf({ w1, w2, x, h, control, output }),
  };
}

function inOrder<T extends Float32Array | Int8Array>(
  { w1, w2, x, h, control, output }: DigitsOperands<T>,
  { dot, activate }: Arithmetic<T>,
): Prepared["kernel"] {
  return function* (input, core) {
    const end = yield* layer(control, hiddenCount, core, {
      dot: (row) => dot(x, input * pixels, w1, control, core, firstLayer, row),
      keep: (row, sum) => (h[row % hidden] = activate(sum, control)),
    });
    if (end === "trap") return end;
    return yield* layer(control, classCount, core, {
      dot: (row) => dot(h, 0, w2, control, core, secondLayer, row),
      keep: (row, sum) => (output[row % classes] = sum),
    });
  };
}

interface LayerSteps {
  readonly dot: (row: number) => LoopEnd;
  readonly keep: (row: number, sum: number) => void;
}

function* layer(control: Uint32Array, rows: number, core: Core, { dot, keep }: LayerSteps): Kernel {
  for (let row = 0; row < control[rows]!; row++) {
    const before = core.cycle;
    core.index = 0;
    core.sum = 0;
    for (let end = dot(row); end !== finished; end = dot(row)) {
      if (end === trapped) return "trap";
      yield;
    }
    keep(row, core.sum);
    if (core.cycle === before) {
      if (core.cycle >= core.until) yield;
      core.cycle++;
    }
  }
  return "ok";
}

function rectifyF32(sum: number): number {
  return sum > 0 ? sum : 0;
}

/** Fixed-point: sum · multiplier / 2^shift, exact in a double for every multiplier that training gives. */
export function rectifyI8(sum: number, control: Uint32Array): number {
  if (sum <= 0) return 0;
  return Math.min(127, Math.floor((sum * control[multiplier]!) / ((1 << (control[shift]! & 31)) >>> 0)));
}
