import { expect, test } from "vitest";
import { randomStream } from "../../../../src/domain/random.ts";
import { buildProgram } from "../../../../src/board/workloads/program-builder.ts";
import type { ProgramBuilder } from "../../../../src/board/workloads/program-builder.ts";
import type { Element, MapOp, Program, Tensor } from "../../../../src/board/workloads/program.ts";
import { evaluateProgram, roundings } from "../../workloads/evaluate-program.ts";
import { onGpu } from "./on-gpu.ts";
import { matmulInOrder, rowSumInOrder, scanInOrder, sumInOrder } from "./sums-in-order.ts";

const random = randomStream(5, "gpu-steps");
const inputs = 2;

function some(count: number, element: Element): Float64Array {
  const most = element === "i32" ? 2 ** 32 : 256;
  return Float64Array.from({ length: count }, () =>
    element === "i8" || element === "i32"
      ? random.nextBelow(most) - most / 2
      : roundings[element]((random.nextBelow(2 ** 24) - 2 ** 23) / 2 ** 21),
  );
}

/** A program over two inputs `x`; its expected output is the plain evaluator's, or what is given for an input. */
function check(
  [rows, columns, element]: readonly [number, number, Element],
  write: (b: ProgramBuilder, x: Tensor) => Tensor,
  options: {
    readonly values?: Float64Array;
    readonly expected?: (x: Float64Array, program: Program) => Float64Array;
    readonly ulps?: number;
  } = {},
): void {
  const b = buildProgram("step", "numbers", inputs);
  const count = rows * columns;
  const values = options.values ?? some(count * inputs, element);
  const program = b.finish(write(b, b.inputs("x", rows, columns, element, values)));
  for (let input = 0; input < inputs; input++) {
    const { end, output } = onGpu(program, input);
    expect(end).toBe("ok");
    const want =
      options.expected?.(values.slice(input * count, (input + 1) * count), program) ??
      evaluateProgram(program, input).output;
    expect(output.length).toBe(want.length);
    output.forEach((got, at) => {
      const wanted = want[at]!;
      const near =
        got === wanted ||
        (Number.isNaN(got) && Number.isNaN(wanted)) ||
        Math.abs(got - wanted) <= (options.ulps ?? 0) * 2 ** -23 * Math.abs(wanted);
      if (!near) expect.fail(`element ${at} of input ${input}: ${got}, expected ${wanted}`);
    });
  }
}

/** f32 numbers with infinities, zeros of both signs and NaN among them. */
function special(b: ProgramBuilder, x: Tensor): Tensor {
  const infinite = b.map(
    "infinite",
    "reciprocal",
    b.combine("cleared", "multiply", x, b.combine("is", "greater", x, b.weights("zero", 1, 1, "f32", [0]))),
  );
  const nan = b.combine("nan", "subtract", infinite, infinite);
  return b.combine("special", "min", infinite, b.combine("mixed", "add", nan, x));
}

const odd = [
  [1, 1, 1],
  [1, 70, 33],
  [3, 5, 7],
  [17, 33, 40],
  [64, 64, 64],
  [70, 20, 10],
  [33, 129, 65],
] as const;

test.each(["f32", "tf32", "bf16", "fp16", "fp8"] as const)(
  "matmul of %s: every shape, both ways, each sum by rising k with one rounding a step",
  (element) => {
    for (const [rows, depth, columns] of odd)
      for (const transposeB of [false, true]) {
        const other = some(depth * columns, element);
        check(
          [rows, depth, element],
          (b, x) =>
            b.matmul(
              "c",
              x,
              b.weights("w", transposeB ? columns : depth, transposeB ? depth : columns, element, other),
              transposeB,
            ),
          { expected: (x) => matmulInOrder(x, other, [rows, depth, columns], transposeB) },
        );
      }
  },
);

test("matmul of i8 is exact in every shape, both ways", () => {
  for (const [rows, depth, columns] of odd)
    for (const transposeB of [false, true])
      check([rows, depth, "i8"], (b, x) =>
        b.matmul(
          "c",
          x,
          b.weights(
            "w",
            transposeB ? columns : depth,
            transposeB ? depth : columns,
            "i8",
            some(depth * columns, "i8"),
          ),
          transposeB,
        ),
      );
});

