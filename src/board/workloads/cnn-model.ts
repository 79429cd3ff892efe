import { i8, images, labels, ranges, weights as weightsBase64 } from "./cnn-model-data.ts";
import { features, firstChannels, secondChannels } from "./cnn-geometry.ts";

/** The trained convolutional classifier. All weights float32; biases of a layer are one row. */
export interface CnnModel {
  /** [tap][channel], [tap, channel][channel], [feature][class]. */
  readonly weights: readonly [Float32Array, Float32Array, Float32Array];
  readonly biases: readonly [Float32Array, Float32Array, Float32Array];
  /** Largest magnitude before ReLU of each layer, over all training images. */
  readonly ranges: readonly [number, number, number];
  /** Of int8: what its integers stand for, and what brings sums back to int8. */
  readonly i8: CnnIntegers;
  /** 16 validation images, 196 pixels of 0 to 127 each, and what they show. */
  readonly images: Uint8Array;
  readonly labels: readonly number[];
}

export interface CnnIntegers {
  /** A weight w of layer l is the integer nearest to w·scales[l]. */
  readonly scales: readonly [number, number, number];
  /** A bias b of layer l is the integer nearest to b·biasScales[l]: the scale of its sums. */
  readonly biasScales: readonly [number, number, number];
  /** Of the first two layers: sum · multiplier / 2^shift is 0 to 127. */
  readonly multipliers: readonly [number, number];
  readonly shift: number;
}

export function readCnnModel(): CnnModel {
  const all = new Float32Array(bytesOf(weightsBase64).buffer);
  let at = 0;
  const next = (count: number): Float32Array => all.subarray(at, (at += count));
  const [w1, b1] = [next(9 * firstChannels), next(firstChannels)];
  const [w2, b2] = [next(9 * firstChannels * secondChannels), next(secondChannels)];
  const [w3, b3] = [next(features * 10), next(10)];
  return {
    weights: [w1, w2, w3],
    biases: [b1, b2, b3],
    ranges,
    i8,
    images: bytesOf(images),
    labels,
  };
}

/** In a buffer of their own: `Buffer.from` may give a piece of a shared one. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}
