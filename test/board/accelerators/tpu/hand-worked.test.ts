import { expect, test } from "vitest";
import { encodeInstruction } from "../../../../src/board/accelerators/tpu/instruction-set.ts";
import { bytes, deviceWith, outputFrom, run, smallProduct } from "./bench.ts";

/** docs/tpu.md by hand: the encoding bit by bit, the cycles of a small product, and where a strike on each register of the array goes. */
const weights = [bytes(1, 2, 3, 4), bytes(5, 6, 7, 8), bytes(-1, -2, -3, -4), bytes(10, 20, 30, 40)];
const rows = [bytes(1, 0, 0, 0), bytes(0, 1, 0, 2), bytes(1, 1, 1, 1)];
// Row by row: w0; w1 + 2·w3; w0 + w1 + w2 + w3.
const product = [1, 2, 3, 4, 25, 46, 67, 88, 15, 26, 37, 48];

/**
 * The instructions before MATMUL, cycles: the scalars 10 to 15 (6, then two again), DMAIN of 3 words, 4 scalars, LOADW of 4 rows, 2 scalars, SHIFT of 4 rows,
 * SWAP, 4 scalars; each takes 2 + D. Behind it 5 scalars, DRAIN of 3 rows, 5 scalars (one has its value already), DMAOUT of 12 words, HALT.
 */
const matmulStarts = 8 * 3 + (2 + 1) + 4 * 3 + (2 + 4) + 2 * 3 + (2 + 4) + (2 + 1) + 4 * 3 + 2;
const matmulCycles = 3 + 4 + 4 - 1;
const all = matmulStarts + matmulCycles + 5 * 3 + (2 + 3) + 5 * 3 + (2 + 2) + 3;

const device = () => deviceWith([...weights, ...rows], smallProduct);
const first12 = (output: Int32Array): number[] => [...output.subarray(0, 12)];

test("instruction words are what the norm says, bit by bit", () => {
  expect(encodeInstruction("SET", { d: 3, imm: -1 })).toBe(0x0c60ffff);
  expect(encodeInstruction("ADD", { d: 1, a: 2, b: 3 })).toBe(0x14221800);
  expect(encodeInstruction("DMAIN", { d: 10 })).toBe(0x41400000);
  expect(encodeInstruction("MATMUL", { d: 16, fa: 2, flags: 1 })).toBe(0x6a008001);
  expect(encodeInstruction("COMBINE", { d: 0, op: 4, fa: 1, fb: 1, fo: 1, flags: 1 })).toBe(0x84084901);
});

test("a product of 3 × 4 by 4 × 4 takes as many cycles as by hand", () => {
  const { end, cycles, output } = run(device());
  expect(first12(output)).toEqual(product);
  expect([end, cycles]).toEqual(["ok", all]);
});

test("a weight struck in cycle t is another for all rows that pass it from then on", () => {
  // Weight (1, 2) is 7; its bit 0 flipped is 6. Row m passes it in cycle m + 3.
  for (const [t, changed] of [
    [0, [0, 1, 2]],
    [3, [0, 1, 2]],
    [4, [1, 2]],
    [5, [2]],
    [6, []],
  ] as const) {
    const { output } = run(device(), { target: "weight", word: 6, mask: 1, cycle: matmulStarts + t });
    const want = [...product];
    // Rows hold 0, 1 and 1 in column 1 of the operand.
    for (const m of changed) want[4 * m + 2] = want[4 * m + 2]! - [0, 1, 1][m]!;
    expect(first12(output)).toEqual(want);
  }
});

test("an activation struck reaches the columns to its right, in its row alone", () => {
  // Before cycle t element (3, 1) holds row t − 1 − 3 − 1: row 2 in cycle 7. Its 1 becomes 3: twice weight row 3 more, in columns 2 and 3.
  const { output } = run(device(), { target: "activation", word: 13, mask: 2, cycle: matmulStarts + 7 });
  const want = [...product];
  want[10] = want[10]! + 60;
  want[11] = want[11]! + 80;
  expect(first12(output)).toEqual(want);
});

