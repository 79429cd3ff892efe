import { describe, expect, test } from "vitest";
import { secondChannels } from "../../src/board/workloads/cnn-geometry.ts";
import { readCnnModel } from "../../src/board/workloads/cnn-model.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { cnnIntegerScores, cnnScores, type CnnScores } from "./cnn-onnx.ts";
import { goldenEngines } from "./golden-engines.ts";
import { differencesOf } from "./rounding-bound.ts";

/** The classifier beside ONNX Runtime: the same answer to every image, scores within the rounding of their sums, integers to the bit. */
const model = readCnnModel();
const workloads = programs.filter(({ name }) => name.startsWith("cnn-"));
const classes = 10;

function theirsOf(name: string, of = model): Promise<CnnScores> {
  if (name === "cnn-i8") return cnnIntegerScores(of);
  const narrow = name.includes("bf16") ? "bfloat16" : name.includes("fp16") ? "float16" : "float";
  return cnnScores(of, narrow, name.endsWith("-clamp"));
}

/** The GPU-like machine takes half a second for an image: of the formats that are no more than their rounding, every fourth. */
const imagesOf = (workload: string, engine: string): number[] =>
  model.labels.flatMap((_, image) =>
    engine !== "gpu" || ["cnn-f32", "cnn-i8"].includes(workload) || image % 4 === 0 ? [image] : [],
  );

const answerOf = (scores: ArrayLike<number>, from: number): number => {
  const its = Array.from({ length: classes }, (_, c) => scores[from + c]!);
  return its.indexOf(Math.max(...its));
};

test("there is a classifier of float32 and of int8, and both know what they see", async () => {
  expect(workloads.map(({ name }) => name)).toEqual(expect.arrayContaining(["cnn-f32", "cnn-i8"]));
  for (const name of ["cnn-f32", "cnn-i8"]) {
    const { scores } = await theirsOf(name);
    const right = model.labels.filter((label, image) => answerOf(scores, image * classes) === label);
    expect(right.length).toBeGreaterThanOrEqual(model.labels.length - 1);
  }
});

describe.each(workloads)("$name", (workload) => {
  test.each(goldenEngines)("is what ONNX Runtime computes: $name", async (engine) => {
    const { scores, bounds } = await theirsOf(workload.name);
    const golden = engine.open(workload, 1);
    for (const image of imagesOf(workload.name, engine.name)) {
      const ours = golden(image);
      const theirs = Array.from(ours, (_, c) => scores[image * classes + c]!);
      expect(differencesOf(ours, theirs, (c) => bounds[image * classes + c]!)).toEqual([]);
      expect(answerOf(ours, 0)).toBe(answerOf(theirs, 0));
    }
  });

  test("wrong weights are found: one a tenth smaller, or where products are of narrow formats all of one channel gone", async () => {
    const [w1, w2, w3] = model.weights;
    const narrow = /bf16|fp16/.test(workload.name);
    const largest = Math.max(...w2.map(Math.abs));
    const at = w2.findIndex((w) => Math.abs(w) === largest);
    const wrong = w2.map((w, i) =>
      narrow ? ((i - at) % secondChannels === 0 ? 0 : w) : i === at ? 0.9 * w : w,
    );
    const { scores, bounds } = await theirsOf(workload.name, { ...model, weights: [w1, wrong, w3] });
    const golden = goldenEngines[0]!.open(workload, 1);
    const ours = model.labels.flatMap((_, image) => Array.from(golden(image)));
    expect(differencesOf(ours, scores, (i) => bounds[i]!).length).toBeGreaterThan(0);
  });
});
