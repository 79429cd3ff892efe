import { features, firstChannels, secondChannels, side } from "../../src/board/workloads/cnn-geometry.ts";
import type { CnnModel } from "../../src/board/workloads/cnn-model.ts";
import { onnxGraph, onnxTypes, type OnnxGraph } from "./onnx-graph.ts";
import { gamma } from "./rounding-bound.ts";
import { openOnnx } from "./run-onnx.ts";

/**
 * The classifier as a network of convolutions, from its trained weights alone: nothing of the program's gathers and products is used.
 *
 *   [n, 1, 14, 14] ─Conv 3 × 3, ReLU, MaxPool→ [n, 12, 7, 7] ─Conv 3 × 3, ReLU, MaxPool→ [n, 24, 3, 3] ─MatMul→ scores [n, 10]
 */
export interface CnnScores {
  /** Image after image, 10 each. */
  readonly scores: ArrayLike<number>;
  /** How far an engine with another order of sums may lie from each; 0 of integers. */
  readonly bounds: ArrayLike<number>;
}

const widths = [
  { from: 1, into: firstChannels },
  { from: firstChannels, into: secondChannels },
] as const;
const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const pool = { kernel_shape: [2, 2], strides: [2, 2] };

/** What a product takes is float32, or rounded to a narrower format; `clamp`: sums are kept in the model's ranges. */
export async function cnnScores(
  model: CnnModel,
  narrow: "float" | "bfloat16" | "float16",
  clamp: boolean,
): Promise<CnnScores> {
  const g = onnxGraph();
  const scalar = (value: number): string => g.constant("float", [], Float32Array.of(value));
  const round = (x: string): string =>
    narrow === "float"
      ? x
      : g.node("Cast", [g.node("Cast", [x], { to: onnxTypes[narrow] })], { to: onnxTypes.float });
  const absolute = (x: string): string => g.node("Abs", [x]);
  const add = (a: string, b: string): string => g.node("Add", [a, b]);
  const times = (a: string, factor: number): string => g.node("Mul", [a, scalar(factor)]);
  /** Of two numbers that are both rounded, one perhaps up and one down: a place of the format. */
  const place = { float: 0, bfloat16: 2 ** -7, float16: 2 ** -10 }[narrow];

  const shape = [model.images.length / side ** 2, 1, side, side];
  let x = round(g.node("Div", [g.input("images", "float", shape), scalar(127)]));
  let apart = times(x, 0);
  for (const layer of [0, 1, 2] as const) {
    const { weights, sum, terms } = layerOf(g, model, layer);
    const [w, bias] = [
      round(weights),
      g.constant("float", [model.biases[layer].length], model.biases[layer]),
    ];
    if (layer === 2) [x, apart] = [asRows(g, x), asRows(g, apart)];
    // |Δ(Σxw + b)| ≤ Σ|w||Δx| + 2·γ(terms)·(Σ|w|(|x| + |Δx|) + |b|). Clamps, ReLU and maxima bring nothing further apart.
    const size = sum(add(absolute(x), apart), absolute(w), absolute(bias));
    apart = add(sum(apart, absolute(w), times(bias, 0)), times(size, 2 * gamma(terms)));
    x = sum(x, w, bias);
    if (clamp) x = g.node("Clip", [x, scalar(-model.ranges[layer]), scalar(model.ranges[layer])]);
    if (layer === 2) break;
    apart = g.node("MaxPool", [apart], pool);
    const largest = g.node("MaxPool", [g.node("Relu", [x])], pool);
    apart = add(apart, times(add(largest, apart), place));
    x = round(largest);
  }
  const run = await openOnnx(g, [x, apart]);
  const [scores, bounds] = await run({ images: { type: "float32", shape, values: model.images } });
  return { scores: scores as Float32Array, bounds: bounds as Float32Array };
}