test("a partial sum struck goes on from the struck value, into one output", () => {
  // Before cycle 3 element (0, 1) holds row 1: 0 · 2; with bit 8 set the output is 256 more.
  const { output } = run(device(), { target: "partial-sum", word: 1, mask: 256, cycle: matmulStarts + 3 });
  expect(first12(output)).toEqual(product.with(5, product[5]! + 256));
});

test("a skew register struck changes one element of one row; a de-skew register one output", () => {
  // Before cycle 4, (3, 1) holds what was read in cycle 2: element 3 of row 2. 1 becomes 5: four times weight row 3.
  const skew = run(device(), { target: "skew", word: 3 + 1, mask: 4, cycle: matmulStarts + 4 });
  expect(first12(skew.output)).toEqual(
    product
      .with(8, 15 + 40)
      .with(9, 26 + 80)
      .with(10, 37 + 120)
      .with(11, 48 + 160),
  );
  // Column 1 has two; (1, 0) holds in cycle t what element (3, 1) held in the cycle before: row t − 2 − 3 − 1. Row 0 in cycle 6. Words of column 1 begin at 2·1/2 = 1.
  const deskew = run(device(), { target: "de-skew", word: 1, mask: 1 << 20, cycle: matmulStarts + 6 });
  expect(first12(deskew.output)).toEqual(product.with(1, 2 + 2 ** 20));
});

test("a shadow weight struck while it is shifted in ends where it is shifted to", () => {
  // SHIFT begins 3 + 12 + 2 cycles before MATMUL's first; before its cycle 2 row 0 of the shadow holds weight row 2, which comes to stand in row 2.
  const shift = matmulStarts - 2 - 12 - 3 - 4;
  const { output } = run(device(), { target: "shadow-weight", word: 1, mask: 16, cycle: shift + 2 });
  // −2 is 0xfe; without bit 4 it is 0xee, −18: 16 less wherever element 2 of the row is 1.
  expect(first12(output)).toEqual(product.with(9, 26 - 16));
  // Before cycle 3 the same word holds weight row 1, and what was there has moved on.
  const later = run(device(), { target: "shadow-weight", word: 1, mask: 16, cycle: shift + 3 });
  expect(first12(later.output)).toEqual(product.with(5, 46 + 16).with(9, 26 + 16));
});

test("an index beyond the end traps, −1 gives 0", () => {
  const gather = (index: number) =>
    deviceWith([index], (asm) => {
      for (const [i, value] of [0, 0, 1, 1, 1, 1].entries()) asm.set(10 + i, value);
      asm.emit("DMAIN", { d: 10 });
      for (const [i, value] of [1, 4, 4, 8, 0, 1, 9, 1, 1, 1].entries()) asm.set(i, value);
      asm.emit("GATHER", { d: 0, fa: 1 });
      for (const [i, value] of [outputFrom, 9, 1, 1, 1, 1].entries()) asm.set(10 + i, value);
      asm.emit("DMAOUT", { d: 10 });
    });
  expect(run(gather(-1))).toMatchObject({ end: "ok" });
  expect(run(gather(7))).toMatchObject({ end: "ok" });
  expect(run(gather(8))).toMatchObject({ end: "trap" });
  expect(run(gather(-2))).toMatchObject({ end: "trap" });
});

test("idle registers: what was struck before a pass is gone with it, what is never read stays unseen", () => {
  for (const target of ["activation", "partial-sum", "skew", "de-skew"])
    expect(first12(run(device(), { target, word: 2, mask: 1, cycle: 1 }).output)).toEqual(product);
  // A shadow weight of before the first SHIFT moves down and out.
  expect(first12(run(device(), { target: "shadow-weight", word: 0, mask: 1, cycle: 1 }).output)).toEqual(
    product,
  );
});

test("a stuck bit of a FIFO pointer leads every row of weights astray", () => {
  const machine = device();
  machine.hold([{ target: "control", word: 4, mask: 1, value: 1 }]);
  // Rows 3, 2, 1, 0 of the weights lie in words 0 to 3 of the FIFO. Read are words 1, 3 (2 with bit 0 stuck), 5 and 7: row 2 comes to stand lowest, row 0 above it.
  expect(first12(run(machine).output)).toEqual([0, 0, 0, 0, -2, -4, -6, -8, 0, 0, 0, 0]);
});
