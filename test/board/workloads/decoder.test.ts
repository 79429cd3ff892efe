import { describe, expect, test } from "vitest";
import { toBf16 } from "../../../src/board/numbers/bf16.ts";
import { decoderProgram } from "../../../src/board/workloads/decoder.ts";
import { decoderModel, readDecoderModel } from "../../../src/board/workloads/decoder-model.ts";
import {
  answerOf,
  contextLength,
  decoderMatrices,
  decoderShape,
  promptOf,
} from "../../../src/board/workloads/decoder-shape.ts";
import { randomStream } from "../../../src/domain/random.ts";
import {
  hashOfPairs,
  heldBackPairs,
  trainingPair,
  validationPairs,
  writeSequence,
} from "../../training/addition-task.ts";
import { decoderNetwork, initialDecoder } from "../../training/decoder-network.ts";
import { trainDecoderWeights } from "../../training/train-decoder-weights.ts";
import { hashOfNumbers, readCheckpoint } from "../../training/training-checkpoint.ts";
import { evaluateProgram } from "./evaluate-program.ts";

const model = readDecoderModel();
const all = (): Float32Array =>
  Float32Array.from(decoderMatrices().matrices.flatMap(({ name }) => [...model.matrix(name).values]));
const checkpoint = readCheckpoint("test/training/decoder-checkpoint.json");

describe("the decoder", () => {
  test("a prompt and its answer, by hand", () => {
    expect(promptOf(483, 99)).toEqual([4, 8, 3, 10, 0, 9, 9, 11]);
    expect(answerOf(483, 99)).toEqual([2, 8, 5, 0]);
    expect(contextLength).toBe(11);
  });

  test("the held-back pairs are those that were put aside, and no others are like them", () => {
    expect(hashOfPairs(heldBackPairs)).toBe(
      "fc1436decff97f5749206d590d6d7f2a712e743cdb9fd019a41edd5ae1f9f206",
    );
    const kept = new Set(heldBackPairs.map(String));
    expect(kept.size).toBe(1_000);
    expect(validationPairs.some((pair) => kept.has(String(pair)))).toBe(false);
    const random = randomStream(9, "pairs");
    for (let i = 0; i < 20_000; i++) expect(kept.has(String(trainingPair(random)))).toBe(false);
  });

  test.each(["f32", "bf16", "i8"] as const)(
    "decoder-%s adds at least 99 in 100 held-back pairs right",
    (format) => {
      const program = decoderProgram(model, format, heldBackPairs);
      const right = heldBackPairs.filter(([a, b], input) => {
        const { output } = evaluateProgram(program, input);
        return answerOf(a, b).every((token, at) => output[at] === token);
      }).length;
      process.stderr.write(`decoder-${format}: ${right} of ${heldBackPairs.length} held-back sums right\n`);
      expect(right / heldBackPairs.length).toBeGreaterThanOrEqual(0.99);
    },
  );

  test.each(["f32", "bf16", "i8"] as const)(
    "decoder-%s solves the prompts it carries, and they are validation pairs",
    (format) => {
      const program = decoderProgram(model, format, model.prompts);
      expect(program.inputs).toBe(8);
      model.prompts.forEach(([a, b], input) => {
        expect([...evaluateProgram(program, input).output]).toEqual(answerOf(a, b));
        expect(validationPairs.some(([x, y]) => x === a && y === b)).toBe(true);
      });
    },
  );

  test("a token that is none traps", () => {
    const program = decoderProgram(model, "f32", model.prompts);
    const second = program.steps.findIndex((step) => step.do === "place" && step.into === "answer") + 1;
    const wrong = (put: number) => () =>
      evaluateProgram(program, 0, (at, _step, tensors) => {
        if (at === second) tensors.get("token")![0] = put;
      });
    expect(wrong(12)).toThrow("trap");
    expect(wrong(3)).not.toThrow();
  });

  test("token by token with a cache it says what the network says over the whole sequence at once", () => {
    const network = decoderNetwork(8);
    const sequences = new Uint8Array(8 * contextLength);
    const targets = new Uint8Array(8 * contextLength);
    const program = decoderProgram(model, "f32", heldBackPairs.slice(0, 8));
    const said = heldBackPairs.slice(0, 8).map((pair, i) => {
      const [from, to] = [i * contextLength, (i + 1) * contextLength];
      writeSequence(pair, sequences.subarray(from, to), targets.subarray(from, to));
      const { output } = evaluateProgram(program, i);
      sequences.set([...output].slice(0, 3), from + 8);
      return [...output];
    });
    network.forward(Float64Array.from(all()), sequences);
    const { tokens } = decoderShape;
    said.forEach((answer, i) => {
      const told = answer.map((_, at) => {
        const row = i * contextLength + 7 + at;
        const scores = network.scores.subarray(row * tokens, (row + 1) * tokens);
        return scores.indexOf(Math.max(...scores));
      });
      expect(told).toEqual(answer);
    });
  });

  test("its first training steps give the same weights again, and the committed ones are the script's", () => {
    expect(hashOfNumbers(trainDecoderWeights(checkpoint.steps))).toBe(checkpoint.early);
    expect(hashOfNumbers(Uint16Array.from(all(), toBf16))).toBe(checkpoint.final);
  });

  test("the slopes of training are those of differences", () => {
    const weights = initialDecoder(randomStream(3, "slopes"));
    const network = decoderNetwork(2);
    const sequences = new Uint8Array(2 * contextLength);
    const targets = new Uint8Array(2 * contextLength);
    (
      [
        [123, 989],
        [5, 77],
      ] as const
    ).forEach((pair, i) =>
      writeSequence(pair, sequences.subarray(i * contextLength), targets.subarray(i * contextLength)),
    );
    const { tokens } = decoderShape;
    const loss = (): number => {
      network.forward(weights, sequences);
      let sum = 0;
      targets.forEach((target, row) => {
        if (target === 255) return;
        const scores = [...network.scores.subarray(row * tokens, (row + 1) * tokens)];
        sum += Math.log(scores.reduce((total, score) => total + Math.exp(score), 0)) - scores[target]!;
      });
      return sum / 8;
    };
    loss();
    const slopes = new Float64Array(weights.length);
    network.backward(weights, sequences, targets, slopes);
    for (let at = 3; at < weights.length; at += 411) {
      const [kept, by] = [weights[at]!, 1e-6];
      weights[at] = kept + by;
      const above = loss();
      weights[at] = kept - by;
      const slope = (above - loss()) / (2 * by);
      weights[at] = kept;
      expect(Math.abs(slope - slopes[at]!)).toBeLessThan(1e-7);
    }
  });

  test("a network that knows nothing adds nothing: the measure of accuracy can fail", () => {
    const naive = decoderModel(Float32Array.from(initialDecoder(randomStream(1, "naive"))), []);
    const program = decoderProgram(naive, "f32", heldBackPairs.slice(0, 50));
    const right = heldBackPairs.slice(0, 50).filter(([a, b], input) => {
      const { output } = evaluateProgram(program, input);
      return answerOf(a, b).every((token, at) => output[at] === token);
    });
    expect(right.length).toBeLessThan(5);
  });
});