interface Layer {
  readonly weights: string;
  readonly sum: (x: string, weights: string, bias: string) => string;
  /** Of a sum, the bias among them. */
  readonly terms: number;
}

function layerOf(g: OnnxGraph, model: CnnModel, layer: 0 | 1 | 2): Layer {
  if (layer === 2)
    return {
      weights: g.constant("float", [features, 10], model.weights[2]),
      sum: (x, weights, bias) => g.node("Add", [g.node("MatMul", [x, weights]), bias]),
      terms: features + 1,
    };
  const { from, into } = widths[layer];
  const kernel = Float32Array.from(kernelOf(model.weights[layer], from, into));
  return {
    weights: g.constant("float", [into, from, 3, 3], kernel),
    sum: (x, weights, bias) => g.node("Conv", [x, weights, bias], window),
    terms: 9 * from + 1,
  };
}

/** Integers alone, as the model's scales have them: ConvInteger, a bias, the fixed-point scale in 64 bits, MaxPool over uint8. Exact. */
export async function cnnIntegerScores(model: CnnModel): Promise<CnnScores> {
  const { scales, biasScales, multipliers, shift } = model.i8;
  const g = onnxGraph();
  const weightsOf = (layer: 0 | 1 | 2): number[] =>
    Array.from(model.weights[layer], (w) => Math.round(w * scales[layer]));
  const biasOf = (layer: 0 | 1 | 2, shape: readonly number[]): string =>
    g.constant(
      "int32",
      shape,
      Int32Array.from(model.biases[layer], (b) => Math.round(b * biasScales[layer])),
    );
  const long = (value: bigint): string => g.constant("int64", [], BigInt64Array.of(value));
  const shape = [model.images.length / side ** 2, 1, side, side];
  let x = g.input("images", "uint8", shape);
  for (const layer of [0, 1] as const) {
    const { from, into } = widths[layer];
    const kernel = g.constant(
      "int8",
      [into, from, 3, 3],
      Int8Array.from(kernelOf(weightsOf(layer), from, into)),
    );
    const sums = g.node("Add", [g.node("ConvInteger", [x, kernel], window), biasOf(layer, [1, into, 1, 1])]);
    // What is negative becomes 0 in the end, and without it dividing rounds down.
    const positive = g.node("Max", [g.node("Cast", [sums], { to: onnxTypes.int64 }), long(0n)]);
    const product = g.node("Add", [
      g.node("Mul", [positive, long(BigInt(multipliers[layer]))]),
      long(1n << BigInt(shift - 1)),
    ]);
    const scaled = g.node("Min", [g.node("Div", [product, long(1n << BigInt(shift))]), long(127n)]);
    x = g.node("MaxPool", [g.node("Cast", [scaled], { to: onnxTypes.uint8 })], pool);
  }
  const last = g.constant("int8", [features, 10], Int8Array.from(weightsOf(2)));
  const scores = g.node("Add", [g.node("MatMulInteger", [asRows(g, x), last]), biasOf(2, [10])]);
  const [result] = await (
    await openOnnx(g, [scores])
  )({ images: { type: "uint8", shape, values: model.images } });
  return { scores: result as Int32Array, bounds: new Float64Array(result!.length) };
}

/** An image a row, channels of a pixel side by side. */
function asRows(g: OnnxGraph, x: string): string {
  const channelsLast = g.node("Transpose", [x], { perm: [0, 2, 3, 1] });
  return g.node("Reshape", [channelsLast, g.constant("int64", [2], BigInt64Array.of(-1n, BigInt(features)))]);
}

/** [tap, in][out], taps row by row, to ONNX's [out][in][row][column]. */
function kernelOf(weights: ArrayLike<number>, from: number, into: number): number[] {
  const turned: number[] = [];
  for (let o = 0; o < into; o++)
    for (let i = 0; i < from; i++)
      for (let tap = 0; tap < 9; tap++) turned.push(weights[(tap * from + i) * into + o]!);
  return turned;
}
