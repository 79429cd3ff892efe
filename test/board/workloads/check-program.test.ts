import { describe, expect, test } from "vitest";
import { checkProgram, holdsExactly } from "../../../src/board/workloads/check-program.ts";
import { programs } from "../../../src/board/workloads/programs.ts";
import type { Element, Program, Step, Tensor } from "../../../src/board/workloads/program.ts";
import { roundings } from "./evaluate-program.ts";

const scratch = (name: string, rows: number, columns: number, element: Element = "f32"): Tensor => ({
  name,
  rows,
  columns,
  element,
  role: "scratch",
  values: [],
});
const weights = (
  name: string,
  rows: number,
  columns: number,
  values: number[],
  element: Element,
): Tensor => ({
  ...scratch(name, rows, columns, element),
  role: "weights",
  values,
});
const tensors: readonly Tensor[] = [
  weights("w", 1, 2, [1, 2], "i8"),
  weights("index", 2, 2, [0, 1, 2, -1], "i32"),
  scratch("a", 2, 3),
  scratch("b", 3, 2),
  scratch("c", 2, 2),
  scratch("column", 2, 1),
  scratch("one", 1, 1),
  scratch("i", 2, 2, "i32"),
  scratch("narrow", 2, 2, "i8"),
  scratch("half", 2, 2, "fp16"),
];
const sound: Program = {
  name: "p",
  tensors,
  steps: [{ do: "matmul", a: "a", b: "b", into: "c" }],
  output: "c",
  flags: null,
  inputs: 1,
  format: "f32",
  task: "numbers",
};
const refusal = (change: Partial<Program>): string => {
  try {
    checkProgram({ ...sound, ...change });
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

describe("a program is checked before it is lowered", () => {
  test("a sound one comes back as it is, and so do all there are", () => {
    expect(checkProgram(sound)).toBe(sound);
    for (const workload of programs) expect(checkProgram(workload.build(1)).name).toBe(workload.name);
  });

  test.each<[string, Step]>([
    [`"x" is no tensor of the program`, { do: "reduce", from: "x", into: "one" }],
    [`it writes "w", which is weights`, { do: "map", op: "copy", from: "c", into: "w" }],
    [`it reads and writes "c"`, { do: "scan", from: "c", into: "c" }],
    [`inner sizes 3 and 2 differ`, { do: "matmul", a: "a", b: "b", into: "c", transposeB: true }],
    [`must be of one format`, { do: "matmul", a: "narrow", b: "c", into: "i" }],
    [`"i" (2 × 2 i32) must be 2 × 2 f32`, { do: "matmul", a: "a", b: "b", into: "i" }],
    [`"c" (2 × 2 f32) must be 2 × 2 i32`, { do: "matmul", a: "narrow", b: "narrow", into: "c" }],
    [`i32 cannot be multiplied`, { do: "matmul", a: "i", b: "i", into: "c" }],
    [
      `"index" has 2 at 2; "column" (2 × 1 f32) has indices 0 to 1`,
      { do: "gather", from: "column", index: "index", into: "c" },
    ],
    [`"a" (2 × 3 f32) must be 2 × 2 i32`, { do: "gather", from: "b", index: "a", into: "c" }],
    [`"half" (2 × 2 fp16) must be f32 or i32`, { do: "map", op: "relu", from: "half", into: "half" }],
    [`"i" (2 × 2 i32) must be f32`, { do: "map", op: "exp", from: "i", into: "i" }],
    [`"a" (2 × 3 f32) must be as large as "c"`, { do: "combine", op: "add", a: "c", b: "a", into: "c" }],
    [
      `it writes "column" while one of its elements`,
      { do: "combine", op: "add", a: "c", b: "column", into: "column" },
    ],
    [`"c" (2 × 2 f32) must be 2 × 1 f32`, { do: "reduce-rows", op: "sum", from: "a", into: "c" }],
    [
      `"column" (2 × 1 f32) must be 2 × 1 i32`,
      { do: "reduce-rows", op: "arg-max", from: "a", into: "column" },
    ],
    [
      `shift 48 must be whole, 1 to 47`,
      { do: "requantize", from: "i", into: "narrow", multiplier: 1, shift: 48, least: 0 },
    ],
    [
      `multiplier 0.5 must be whole`,
      { do: "requantize", from: "i", into: "narrow", multiplier: 0.5, shift: 1, least: 0 },
    ],
    [`rows 2 to 3 are not all in "b"`, { do: "place", from: "c", into: "b", row: 2 }],
    [`"a" (2 × 3 f32) has 6 elements; a sort takes a power of two`, { do: "sort", from: "a", into: "b" }],
    [
      `memory and log are both "i"`,
      { do: "march", memory: "i", log: "i", order: "up", read: null, write: null },
    ],
    [
      `it neither reads nor writes`,
      { do: "march", memory: "i", log: "j", order: "up", read: null, write: null },
    ],
  ])("%s", (message, step) => {
    const refused = refusal({ tensors: [...tensors, scratch("j", 2, 2, "i32")], steps: [step] });
    expect(refused).toContain(`program p: step 0 (${step.do}): `);
    expect(refused).toContain(message);
    expect(refused).not.toContain("\n");
  });

  test.each<[string, Partial<Program>]>([
    [`two tensors are named "a"`, { tensors: [...tensors, scratch("a", 1, 1)] }],
    [`has 1 values; weights of 1 × 2 must have 2`, { tensors: [weights("x", 1, 2, [1], "f32"), ...tensors] }],
    [
      `has 0.1 at 1, which is no bf16 number`,
      { tensors: [weights("x", 1, 2, [1, 0.1], "bf16"), ...tensors] },
    ],
    [`is 0 × 2`, { tensors: [scratch("x", 0, 2), ...tensors] }],
    [`its output "w" is weights`, { output: "w" }],
    [`its output "q" is no tensor`, { output: "q" }],
    [`its output "c" is f32, but its format is i32`, { format: "i32" }],
    [`they must be two words of i32 scratch`, { flags: { tensor: "i", detector: "checksum" } }],
    [`its flags "q" are no tensor`, { flags: { tensor: "q", detector: "range" } }],
    [`it has 0 inputs`, { inputs: 0 }],
  ])("%s", (message, change) => {
    expect(refusal(change)).toContain(`program p: `);
    expect(refusal(change)).toContain(message);
  });

  test("a number is exact in a format where rounding to it changes nothing", () => {
    const elements: Element[] = ["f32", "tf32", "bf16", "fp16", "fp8", "i8", "i32"];
    const values = [
      0,
      1,
      -1,
      0.1,
      1 / 3,
      127,
      128,
      255,
      257,
      448,
      480,
      2049,
      65504,
      65536,
      2 ** -9,
      2 ** -10,
    ];
    values.push(
      2 ** -24,
      2 ** -25,
      2 ** -149,
      2 ** -150,
      2 ** 31,
      -(2 ** 31),
      1e38,
      2 ** 128,
      1 + 2 ** -7,
      1 + 2 ** -10,
    );
    for (const element of elements)
      for (const value of values)
        expect([element, value, holdsExactly(element, value)]).toEqual([
          element,
          value,
          roundings[element](value) === value,
        ]);
    expect([NaN, Infinity].map((value) => holdsExactly("f32", value))).toEqual([false, false]);
  });
});
