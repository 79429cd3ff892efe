import { describe, expect, test } from "vitest";
import { buildProgram } from "../../../src/board/workloads/program-builder.ts";
import type { ProgramBuilder } from "../../../src/board/workloads/program-builder.ts";
import type { Element, Tensor } from "../../../src/board/workloads/program.ts";
import { evaluateProgram, roundings } from "./evaluate-program.ts";

/** A program of one step or few over one row of numbers; what comes out, by hand beside it. */
function outcome(
  values: number[],
  element: Element,
  make: (b: ProgramBuilder, x: Tensor) => Tensor,
  columns = values.length,
): number[] {
  const b = buildProgram("by-hand", "numbers", 1);
  const result = make(b, b.inputs("x", values.length / columns, columns, element, values));
  const shown =
    result.element === "f32" || result.element === "i32" ? result : b.copy("shown", result, "f32");
  return [...evaluateProgram(b.finish(shown), 0).output];
}
const least = -(2 ** 31);

describe("steps by hand", () => {
  test("matmul, and with the right operand turned", () => {
    const square = (b: ProgramBuilder): Tensor => b.weights("w", 2, 2, "i8", [1, 2, 3, 4]);
    expect(outcome([5, 6], "i8", (b, x) => b.matmul("y", x, square(b)))).toEqual([23, 34]);
    expect(outcome([5, 6], "i8", (b, x) => b.matmul("y", x, square(b), true))).toEqual([17, 39]);
    // 2^24 + 1 is no f32 number: each sum is rounded.
    const ones = (b: ProgramBuilder): Tensor => b.weights("w", 3, 1, "f32", [1, 1, 1]);
    expect(outcome([2 ** 24, 1, 1], "f32", (b, x) => b.matmul("y", x, ones(b)))).toEqual([2 ** 24]);
  });

  test("gather: -1 is 0, beyond the end traps", () => {
    const by = (index: number[]) =>
      outcome([7, 8, 9], "f32", (b, x) => b.gather("y", x, b.weights("i", 1, index.length, "i32", index)));
    expect(by([2, -1, 0, 0])).toEqual([9, 0, 7, 7]);
    const computed = () =>
      outcome([7, 8], "i32", (b, x) =>
        b.gather("y", x, b.combine("i", "add", b.weights("w", 1, 2, "i32", [1, 1]), x)),
      );
    expect(computed).toThrow("trap: index 8 of 2");
  });

  test("map: ties to even, clamps, wraps, and NaN where it is told", () => {
    expect(outcome([0.5, 1.5, -2.5, 300, -300], "f32", (b, x) => b.copy("y", x, "i8"))).toEqual([
      0, 2, -2, 127, -128,
    ]);
    expect(outcome([-3, 4], "i32", (b, x) => b.map("y", "relu", x))).toEqual([0, 4]);
    expect(outcome([least, 5], "i32", (b, x) => b.map("y", "negate", x))).toEqual([least, -5]);
    expect(outcome([4, 0.25], "f32", (b, x) => b.map("y", "rsqrt", x))).toEqual([0.5, 2]);
    expect(outcome([0, -1], "f32", (b, x) => b.map("y", "relu", b.map("root", "rsqrt", x)))).toEqual([
      Infinity,
      0,
    ]);
  });

  test("combine: a row, a column and an element stand for all; a number goes before NaN; -2^31 is within nothing", () => {
    const standing = (rows: number, columns: number, values: number[]) => (b: ProgramBuilder, x: Tensor) =>
      b.combine("y", "subtract", x, b.weights("w", rows, columns, "f32", values));
    expect(outcome([1, 2, 3, 4], "f32", standing(1, 2, [1, 2]), 2)).toEqual([0, 0, 2, 2]);
    expect(outcome([1, 2, 3, 4], "f32", standing(2, 1, [1, 2]), 2)).toEqual([0, 1, 1, 2]);
    expect(outcome([1, 2, 3, 4], "f32", standing(1, 1, [1]), 2)).toEqual([0, 1, 2, 3]);
    const nan = (b: ProgramBuilder, x: Tensor): Tensor => b.map("root", "rsqrt", x);
    const limit = (b: ProgramBuilder): Tensor => b.weights("w", 1, 1, "f32", [3]);
    expect(outcome([-1, 0.25], "f32", (b, x) => b.combine("y", "min", nan(b, x), limit(b)))).toEqual([3, 2]);
    expect(outcome([-1, 0.25], "f32", (b, x) => b.combine("y", "not-within", nan(b, x), limit(b)))).toEqual([
      1, 0,
    ]);
    const whole = (b: ProgramBuilder): Tensor => b.weights("w", 1, 1, "i32", [2 ** 31 - 1]);
    expect(outcome([least, 5], "i32", (b, x) => b.combine("y", "not-within", x, whole(b)))).toEqual([1, 0]);
    expect(outcome([2, 5], "i32", (b, x) => b.combine("y", "multiply", x, whole(b)))).toEqual([
      -2, 2147483643,
    ]);
  });

  test("rows: sum, max, first largest", () => {
    const rows = [3, 9, 9, -1, -5, -1];
    expect(outcome(rows, "i32", (b, x) => b.reduceRows("y", "sum", x), 3)).toEqual([21, -7]);
    expect(outcome(rows, "f32", (b, x) => b.reduceRows("y", "max", x), 3)).toEqual([9, -1]);
    expect(outcome(rows, "f32", (b, x) => b.reduceRows("y", "arg-max", x), 3)).toEqual([1, 0]);
  });

  test("requantize: half up, clamped", () => {
    const by = (b: ProgramBuilder, x: Tensor): Tensor => b.requantize("y", x, 3, 1, 0);
    // 3x/2 + 1/2, floor.
    expect(outcome([1, 2, 3, -1, 100], "i32", by)).toEqual([2, 3, 5, 0, 127]);
  });

  test("place, reduce, scan, sort", () => {
    const placed = (b: ProgramBuilder, x: Tensor): Tensor => {
      const cache = b.scratch("cache", 3, 2, "f32");
      b.place(x, cache, 1);
      return cache;
    };
    expect(outcome([1, 2], "f32", placed)).toEqual([0, 0, 1, 2, 0, 0]);
    expect(outcome([2 ** 31 - 1, 1], "i32", (b, x) => b.reduce("y", x))).toEqual([least]);
    expect(outcome([1, 2, 3, 4], "f32", (b, x) => b.scan("y", x))).toEqual([1, 3, 6, 10]);
    expect(outcome([3, -1, 10, 2], "i32", (b, x) => b.sort("y", x))).toEqual([-1, 2, 3, 10]);
  });

  test("a name used again with another size is refused", () => {
    const twice = () =>
      outcome([1, 2], "f32", (b, x) => {
        b.map("y", "exp", x);
        return b.reduce("y", x);
      });
    expect(twice).toThrow(
      'program by-hand: "y" is scratch of 1 × 2 f32 already; give the other one another name',
    );
  });
});

describe("formats", () => {
  test.each<[Element, number, number]>([
    ["bf16", 1 + 2 ** -8, 1],
    ["bf16", 1 + 3 * 2 ** -8, 1 + 2 ** -6],
    ["fp16", 65519, 65504],
    ["fp16", 65520, Infinity],
    ["fp16", 2 ** -25, 0],
    ["fp16", 3 * 2 ** -25, 2 ** -23],
    ["tf32", 1 + 2 ** -11, 1],
    ["fp8", 500, 448],
    ["fp8", 17, 16],
    ["fp8", 2 ** -10, 0],
    ["i32", 2 ** 31, 2 ** 31 - 1],
    ["i8", NaN, 0],
  ])("%s: %d becomes %d", (element, from, to) => expect(roundings[element](from)).toBe(to));
});
