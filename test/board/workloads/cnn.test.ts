import { describe, expect, test } from "vitest";
import { cnnF32Clamp, cnnProgram } from "../../../src/board/workloads/cnn.ts";
import {
  firstChannels,
  secondChannels,
  secondSide,
  side,
  thirdSide,
} from "../../../src/board/workloads/cnn-geometry.ts";
import { readCnnModel } from "../../../src/board/workloads/cnn-model.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { cnnLayout, cnnNetwork, initialCnn } from "../../training/cnn-network.ts";
import { pooled } from "../../training/mnist-digits.ts";
import { hashOfDigits, heldBackDigits, trainingSplit } from "../../training/split-digits.ts";
import { trainCnnWeights } from "../../training/train-cnn-weights.ts";
import { hashOfNumbers, readCheckpoint } from "../../training/training-checkpoint.ts";
import { evaluateProgram } from "./evaluate-program.ts";

const model = readCnnModel();
const answerOf = (output: Float64Array): number => output.indexOf(Math.max(...output));

describe("the held-back digits", () => {
  const heldBack = heldBackDigits();

  test("are those that were put aside, bit by bit", () => {
    expect(heldBack.labels).toHaveLength(2_000);
    expect(hashOfDigits(heldBack)).toBe("5dcb4e29a11823df810b6e48576cb7da8c58820f4cb26a4dcf99dcda80db1e33");
  });

  test("are neither trained on nor chosen by", () => {
    const { training, validation } = trainingSplit();
    const { images } = heldBack;
    const textOf = (from: Uint8Array, at: number): string =>
      Buffer.from(from.subarray(at * 196, (at + 1) * 196)).toString("latin1");
    const kept = new Set(Array.from(heldBack.labels, (_, at) => textOf(images, at)));
    expect(kept.size).toBe(2_000);
    expect([training.length, validation.labels.length]).toEqual([7_000, 1_000]);
    for (let at = 0; at < 1_000; at++) expect(kept.has(textOf(validation.images, at))).toBe(false);
    expect(training.some(({ image }) => kept.has(textOf(pooled(image), 0)))).toBe(false);
  });

  test.each([
    ["f32", 0.97],
    ["bf16", 0.97],
    ["fp16", 0.97],
    ["i8", 0.97],
  ] as const)("cnn-%s is right on at least 97 in 100 of them", (format, least) => {
    const program = cnnProgram(model, format, heldBack.images);
    let right = 0;
    for (let input = 0; input < program.inputs; input++)
      if (answerOf(evaluateProgram(program, input).output) === heldBack.labels[input]) right++;
    process.stderr.write(`cnn-${format}: ${right} of ${program.inputs} held-back digits right\n`);
    expect(right / program.inputs).toBeGreaterThanOrEqual(least);
  });
});

describe("the classifier", () => {
  test("without its first layer is right by chance alone: the measure of accuracy can fail", () => {
    const [, second, third] = model.weights;
    const blind = { ...model, weights: [new Float32Array(model.weights[0].length), second, third] as const };
    const { validation } = trainingSplit();
    const program = cnnProgram(blind, "f32", validation.images.subarray(0, 300 * 196));
    const right = Array.from(
      { length: 300 },
      (_, i) => answerOf(evaluateProgram(program, i).output) === validation.labels[i],
    );
    expect(right.filter(Boolean).length).toBeLessThan(60);
  });

  test("computes the network it was trained as, told by loops over pixels and channels", () => {
    const program = cnnProgram(model, "f32", model.images);
    for (let input = 0; input < 4; input++) {
      const image = Array.from(model.images.slice(input * 196, (input + 1) * 196), (pixel) => pixel / 127);
      const scores = plainNetwork(image);
      const { output } = evaluateProgram(program, input);
      scores.forEach((score, c) => expect(Math.abs(output[c]! - score)).toBeLessThan(1e-4));
    }
  });

  test("carries 16 validation images, of more than five classes, and is right on them", () => {
    const { validation } = trainingSplit();
    expect(model.images).toEqual(validation.images.slice(0, 16 * 196));
    expect(model.labels).toEqual([...validation.labels.slice(0, 16)]);
    expect(new Set(model.labels).size).toBeGreaterThan(5);
    for (const format of ["f32", "bf16", "fp16", "i8"] as const) {
      const program = cnnProgram(model, format, model.images);
      const answers = model.labels.map((_, input) => answerOf(evaluateProgram(program, input).output));
      expect(answers).toEqual(model.labels);
    }
  });

  test("its first training steps give the same weights again, and the committed ones are the script's", () => {
    const { training } = trainingSplit();
    const checkpoint = readCheckpoint("test/training/cnn-checkpoint.json");
    expect(hashOfNumbers(trainCnnWeights(training, checkpoint.steps))).toBe(checkpoint.early);
    const all = [0, 1, 2].flatMap((l) => [...model.weights[l as 0 | 1 | 2], ...model.biases[l as 0 | 1 | 2]]);
    expect(hashOfNumbers(Float32Array.from(all))).toBe(checkpoint.final);
  });

  test("the slopes of training are those of differences", () => {
    const network = cnnNetwork();
    const random = randomStream(3, "slopes");
    const weights = initialCnn(random);
    const image = Float64Array.from({ length: 196 }, () => random.nextFloat());
    const loss = (): number => {
      network.forward(weights, image);
      const largest = Math.max(...network.scores);
      return (
        Math.log(network.scores.reduce((sum, score) => sum + Math.exp(score - largest), 0)) +
        largest -
        network.scores[3]!
      );
    };
    const slopes = new Float64Array(cnnLayout.count);
    loss();
    network.backward(weights, 3, slopes);
    for (let at = 5; at < cnnLayout.count; at += 97) {
      const [kept, by] = [weights[at]!, 1e-6];
      weights[at] = kept + by;
      const above = loss();
      weights[at] = kept - by;
      const slope = (above - loss()) / (2 * by);
      weights[at] = kept;
      expect(Math.abs(slope - slopes[at]!)).toBeLessThan(1e-6);
    }
  });
});

