import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/board/workloads/program.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { goldenEngines } from "./golden-engines.ts";
import { onnxGraph, onnxTypes } from "./onnx-graph.ts";
import { differencesOf, gamma } from "./rounding-bound.ts";
import { openOnnx, type OnnxResult } from "./run-onnx.ts";

/** Sums, prefix sums and rising order by ONNX Runtime: ReduceSum, CumSum, TopK. Integers and order to the bit, float sums within their rounding. The sum of integers is
 * taken of 64 bits, and wrapped here: of 32 bits, ReduceSum clamps. */
const collectives = programs.filter(({ name }) => /^(reduce|scan|sort)-(f32|i32)$/.test(name));

async function theirsOf(name: string, x: Tensor, values: readonly number[]): Promise<OnnxResult> {
  const float = x.element === "f32";
  const shape = [values.length];
  const g = onnxGraph();
  const from = g.input("x", float ? "float" : "int32", shape);
  const scalar = (value: number): string => g.constant("int64", [1], BigInt64Array.of(BigInt(value)));
  const wide = (): string => (float ? from : g.node("Cast", [from], { to: onnxTypes.int64 }));
  const result = name.startsWith("reduce")
    ? g.node("ReduceSum", [wide(), scalar(0)], { keepdims: 1 })
    : name.startsWith("scan")
      ? g.node("CumSum", [from, g.constant("int32", [], Int32Array.of(0))])
      : g.nodes("TopK", [from, scalar(values.length)], 2, { axis: 0, largest: 0, sorted: 1 })[0]!;
  const run = await openOnnx(g, [result]);
  const [data] = await run({ x: { type: float ? "float32" : "int32", shape, values } });
  return data instanceof BigInt64Array
    ? Int32Array.from(data, (sum) => Number(BigInt.asIntN(32, sum)))
    : data!;
}

/** 2·γ(n - 1)·Σ|x| over the n numbers of a sum: one rounding fewer than numbers. */
function boundOf(name: string, x: Tensor, values: readonly number[]): (index: number) => number {
  if (x.element !== "f32" || name.startsWith("sort")) return () => 0;
  const sizes: number[] = [];
  values.reduce((sum, value, i) => (sizes[i] = sum + Math.abs(value)), 0);
  return (index) => {
    const last = name.startsWith("scan") ? index : values.length - 1;
    return 2 * gamma(last) * sizes[last]!;
  };
}

test("there are sums, prefix sums and sorting, of float32 and of integers", () => {
  expect(collectives).toHaveLength(6);
});

describe.each(collectives)("$name", (workload) => {
  const program = workload.build(1);
  const x = program.tensors.find(({ role }) => role === "inputs")!;
  const size = x.rows * x.columns;
  const of = (input: number): number[] => Array.from({ length: size }, (_, i) => x.values[input * size + i]!);

  test.each(goldenEngines)("is what ONNX Runtime computes: $name", async (engine) => {
    const golden = engine.open(workload, 1);
    for (let input = 0; input < program.inputs; input++) {
      const theirs = await theirsOf(workload.name, x, of(input));
      expect(differencesOf(golden(input), theirs, boundOf(workload.name, x, of(input)))).toEqual([]);
    }
  });

  test("one number wrong by an eighth, or by 1, is found", async () => {
    const wrong = of(0);
    wrong[100]! += x.element === "f32" ? 2 ** -3 : wrong[100]! > 0 ? -1 : 1;
    const theirs = await theirsOf(workload.name, x, wrong);
    const ours = goldenEngines[0]!.open(workload, 1)(0);
    expect(differencesOf(ours, theirs, boundOf(workload.name, x, of(0))).length).toBeGreaterThan(0);
  });
});
