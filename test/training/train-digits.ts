import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomStream } from "../../src/domain/random.ts";
import { classes, hidden, pixels } from "../../src/board/workloads/digits-model.ts";
import { quantized } from "../../src/board/workloads/digits.ts";
import { mnistDigits } from "./mnist-digits.ts";
import type { Digits } from "./mnist-digits.ts";

/**
 * Trains the digit classifier and writes it into the source: `npm run train:digits`, some ten seconds.
 *
 *   digits ─SGD, cross-entropy→ w1, w2 ─quantise, largest hidden sum→ multiplier, shift ─→ digits-model-data.ts
 *
 * The same digits and seed give the same file on one Node version. exp is used here alone: kernels only rank.
 */
const seed = 7;
const epochs = 12;
const testImages = 16;

const { training, heldOut } = mnistDigits();
const { w1, w2 } = train(training);
const { multiplier, shift } = requantization(training, w1, w2);
const target = join(process.argv[2] ?? ".", "src/board/workloads/digits-model-data.ts");
writeFileSync(
  target,
  `// Written by \`npm run train:digits\` (test/training/train-digits.ts); images from the MNIST database of handwritten digits.
export const w1Base64 =
  "${base64(w1)}";
export const w2Base64 =
  "${base64(w2)}";
export const multiplier = ${multiplier};
export const shift = ${shift};
export const imagesBase64 =
  "${Buffer.from(heldOut.images.subarray(0, testImages * pixels)).toString("base64")}";
`,
);
process.stdout.write(
  `${target}: float accuracy on held-out digits ${accuracy(heldOut, w1, w2).toFixed(4)}\n`,
);

function train({ labels, images }: Digits): { w1: Float32Array; w2: Float32Array } {
  const random = randomStream(seed, "train");
  const gaussian = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.nextFloat();
    return sum;
  };
  const first = Float32Array.from({ length: pixels * hidden }, () => gaussian() * Math.sqrt(2 / pixels));
  const second = Float32Array.from({ length: hidden * classes }, () => gaussian() * Math.sqrt(2 / hidden));
  const x = new Float64Array(pixels);
  const h = new Float64Array(hidden);
  const back = new Float64Array(hidden);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.05 * 0.8 ** epoch;
    for (let step = 0; step < labels.length; step++) {
      const sample = random.nextBelow(labels.length);
      for (let p = 0; p < pixels; p++) x[p] = images[sample * pixels + p]! / 127;
      const scores = forward(first, second, x, h);
      const largest = Math.max(...scores);
      const raised = scores.map((score) => Math.exp(score - largest));
      const total = raised.reduce((sum, value) => sum + value, 0);
      back.fill(0);
      for (let c = 0; c < classes; c++) {
        const slope = raised[c]! / total - (labels[sample] === c ? 1 : 0);
        for (let j = 0; j < hidden; j++) {
          const at = c * hidden + j;
          back[j]! += slope * second[at]!;
          second[at]! -= rate * slope * h[j]!;
        }
      }
      for (let j = 0; j < hidden; j++) {
        if (h[j]! <= 0) continue;
        for (let p = 0; p < pixels; p++) first[j * pixels + p]! -= rate * back[j]! * x[p]!;
      }
    }
  }
  return { w1: first, w2: second };
}

function forward(first: Float32Array, second: Float32Array, x: Float64Array, h: Float64Array): number[] {
  for (let j = 0; j < hidden; j++) {
    let sum = 0;
    for (let p = 0; p < pixels; p++) sum += x[p]! * first[j * pixels + p]!;
    h[j] = sum > 0 ? sum : 0;
  }
  return Array.from({ length: classes }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < hidden; j++) sum += h[j]! * second[c * hidden + j]!;
    return sum;
  });
}

/** multiplier / 2^shift brings the largest hidden sum seen in training to 127. */
function requantization(
  { labels, images }: Digits,
  first: Float32Array,
  second: Float32Array,
): { multiplier: number; shift: number } {
  const integers = Float32Array.from(quantized(first));
  const x = new Float64Array(pixels);
  const h = new Float64Array(hidden);
  let largest = 1;
  for (let sample = 0; sample < labels.length; sample++) {
    for (let p = 0; p < pixels; p++) x[p] = images[sample * pixels + p]!;
    forward(integers, second, x, h);
    largest = Math.max(largest, ...h);
  }
  const bits = 24;
  return { multiplier: Math.round((127 * 2 ** bits) / largest), shift: bits };
}

function accuracy({ labels, images }: Digits, first: Float32Array, second: Float32Array): number {
  const x = new Float64Array(pixels);
  const h = new Float64Array(hidden);
  let right = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    for (let p = 0; p < pixels; p++) x[p] = images[sample * pixels + p]! / 127;
    const scores = forward(first, second, x, h);
    if (scores.indexOf(Math.max(...scores)) === labels[sample]) right++;
  }
  return right / labels.length;
}

function base64(words: Float32Array): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString("base64");
}
