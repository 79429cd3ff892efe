import { floatFormats } from "../numbers/float-formats.ts";
import {
  features,
  firstChannels,
  poolIndices,
  secondChannels,
  secondSide,
  side,
  windowIndices,
} from "./cnn-geometry.ts";
import { readCnnModel } from "./cnn-model.ts";
import type { CnnModel } from "./cnn-model.ts";
import { buildProgram } from "./program-builder.ts";
import type { ProgramBuilder } from "./program-builder.ts";
import type { Program, ProgramWorkload, Tensor } from "./program.ts";

/**
 * A convolutional classifier of handwritten digits, trained by `npm run train:cnn`. 16 images, 10 scores, 150 thousand multiply-accumulates.
 *
 *   image ─gather windows→ × w1 + b1 ─gather fours, max, ReLU→ 7 × 7 × 12 ─gather windows→ × w2 + b2 ─gather fours, max, ReLU→ 216 ─→ × w3 + b3 ─→ scores
 *
 * bf16 and fp16: what a product takes is rounded to that format, sums and the rest are f32. i8: integers alone; max, ReLU and clamp to 127 in one `requantize`.
 * ReLU comes after max, which changes nothing but the work.
 */
export type CnnFormat = "f32" | "bf16" | "fp16" | "i8";

export const cnnF32: ProgramWorkload = cnnWorkload("f32");
export const cnnBf16: ProgramWorkload = cnnWorkload("bf16");
export const cnnFp16: ProgramWorkload = cnnWorkload("fp16");
export const cnnI8: ProgramWorkload = cnnWorkload("i8");
/** Every layer's sums kept in the range that training saw (Ranger: Z. Chen et al. 2021), and what was beyond counted as corrected. */
export const cnnF32Clamp: ProgramWorkload = cnnWorkload("f32", true);

function cnnWorkload(format: CnnFormat, clamp = false): ProgramWorkload {
  return {
    name: clamp ? `cnn-${format}-clamp` : `cnn-${format}`,
    task: "classes",
    // Weights and images are what they are: nothing is left to a seed.
    build: () => {
      const model = readCnnModel();
      return cnnProgram(model, format, model.images, clamp);
    },
  };
}

/** The classifier over any images, 196 pixels of 0 to 127 each. */
export function cnnProgram(
  model: CnnModel,
  format: CnnFormat,
  images: ArrayLike<number>,
  clamp = false,
): Program {
  const inputs = images.length / (side * side);
  const b = buildProgram(clamp ? `cnn-${format}-clamp` : `cnn-${format}`, "classes", inputs);
  const round = format === "i8" ? (pixel: number) => pixel : floatFormats[format].round;
  const divided = format === "i8" ? 1 : 127;
  const pixels = Array.from(images, (pixel) => round(Math.fround(pixel / divided)));
  const image = b.inputs("image", 1, side * side, format, pixels);
  const layer = layerOf(b, model, format);
  const range = clamp ? rangeOf(b, model) : null;
  const kept = (l: 0 | 1 | 2, sums: Tensor): Tensor => range?.keep(l, sums) ?? sums;

  const windows1 = indexed(b, "windows-1", windowIndices(side, 1), 9);
  const sums1 = kept(0, layer(0, b.gather("columns-1", image, windows1), firstChannels));
  const largest1 = largestOfFour(b, "1", sums1, poolIndices(side, firstChannels));
  const layer1 = activated(b, model, format, 0, largest1);

  const windows2 = indexed(b, "windows-2", windowIndices(secondSide, firstChannels), 9 * firstChannels);
  const sums2 = kept(1, layer(1, b.gather("columns-2", layer1, windows2), secondChannels));
  const largest2 = largestOfFour(b, "2", sums2, poolIndices(secondSide, secondChannels));
  const layer2 = activated(b, model, format, 1, largest2);

  // The column of features becomes a row.
  const row = indexed(
    b,
    "feature-row",
    Int32Array.from({ length: features }, (_, i) => i),
    features,
  );
  const scores = kept(2, layer(2, b.gather("features", layer2, row), 10));
  return b.finish(scores, range === null ? undefined : { tensor: range.flags(), detector: "range" });
}

function indexed(b: ProgramBuilder, name: string, indices: Int32Array, columns: number): Tensor {
  return b.weights(name, indices.length / columns, columns, "i32", indices);
}

/** columns × weights + bias, in f32 or i32. */
function layerOf(
  b: ProgramBuilder,
  { weights, biases, i8 }: CnnModel,
  format: CnnFormat,
): (l: 0 | 1 | 2, columns: Tensor, width: number) => Tensor {
  return (l, columns, width) => {
    const number = l + 1;
    const values = Array.from(weights[l], (w) =>
      format === "i8" ? Math.round(w * i8.scales[l]) : floatFormats[format].round(w),
    );
    const bias =
      format === "i8" ? Array.from(biases[l], (value) => Math.round(value * i8.biasScales[l])) : biases[l];
    const w = b.weights(`w${number}`, columns.columns, width, format, values);
    const offset = b.weights(`b${number}`, 1, width, format === "i8" ? "i32" : "f32", bias);
    const sums = b.matmul(`sums-${number}`, columns, w);
    return b.combine(sums.name, "add", sums, offset);
  };
}

function largestOfFour(b: ProgramBuilder, number: string, sums: Tensor, fours: Int32Array): Tensor {
  const index = indexed(b, `fours-index-${number}`, fours, 4);
  return b.reduceRows(`largest-${number}`, "max", b.gather(`fours-${number}`, sums, index));
}

function activated(
  b: ProgramBuilder,
  { i8 }: CnnModel,
  format: CnnFormat,
  l: 0 | 1,
  largest: Tensor,
): Tensor {
  const name = `layer-${l + 1}`;
  if (format === "i8") return b.requantize(name, largest, i8.multipliers[l], i8.shift, 0);
  if (format === "f32") return b.map(name, "relu", largest);
  return b.copy(name, b.map(largest.name, "relu", largest), format);
}

/** Counts what is beyond the range, then brings it back to the range's end. */
function rangeOf(
  b: ProgramBuilder,
  model: CnnModel,
): { keep: (l: 0 | 1 | 2, sums: Tensor) => Tensor; flags: () => Tensor } {
  const counts: Tensor[] = [];
  return {
    keep: (l, sums) => {
      const number = l + 1;
      const most = b.weights(`range-${number}`, 1, 1, "f32", [model.ranges[l]]);
      const least = b.weights(`range-low-${number}`, 1, 1, "f32", [-model.ranges[l]]);
      counts.push(
        b.reduce(`beyond-count-${number}`, b.combine(`beyond-${number}`, "not-within", sums, most)),
      );
      return b.combine(sums.name, "max", b.combine(sums.name, "min", sums, most), least);
    },
    flags: () => {
      const total = counts
        .slice(1)
        .reduce((sum, count) => b.combine("beyond-total", "add", sum, count), counts[0]!);
      // [not corrected: never, corrected].
      const flags = b.scratch("flags", 2, 1, "i32");
      b.place(b.copy("beyond-whole", total, "i32"), flags, 1);
      return flags;
    },
  };
}