test("matmul in other tilings has the same sums, bit for bit", () => {
  const b = buildProgram("tilings", "numbers", 1);
  const tilings = [
    { blockRows: 64, blockColumns: 64, warpRows: 32, warpColumns: 16 },
    { blockRows: 16, blockColumns: 32, threadRows: 2, threadColumns: 2, depth: 16 },
    { blockRows: 64, blockColumns: 32, threadRows: 2, threadColumns: 8, warpColumns: 32, depthWords: 8 },
    {
      blockRows: 32,
      blockColumns: 64,
      threadRows: 8,
      threadColumns: 2,
      warpRows: 32,
      warpColumns: 8,
      depthWords: 32,
    },
  ];
  const x = b.inputs("x", 50, 40, "f32", some(2_000, "f32"));
  const c = b.matmul("c", x, b.weights("w", 40, 70, "f32", some(2_800, "f32")));
  const narrow = b.matmul("d", b.copy("n", x, "bf16"), b.weights("v", 40, 70, "bf16", some(2_800, "bf16")));
  const program = b.finish(b.combine("both", "multiply", c, narrow));
  const golden = onGpu(program).output;
  for (const tiling of tilings) expect(onGpu(program, 0, { tiling }).output).toEqual(golden);
});

test.each(["f32", "i32"] as const)("sums, prefix sums and row sums of %s", (element) => {
  for (const [rows, columns] of [
    [1, 1],
    [1, 3],
    [7, 19],
    [8, 128],
    [1, 257],
    [130, 131],
  ] as const) {
    const float = element === "f32";
    const inRows = (x: Float64Array): Float64Array =>
      Float64Array.from({ length: rows }, (_, i) =>
        rowSumInOrder(x.subarray(i * columns, (i + 1) * columns)),
      );
    check(
      [rows, columns, element],
      (b, x) => b.reduce("s", x),
      float ? { expected: (x) => Float64Array.of(sumInOrder(x)) } : {},
    );
    check([rows, columns, element], (b, x) => b.scan("s", x), float ? { expected: scanInOrder } : {});
    check([rows, columns, element], (b, x) => b.reduceRows("s", "sum", x), float ? { expected: inRows } : {});
    check([rows, columns, element], (b, x) => b.reduceRows("s", "max", x));
    check([rows, columns, element], (b, x) => b.reduceRows("s", "arg-max", x));
  }
});

test("of largest elements the first counts, NaN below all, and 0 where nothing is larger than minus infinity", () => {
  const values = Float64Array.from(
    { length: 2 * 6 * 40 },
    (_, i) => [0, 1, 2, 2, 1][(i * 7 + (i >> 4)) % 5]!,
  );
  const shape = [6, 40, "f32"] as const;
  check(shape, (b, x) => b.reduceRows("s", "arg-max", x), { values });
  check(shape, (b, x) => b.reduceRows("s", "arg-max", special(b, x)));
  check(shape, (b, x) => b.reduceRows("s", "max", special(b, x)));
  const nothing = (b: ProgramBuilder, x: Tensor): Tensor => {
    const zero = b.combine("zero", "subtract", x, x);
    return b.combine("nothing", "subtract", zero, b.map("infinite", "reciprocal", zero));
  };
  check(shape, (b, x) => b.reduceRows("s", "arg-max", nothing(b, x)));
  check(shape, (b, x) => b.reduceRows("s", "max", nothing(b, x)));
  check([2, 40, "i32"], (b, x) => b.reduceRows("s", "arg-max", x), {
    values: new Float64Array(160).fill(-(2 ** 31)),
  });
});

test.each(["f32", "i32"] as const)("sort of %s", (element) => {
  for (const count of [1, 2, 16, 64, 512, 1024, 4096]) check([1, count, element], (b, x) => b.sort("s", x));
  if (element === "f32") check([8, 16, "f32"], (b, x) => b.sort("s", special(b, x)));
});

test("every conversion, of ordinary numbers and of those at the edge of a format", () => {
  const elements: readonly Element[] = ["f32", "tf32", "bf16", "fp16", "fp8", "i8", "i32"];
  const edges = [
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 24 + 1,
    -(2 ** 24) - 1,
    0x7f7fff,
    65519,
    65520,
    129,
    -129,
    0,
    1,
    2 ** 25 + 2 ** 16 + 1,
  ];
  for (const from of elements)
    for (const into of elements) {
      const values = some(2 * 9 * 15, from);
      if (from === "i32") values.set([...edges, ...edges.map((x) => -x | 0)], 3);
      if (from === "f32")
        values.set([1e30, -1e30, 3e-39, 2.5, 3.5, -0, 448, 465, 0.4999999701976776].map(Math.fround), 7);
      check(
        [9, 15, from],
        (b, x) => b.copy("y", b.copy("z", x, into), into === "i8" || into === "i32" ? "i32" : "f32"),
        { values },
      );
    }
});

