import { describe, expect, test } from "vitest";
import { readDecoderModel, type DecoderModel } from "../../src/board/workloads/decoder-model.ts";
import { answerOf } from "../../src/board/workloads/decoder-shape.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { decoderAnswers, withIntegerWeights, type DecoderAnswers } from "./decoder-onnx.ts";
import { goldenEngines } from "./golden-engines.ts";

/** The decoder beside ONNX Runtime, which has no cache and sees the whole text at each token: the same tokens. */
const model = readDecoderModel();
const workloads = programs.filter(({ name }) => name.startsWith("decoder-"));

const theirsOf = (name: string, of: DecoderModel = model): Promise<DecoderAnswers> =>
  decoderAnswers(
    name === "decoder-i8" ? withIntegerWeights(of) : of,
    name.includes("bf16") ? "bfloat16" : "float",
  );

test("there is a decoder of float32", () => {
  expect(workloads.map(({ name }) => name)).toContain("decoder-f32");
});

describe.each(workloads)("$name", (workload) => {
  test.each(goldenEngines)("says what ONNX Runtime says: $name", async (engine) => {
    const { tokens } = await theirsOf(workload.name);
    const golden = engine.open(workload, 1);
    // The GPU-like machine takes half a second for a prompt: of what is no float32, every fourth.
    const every = engine.name === "gpu" && workload.name !== "decoder-f32" ? 4 : 1;
    const asked = tokens.flatMap((said, input) => (input % every === 0 ? [{ input, said }] : []));
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.map(({ input }) => ({ input, said: Array.from(golden(input)) }))).toEqual(asked);
  });

  test("what it says is the sum, with a lead that no rounding takes away", async () => {
    const { tokens, lead } = await theirsOf(workload.name);
    expect(tokens).toEqual(model.prompts.map(([a, b]) => answerOf(a, b)));
    expect(lead).toBeGreaterThan(0.05);
  });

  test("another decoder says something else: one layer's values taken away", async () => {
    const without = {
      ...model,
      matrix: (part: Parameters<typeof model.matrix>[0]) => {
        const matrix = model.matrix(part);
        return part === "value-2" ? { ...matrix, values: new Float32Array(matrix.values.length) } : matrix;
      },
    };
    const { tokens } = await theirsOf(workload.name, without);
    expect(tokens).not.toEqual((await theirsOf(workload.name)).tokens);
  });
});
