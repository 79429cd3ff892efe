import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  gemmSize,
  programGemmF32Checksum,
  programGemmI8Checksum,
} from "../../../src/board/workloads/program-gemm.ts";
import { roundingBounds } from "../../../src/board/workloads/gemm-checksum.ts";
import { correctionBound } from "../../../src/domain/correction-bound.ts";
import type { Program } from "../../../src/board/workloads/program.ts";
import { evaluateProgram } from "./evaluate-program.ts";
import type { Evaluation } from "./evaluate-program.ts";

const n = gemmSize;
const f32 = programGemmF32Checksum.build(1);
const i8 = programGemmI8Checksum.build(1);
const tensorOf = (program: Program, name: string) => program.tensors.find((tensor) => tensor.name === name)!;

/** Wrong words put into a tensor before the step after the one that made C (`at` 1), or before the first (0). */
interface Wrong {
  readonly tensor: string;
  readonly index: number;
  readonly put: (now: number) => number;
}
function withWrong(program: Program, wrong: readonly Wrong[], before = 1, input = 0): Evaluation {
  return evaluateProgram(program, input, (at, _step, tensors) => {
    if (at !== before) return;
    for (const { tensor, index, put } of wrong) {
      const words = tensors.get(tensor)!;
      words[index] = put(words[index]!);
    }
  });
}
const golden = new Map([f32, i8].map((program) => [program, evaluateProgram(program, 0).output]));
const worst = (program: Program, { output }: Evaluation): number =>
  Math.max(...output.map((value, i) => Math.abs(value - golden.get(program)![i]!)));
const plus = (by: number) => (now: number) => now + by;

describe.each([
  ["f32", f32, 1],
  ["i8", i8, 1_000],
] as const)("a product with checksums in %s", (_name, program, error) => {
  const within = program === i8 ? 0 : 1e-4;

  test("raises no alarm on golden, for any input and seed, and C is the product", () => {
    for (const seed of [1, 2, 3])
      for (let input = 0; input < program.inputs; input++) {
        const its = (program === i8 ? programGemmI8Checksum : programGemmF32Checksum).build(seed);
        const { flags, output, tensors } = evaluateProgram(its, input);
        expect(flags).toEqual([0, 0]);
        expect(output).toEqual(tensors.get("c"));
      }
  });

  test("one wrong element is corrected, wherever it is", () => {
    fc.assert(
      fc.property(fc.nat(n * n - 1), fc.nat(program.inputs - 1), (index, input) => {
        const clean = evaluateProgram(program, input).output;
        const found = withWrong(program, [{ tensor: "c", index, put: plus(error) }], 1, input);
        expect(found.flags).toEqual([0, 1]);
        expect(Math.max(...found.output.map((value, i) => Math.abs(value - clean[i]!)))).toBeLessThanOrEqual(
          within,
        );
      }),
      { seed: 4, numRuns: 12 },
    );
  });

  test.each<[string, readonly number[]]>([
    ["in one row", [3 * n + 5, 3 * n + 9]],
    ["in one column", [3 * n + 5, 8 * n + 5]],
    ["apart", [3 * n + 5, 8 * n + 9]],
  ])("two wrong elements %s are detected, and C stays as it was", (_where, places) => {
    const found = withWrong(
      program,
      places.map((index) => ({ tensor: "c", index, put: plus(error) })),
    );
    expect(found.flags).toEqual([1, 0]);
    expect(found.output).toEqual(found.tensors.get("c"));
  });

  test("two that cancel in their row are detected by their columns", () => {
    const found = withWrong(program, [
      { tensor: "c", index: 130, put: plus(error) },
      { tensor: "c", index: 140, put: plus(-error) },
    ]);
    expect(found.flags).toEqual([1, 0]);
  });

  test("a whole wrong row and a whole wrong column are detected", () => {
    for (const at of [(i: number) => 7 * n + i, (i: number) => i * n + 7]) {
      const row = Array.from({ length: n }, (_, i) => ({ tensor: "c", index: at(i), put: plus(error) }));
      expect(withWrong(program, row).flags).toEqual([1, 0]);
    }
  });

  test("a wrong word of an operand before the product, and a wrong checksum, are detected", () => {
    for (const tensor of ["a", "b", "a-sums", "b-sums"]) {
      const put = tensorOf(program, tensor).element === "i8" ? (now: number) => ~now : plus(1);
      expect([tensor, withWrong(program, [{ tensor, index: 40, put }], 0).flags]).toEqual([tensor, [1, 0]]);
    }
  });
});