describe("activation clamps", () => {
  const program = cnnF32Clamp.build(1);
  const plain = cnnProgram(model, "f32", model.images);
  const after = (name: string): number =>
    program.steps.findIndex((step) => step.do === "combine" && step.op === "not-within" && step.a === name);
  const withWrong = (put: number) =>
    evaluateProgram(program, 5, (at, _step, tensors) => {
      if (at === after("sums-2")) tensors.get("sums-2")![100] = put;
    });

  test("change nothing and count nothing where nothing is wrong", () => {
    for (let input = 0; input < program.inputs; input++) {
      const { output, flags } = evaluateProgram(program, input);
      expect(output).toEqual(evaluateProgram(plain, input).output);
      expect(flags).toEqual([0, 0]);
    }
  });

  test.each([1e30, -1e30, Infinity, NaN])("bring %s back into the range, and count it", (put) => {
    const { flags, tensors, output } = withWrong(put);
    expect(flags).toEqual([0, 1]);
    expect(Math.abs(tensors.get("sums-2")![100]!)).toBe(model.ranges[1]);
    expect(output.every(Number.isFinite)).toBe(true);
  });

  test("leave what is within the range, wrong as it may be", () => {
    expect(withWrong(model.ranges[1] * 0.99).flags).toEqual([0, 0]);
  });
});

/** Convolution, ReLU, pooling and the dense layer as the textbook writes them, in doubles. */
function plainNetwork(image: readonly number[]): number[] {
  const convolved = (
    of: readonly number[],
    size: number,
    channels: number,
    wide: number,
    l: 0 | 1,
  ): number[] => {
    const into: number[] = [];
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (let n = 0; n < wide; n++) {
          let sum = model.biases[l][n]!;
          for (let dy = -1; dy <= 1; dy++)
            for (let dx = -1; dx <= 1; dx++)
              for (let c = 0; c < channels; c++) {
                if (y + dy < 0 || y + dy >= size || x + dx < 0 || x + dx >= size) continue;
                const tap = (dy + 1) * 3 + dx + 1;
                sum +=
                  of[((y + dy) * size + x + dx) * channels + c]! *
                  model.weights[l][(tap * channels + c) * wide + n]!;
              }
          into.push(Math.max(0, sum));
        }
    return into;
  };
  const pooled = (of: readonly number[], size: number, channels: number): number[] => {
    const into: number[] = [];
    for (let y = 0; y + 1 < size; y += 2)
      for (let x = 0; x + 1 < size; x += 2)
        for (let c = 0; c < channels; c++) {
          const at = (dy: number, dx: number): number => of[((y + dy) * size + x + dx) * channels + c]!;
          into.push(Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1)));
        }
    return into;
  };
  const first = pooled(convolved(image, side, 1, firstChannels, 0), side, firstChannels);
  const second = pooled(
    convolved(first, secondSide, firstChannels, secondChannels, 1),
    secondSide,
    secondChannels,
  );
  expect(second).toHaveLength(thirdSide * thirdSide * secondChannels);
  return Array.from({ length: 10 }, (_, c) =>
    second.reduce((sum, feature, f) => sum + feature * model.weights[2][f * 10 + c]!, model.biases[2][c]!),
  );
}
