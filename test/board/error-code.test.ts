import { describe, expect, test } from "vitest";
import { errorCodeFor } from "../../src/board/error-code.ts";
import { createCells } from "../../src/board/create-cells.ts";

function weight(word: number): number {
  return word.toString(2).replaceAll("0", "").length;
}

function hsiao(bits: number): { columns: readonly number[]; checkBits: number } {
  return errorCodeFor("sec-ded", bits)!;
}

describe("Hsiao's code", () => {
  test.each([
    // Code, check bits, and ones in the matrix without the identity: table of Hsiao's paper (3 a column as long as those last).
    [32, 7, 96],
    [16, 6, 48],
    [8, 5, 24],
    [4, 4, 12],
  ])("of %i bits has %i check bits and %i ones, spread evenly over the rows", (bits, checkBits, ones) => {
    const code = hsiao(bits);
    expect(code.checkBits).toBe(checkBits);
    expect(code.columns.reduce((sum, column) => sum + weight(column), 0)).toBe(ones);
    const loads = Array.from(
      { length: checkBits },
      (_, row) => code.columns.filter((column) => column & (1 << row)).length,
    );
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
  });

  test("has, at every width, different columns of odd weight above 1", () => {
    for (let bits = 1; bits <= 32; bits++) {
      const { columns } = hsiao(bits);
      expect([columns.length, new Set(columns).size]).toEqual([bits, bits]);
      expect(columns.every((column) => weight(column) % 2 === 1 && weight(column) > 1)).toBe(true);
    }
  });

  test("takes triple errors for single ones as often as its words of weight four say", () => {
    // A triple is miscorrected where it and a fourth bit are a code word: four triples each. How many those are follows from the dual code (MacWilliams 1963).
    const { columns, checkBits } = hsiao(32);
    const all = [...columns, ...Array.from({ length: checkBits }, (_, i) => 1 << i)];
    const n = all.length;
    let weightFour = 0;
    for (let rows = 0; rows < 2 ** checkBits; rows++) {
      const w = all.filter((column) => weight(column & rows) % 2 === 1).length;
      weightFour += krawtchouk4(n, w);
    }
    weightFour /= 2 ** checkBits;
    let [miscorrected, detected] = [0, 0];
    for (let a = 0; a < n; a++)
      for (let b = a + 1; b < n; b++)
        for (let c = b + 1; c < n; c++) {
          const end = readStruck([a, b, c]);
          if (end === "corrected") miscorrected++;
          else if (end === "uncorrectable") detected++;
        }
    expect(miscorrected + detected).toBe((39 * 38 * 37) / 6);
    expect(miscorrected).toBe(4 * weightFour);
  });
});

/** Coefficient of x⁴ in (1 - x)^w (1 + x)^(n - w). */
function krawtchouk4(n: number, w: number): number {
  let sum = 0;
  for (let j = 0; j <= 4; j++) sum += (-1) ** j * choose(w, j) * choose(n - w, 4 - j);
  return sum;
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product = (product * (n - i)) / (i + 1);
  return Math.round(product);
}

let said: string[] = [];
const cells = createCells({
  name: "sram",
  words: 1,
  bits: 32,
  protection: "sec-ded",
  errors: {
    corrected: () => said.push("corrected"),
    uncorrectable: () => said.push("uncorrectable"),
  },
});

function readStruck(bits: readonly number[]): string {
  said = [];
  cells.restore(Uint32Array.of(0));
  for (const bit of bits) {
    if (bit < 32) cells.strike(0, (1 << bit) >>> 0, "flip", 0);
    else cells.strikeCheck(0, 1 << (bit - 32), "flip", 0);
  }
  cells.reads(0);
  return said.join();
}