describe("what only floats or only integers have", () => {
  test.each([NaN, Infinity, -Infinity, 3e38, -1e30])(
    "f32: an element that became %s is made anew",
    (value) => {
      const found = withWrong(f32, [{ tensor: "c", index: 777, put: () => value }]);
      expect(found.flags).toEqual([0, 1]);
      expect(worst(f32, found)).toBeLessThan(1e-4);
    },
  );

  test("f32: the bound that results are held against is the threshold, whatever the seed", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const program = programGemmF32Checksum.build(seed);
      const { rows } = roundingBounds(tensorOf(program, "a"), tensorOf(program, "b"), program.inputs);
      expect(rows).toBeLessThan(correctionBound("gemm-f32-checksum"));
      expect(rows).toBeGreaterThan(0.85 * correctionBound("gemm-f32-checksum"));
    }
  });

  test("f32: two that became NaN are detected, and no other element suffers", () => {
    const found = withWrong(
      f32,
      [3, 900].map((index) => ({ tensor: "c", index, put: () => NaN })),
    );
    expect(found.flags).toEqual([1, 0]);
    expect(found.output.filter((value) => Number.isNaN(value)).length).toBeLessThanOrEqual(2);
    found.output.forEach((value, i) => {
      if (i !== 3 && i !== 900) expect(value).toBe(golden.get(f32)![i]);
    });
  });

  test.each(Array.from({ length: 32 }, (_, bit) => bit))(
    "i8: bit %i of an element inverted is corrected exactly",
    (bit) => {
      const found = withWrong(i8, [{ tensor: "c", index: 4095, put: (now) => now ^ (1 << bit) }]);
      expect(found.flags).toEqual([0, 1]);
      expect(worst(i8, found)).toBe(0);
    },
  );

  test("f32: the thresholds are far above what sums really differ by and far below an element", () => {
    const { rows, columns } = roundingBounds(tensorOf(f32, "a"), tensorOf(f32, "b"), f32.inputs);
    const { tensors, output } = evaluateProgram(f32, 0);
    const largest = (name: string) => Math.max(...tensors.get(name)!.map(Math.abs));
    const typical = Math.sqrt(output.reduce((sum, x) => sum + x * x, 0) / output.length);
    expect(largest("rows-off")).toBeGreaterThan(0);
    expect(largest("rows-off")).toBeLessThan(rows / 100);
    expect(largest("columns-off")).toBeLessThan(columns / 100);
    expect(Math.max(rows, columns)).toBeLessThan(typical / 50);
    // Without them golden itself raises the alarm.
    const strict = evaluateProgram(f32, 0, (_at, _step, held) => {
      for (const limit of ["row-limit", "column-limit"]) held.get(limit)![0] = 0;
    });
    expect(strict.flags).toEqual([1, 0]);
    // An error just above is seen, one just below is not and stays.
    expect(
      withWrong(f32, [{ tensor: "c", index: 9, put: plus(1.1 * Math.max(rows, columns)) }]).flags,
    ).toEqual([0, 1]);
    expect(
      withWrong(f32, [{ tensor: "c", index: 9, put: plus(0.9 * Math.min(rows, columns)) }]).flags,
    ).toEqual([0, 0]);
  });
});