test.each(["relu", "negate", "absolute", "exp", "tanh", "reciprocal", "rsqrt"] as const)(
  "map %s",
  (op: MapOp) => {
    // exp and tanh of the reference are the engine's own, within their last place.
    const ulps = op === "exp" || op === "tanh" ? 2 : op === "rsqrt" ? 1 : 0;
    check([11, 13, "f32"], (b, x) => b.map("y", op, x), { ulps });
    check([11, 13, "f32"], (b, x) => b.map("y", op, special(b, x)), { ulps });
    if (op === "relu" || op === "negate" || op === "absolute") {
      const values = some(2 * 143, "i32");
      values[3] = -(2 ** 31);
      check([11, 13, "i32"], (b, x) => b.map("y", op, x), { values });
    }
  },
);

test.each(["add", "subtract", "multiply", "min", "max", "greater", "not-within"] as const)(
  "combine %s with as large a one, a row, a column and an element",
  (op) => {
    for (const element of ["f32", "i32"] as const)
      for (const [rows, columns] of [
        [9, 21],
        [1, 40],
        [40, 1],
      ] as const)
        for (const [m, n] of [
          [rows, columns],
          [1, columns],
          [rows, 1],
          [1, 1],
        ] as const) {
          const other = some(m * n, element);
          if (element === "i32") other[0] = -(2 ** 31);
          check([rows, columns, element], (b, x) =>
            b.combine("y", op, x, b.weights("o", m, n, element, other)),
          );
        }
    check([9, 21, "f32"], (b, x) => b.combine("y", op, special(b, x), x));
    check([9, 21, "f32"], (b, x) => b.combine("y", op, x, special(b, x)));
  },
);

test("gather, place and requantize; what is beyond the end traps", () => {
  for (const element of ["f32", "bf16", "i8"] as const) {
    const index = Float64Array.from({ length: 6 * 7 }, () => random.nextBelow(36) - 1);
    const wide = element === "i8" ? "i32" : "f32";
    check([5, 7, element], (b, x) => b.copy("y", b.gather("g", x, b.weights("i", 6, 7, "i32", index)), wide));
    check([3, 7, element], (b, x) => {
      const cache = b.scratch("cache", 8, 7, element);
      b.place(x, cache, 1);
      b.place(x, cache, 5);
      return b.copy("y", cache, wide);
    });
  }
  for (const [multiplier, shift, least] of [
    [2 ** 31 - 1, 47, 0],
    [1_340_000_000, 40, -127],
    [5, 1, -127],
    [77, 32, 0],
    [2 ** 31 - 1, 31, -127],
    [2 ** 20, 33, -127],
  ] as const)
    check([9, 33, "i32"], (b, x) => b.copy("y", b.requantize("q", x, multiplier, shift, least), "i32"));
  const b = buildProgram("beyond", "numbers", 1);
  const index = b.map("i", "negate", b.inputs("x", 1, 3, "i32", [0, -2, -3]));
  expect(onGpu(b.finish(b.gather("g", b.weights("w", 1, 3, "f32", [1, 2, 3]), index))).end).toBe("trap");
});

test("march elements read, note and write every word, up and down", () => {
  const checkerboard = { even: 0x55555555, odd: 0xaaaaaaaa };
  for (const [rows, columns] of [
    [1, 70],
    [16, 1024],
  ] as const) {
    const b = buildProgram("march", "memory", 1);
    const [memory, log] = [b.scratch("m", rows, columns, "i32"), b.scratch("log", rows, columns, "i32")];
    b.march(memory, log, "up", null, checkerboard);
    b.march(memory, log, "up", checkerboard, { walkingPass: 3 });
    b.march(memory, log, "down", { walkingPass: 3 }, { even: 1, odd: 0 });
    const sound = b.finish(log);
    expect(onGpu(sound).output).toEqual(evaluateProgram(sound, 0).output);
    expect(onGpu(sound).output.every((word) => word === 0)).toBe(true);
    b.march(memory, log, "down", { even: 0, odd: 6 }, null);
    const found = b.finish(log);
    expect(onGpu(found).output).toEqual(evaluateProgram(found, 0).output);
    expect(onGpu(found).output.slice(0, 4)).toEqual(Float64Array.of(1, 6, 1, 6));
  }
});
