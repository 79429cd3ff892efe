import { describe, expect, test } from "vitest";
import type { Program, Tensor } from "../../src/board/workloads/program.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { goldenEngines } from "./golden-engines.ts";
import { onnxGraph } from "./onnx-graph.ts";
import { differencesOf, gamma } from "./rounding-bound.ts";
import { openOnnx, type OnnxResult } from "./run-onnx.ts";

/**
 * C = A·B by ONNX Runtime, from the operands alone: MatMul on float32, which holds every narrower operand exactly, and MatMulInteger on int8. Floats within the
 * rounding of their sums, integers to the bit.
 */
const gemms = programs.filter(({ name }) => name.startsWith("gemm-"));

const tensorOf = (program: Program, name: string): Tensor =>
  program.tensors.find((tensor) => tensor.name === name)!;

async function productOf(
  { rows, columns, element, values }: Tensor,
  b: Tensor,
  input: number,
): Promise<OnnxResult> {
  const size = rows * columns;
  const its = Array.from({ length: size }, (_, i) => values[input * size + i]!);
  const [type, fed, operator] =
    element === "i8"
      ? (["int8", "int8", "MatMulInteger"] as const)
      : (["float", "float32", "MatMul"] as const);
  const g = onnxGraph();
  const c = g.node(operator, [g.input("a", type, [rows, columns]), g.input("b", type, [b.rows, b.columns])]);
  const run = await openOnnx(g, [c]);
  const [result] = await run({
    a: { type: fed, shape: [rows, columns], values: its },
    b: { type: fed, shape: [b.rows, b.columns], values: b.values },
  });
  return result!;
}

/** 2·γ(K)·Σ|a||b| of each element; integers have no room. */
function boundOf(a: Tensor, b: Tensor, input: number): (index: number) => number {
  if (a.element === "i8") return () => 0;
  const depth = a.columns;
  return (index) => {
    const [row, column] = [Math.floor(index / b.columns), index % b.columns];
    let sum = 0;
    for (let k = 0; k < depth; k++)
      sum += Math.abs(
        a.values[input * a.rows * depth + row * depth + k]! * b.values[k * b.columns + column]!,
      );
    return 2 * gamma(depth) * sum;
  };
}

test("there is GEMM in every format", () => {
  const formats = new Set(gemms.map((gemm) => tensorOf(gemm.build(1), "a").element));
  expect([...formats].sort()).toEqual(["bf16", "f32", "fp16", "fp8", "i8", "tf32"]);
});

describe.each(gemms)("$name", (gemm) => {
  const program = gemm.build(1);
  const [a, b] = [tensorOf(program, "a"), tensorOf(program, "b")];

  test.each(goldenEngines)("is what ONNX Runtime computes: $name", async (engine) => {
    const golden = engine.open(gemm, 1);
    for (let input = 0; input < program.inputs; input++)
      expect(differencesOf(golden(input), await productOf(a, b, input), boundOf(a, b, input))).toEqual([]);
  });

  test("one operand wrong by 2^-10 of its format's range, or by 1, is found in its row", async () => {
    const wrong = Array.from(a.values);
    wrong[3 * a.columns + 5]! += a.element === "i8" ? (wrong[3 * a.columns + 5]! > 0 ? -1 : 1) : 2 ** -10;
    const theirs = await productOf({ ...a, values: wrong }, b, 0);
    const found = differencesOf(goldenEngines[0]!.open(gemm, 1)(0), theirs, boundOf(a, b, 0));
    expect(new Set(found.map(({ index }) => Math.floor(index / b.columns)))).toEqual(new Set([3]));
    expect(found.length).toBeGreaterThan(b.columns * 0.8);
  });
});
