import { describe, expect, test } from "vitest";
import { programs } from "../../../src/board/workloads/programs.ts";
import type { Program, Step } from "../../../src/board/workloads/program.ts";
import { evaluateProgram } from "./evaluate-program.ts";

const built = new Map(programs.map((workload) => [workload.name, workload.build(1)]));
const valuesOf = (program: Program, name: string, input: number): number[] => {
  const { values, rows, columns } = program.tensors.find((tensor) => tensor.name === name)!;
  return Array.from({ length: rows * columns }, (_, i) => values[input * rows * columns + i]!);
};

describe.each(programs)("$name", (workload) => {
  const program = built.get(workload.name)!;

  test("the same seed gives the same program, and its name and task are those of the workload", () => {
    expect(workload.build(1)).toEqual(program);
    expect([program.name, program.task]).toEqual([workload.name, workload.task]);
    expect(program.name).toMatch(/^[a-z0-9-]{1,32}$/);
  });

  test("is small enough: at most a million multiply-accumulates an iteration", () => {
    const size = (name: string) => program.tensors.find((tensor) => tensor.name === name)!;
    const products = (step: Step): number =>
      step.do === "matmul" ? size(step.a).columns * size(step.into).rows * size(step.into).columns : 0;
    const total = program.steps.reduce((sum, step) => sum + products(step), 0);
    expect(total).toBeLessThanOrEqual(1_000_000);
  });

  test("gives numbers, and no flag, for every input", () => {
    for (let input = 0; input < program.inputs; input++) {
      const { output, flags } = evaluateProgram(program, input);
      expect(output.every(Number.isFinite)).toBe(true);
      expect(flags ?? [0, 0]).toEqual([0, 0]);
      const zeros = output.filter((value) => value === 0).length;
      expect(
        program.task === "memory"
          ? zeros === output.length
          : zeros < output.length / 2 || program.task === "tokens",
      ).toBe(true);
    }
  });
});

test("names are told apart on the wire", () => {
  expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
});

describe("products", () => {
  test.each(["f32", "tf32", "bf16", "fp16", "fp8", "i8"])(
    "gemm-%s is the sum of products, told in doubles",
    (format) => {
      const program = built.get(`gemm-${format}`)!;
      const [a, b] = [valuesOf(program, "a", 3), valuesOf(program, "b", 0)];
      const { output } = evaluateProgram(program, 3);
      for (let i = 0; i < 64; i += 7)
        for (let j = 0; j < 64; j += 5) {
          let sum = 0;
          for (let k = 0; k < 64; k++) sum += a[i * 64 + k]! * b[k * 64 + j]!;
          const off = Math.abs(output[i * 64 + j]! - sum);
          if (format === "i8") expect(off).toBe(0);
          // 64 products of at most 1 and as many sums, each rounded: far below 64 · 64 · 2^-24.
          else expect(off).toBeLessThan(64 * 64 * 2 ** -24);
        }
    },
  );
});

describe("1,024 elements", () => {
  test.each(["f32", "i32"])(
    "reduce, scan and sort in %s work on the same numbers, and agree with each other",
    (format) => {
      const [sum, sums, sorted] = ["reduce", "scan", "sort"].map((kind) => {
        const program = built.get(`${kind}-${format}`)!;
        return { x: valuesOf(program, "x", 2), output: [...evaluateProgram(program, 2).output] };
      });
      expect(sums!.x).toEqual(sum!.x);
      expect(sums!.x).toHaveLength(1_024);
      const exact = sums!.x.reduce(
        (total, x) => total + (format === "i32" ? BigInt(x) : BigInt(x * 2 ** 149)),
        0n,
      );
      const whole = format === "i32" ? Number(BigInt.asIntN(32, exact)) : Number(exact) / 2 ** 149;
      const tolerance = format === "i32" ? 0 : 1e-4;
      expect(Math.abs(sum!.output[0]! - whole)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(sums!.output[1_023]! - whole)).toBeLessThanOrEqual(tolerance);
      expect(sums!.output[0]).toBe(sums!.x[0]);
      expect(sorted!.output).toEqual(sorted!.x.toSorted((a, b) => a - b));
    },
  );
});
