import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cnnProgram } from "../../src/board/workloads/cnn.ts";
import type { CnnFormat } from "../../src/board/workloads/cnn.ts";
import type { CnnIntegers, CnnModel } from "../../src/board/workloads/cnn-model.ts";
import { evaluateProgram } from "../board/workloads/evaluate-program.ts";
import { cnnLayout, cnnNetwork } from "./cnn-network.ts";
import type { CnnPart } from "./cnn-network.ts";
import { pooled } from "./mnist-digits.ts";
import { trainingSplit } from "./split-digits.ts";
import { cnnTraining, trainCnnWeights } from "./train-cnn-weights.ts";
import { checkpointSteps, hashOfNumbers, writeCheckpoint } from "./training-checkpoint.ts";

/**
 * Trains the convolutional classifier and writes it into the source: `npm run train:cnn`, two to three minutes on one core.
 *
 *   7,000 digits, distorted ─Adam, cross-entropy→ weights ─largest sums over the digits→ ranges, int8 scales ─→ cnn-model-data.ts, cnn-checkpoint.json
 *
 * It sees training and validation digits alone; the held-back ones are opened by the test.
 */
const root = process.argv[2] ?? ".";
const testImages = 16;

const { training, validation } = trainingSplit();
let early = "";
const trained = trainCnnWeights(training, cnnTraining.steps, (step, weights) => {
  if (step === checkpointSteps) early = hashOfNumbers(weights);
  if (step % 1_000 === 0) process.stdout.write(`step ${step} of ${cnnTraining.steps}\n`);
});
const weights = Float32Array.from(trained);
const ranges = largestSums(weights);
const i8 = integersOf(weights, ranges);
const images = validation.images.slice(0, testImages * 196);
const labels = [...validation.labels.slice(0, testImages)];
writeFileSync(
  join(root, "src/board/workloads/cnn-model-data.ts"),
  `// Written by \`npm run train:cnn\` (test/training/train-cnn.ts); images from the MNIST database of handwritten digits.
export const weights =
  "${Buffer.from(weights.buffer).toString("base64")}";
export const ranges = ${JSON.stringify(ranges)} as const;
export const i8 = ${JSON.stringify(i8)} as const;
export const images =
  "${Buffer.from(images).toString("base64")}";
export const labels = ${JSON.stringify(labels)} as const;
`,
);
const right: Record<string, number> = {};
for (const format of ["f32", "bf16", "fp16", "i8"] as const) right[format] = rightAnswers(format);
process.stdout.write(`right of ${validation.labels.length} validation digits: ${JSON.stringify(right)}\n`);
writeCheckpoint(join(root, "test/training/cnn-checkpoint.json"), {
  steps: checkpointSteps,
  early,
  final: hashOfNumbers(weights),
  validation: right,
});

/** Of each layer before ReLU, over all training digits as they are, rounded up to hundredths. */
function largestSums(all: Float32Array): [number, number, number] {
  const network = cnnNetwork();
  const largest: [number, number, number] = [0, 0, 0];
  for (const { image } of training) {
    network.forward(
      Float64Array.from(all),
      Float64Array.from(pooled(image), (pixel) => pixel / 127),
    );
    [network.z1, network.z2, network.scores].forEach((sums, l) => {
      for (const sum of sums) largest[l as 0 | 1 | 2] = Math.max(largest[l as 0 | 1 | 2], Math.abs(sum));
    });
  }
  const [a, b, c] = largest.map((most) => Math.fround(Math.ceil(most * 100) / 100));
  return [a!, b!, c!];
}

/** The largest weight of a layer becomes 127, and so does the largest activation. */
function integersOf(all: Float32Array, [most1, most2]: readonly [number, number, number]): CnnIntegers {
  const shift = 31;
  const part = (name: CnnPart): Float32Array =>
    all.subarray(cnnLayout.at[name], cnnLayout.at[name] + cnnLayout.size[name]);
  const scaleOf = (name: CnnPart): number =>
    127 / part(name).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  const scales = [scaleOf("w1"), scaleOf("w2"), scaleOf("w3")] as const;
  const [layer1, layer2] = [127 / most1, 127 / most2];
  const sums = [127 * scales[0], layer1 * scales[1], layer2 * scales[2]] as const;
  return {
    scales,
    biasScales: sums,
    multipliers: [Math.round((layer1 / sums[0]) * 2 ** shift), Math.round((layer2 / sums[1]) * 2 ** shift)],
    shift,
  };
}

function rightAnswers(format: CnnFormat): number {
  const part = (name: CnnPart): Float32Array =>
    weights.subarray(cnnLayout.at[name], cnnLayout.at[name] + cnnLayout.size[name]);
  const model: CnnModel = {
    weights: [part("w1"), part("w2"), part("w3")],
    biases: [part("b1"), part("b2"), part("b3")],
    ranges,
    i8,
    images,
    labels,
  };
  const program = cnnProgram(model, format, validation.images);
  let count = 0;
  for (let input = 0; input < program.inputs; input++) {
    const { output } = evaluateProgram(program, input);
    if (output.indexOf(Math.max(...output)) === validation.labels[input]) count++;
  }
  return count;
}
