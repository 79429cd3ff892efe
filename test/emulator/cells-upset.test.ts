import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { upsetCells } from "../../src/emulator/cells-upset.ts";
import type { CellArray, UpsetWord } from "../../src/emulator/cells-upset.ts";

const array = { words: 64, bits: 32, multiplicity: [0.8, 0.12, 0.05, 0.03], interleave: 4 };

function draw(what: CellArray, events: number, seed = 1): (readonly UpsetWord[])[] {
  const places = randomStream(seed, "places");
  const shapes = randomStream(seed, "shapes");
  return Array.from({ length: events }, () => upsetCells(what, places, shapes));
}

function cellsOf(event: readonly UpsetWord[]): { readonly word: number; readonly bit: number }[] {
  return event.flatMap(({ word, mask }) =>
    Array.from({ length: 32 }, (_, bit) => ({ word, bit })).filter(({ bit }) => ((mask >>> bit) & 1) === 1),
  );
}

function sizes(what: CellArray, events: number): number[] {
  const counts = what.multiplicity.map(() => 0);
  for (const event of draw(what, events)) {
    const size = cellsOf(event).length;
    counts[size - 1] = counts[size - 1]! + 1;
  }
  return counts;
}

const chiSquare = (counts: readonly number[], shares: readonly number[]): number => {
  const n = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, i) => sum + (count - n * shares[i]!) ** 2 / (n * shares[i]!), 0);
};
/** Upper 0.01 % point of χ² with 3 degrees of freedom. */
const chiSquare9999 = 21.1;

describe("cells that one particle upsets", () => {
  test("their number follows the multiplicity asked for, and a wrong one would be seen", () => {
    const counts = sizes(array, 20_000);
    expect(chiSquare(counts, array.multiplicity)).toBeLessThan(chiSquare9999);
    expect(chiSquare(counts, [0.78, 0.14, 0.05, 0.03])).toBeGreaterThan(chiSquare9999);
    // Weights need not add up to 1.
    expect(sizes({ ...array, multiplicity: [8, 1.2, 0.5, 0.3] }, 20_000)).toEqual(counts);
  });

  test("single cells: every bit of every word alike", () => {
    const counts = new Array<number>(64).fill(0);
    for (const [one] of draw({ ...array, multiplicity: [1] }, 64_000))
      counts[one!.word] = counts[one!.word]! + 1;
    expect(chiSquare(counts, new Array<number>(64).fill(1 / 64))).toBeLessThan(115);
  });

  const arrays = fc.record({
    words: fc.integer({ min: 1, max: 70 }),
    bits: fc.integer({ min: 1, max: 32 }),
    size: fc.integer({ min: 1, max: 12 }),
    interleave: fc.integer({ min: 1, max: 16 }),
    seed: fc.nat(1_000),
  });

  test("cells lie in a row: a picture of the array, drawn cell by cell, shows one unbroken line", () => {
    fc.assert(
      fc.property(arrays, ({ words, bits, size, interleave, seed }) => {
        const multiplicity = Array.from({ length: size }, (_, i) => (i === size - 1 ? 1 : 0));
        const [event] = draw({ words, bits, multiplicity, interleave }, 1, seed);
        // Slow and plain: write down each row of the array as the order in which its cells lie, then look for the cells in it.
        for (let base = 0; base < words; base += interleave) {
          const row: string[] = [];
          for (let bit = 0; bit < bits; bit++)
            for (let word = base; word < Math.min(words, base + interleave); word++)
              row.push(`${word}.${bit}`);
          const at = cellsOf(event!)
            .map(({ word, bit }) => row.indexOf(`${word}.${bit}`))
            .sort((a, b) => a - b);
          if (at[0] === -1) continue;
          return at.length === Math.min(size, row.length) && at.every((place, i) => place === at[0]! + i);
        }
        return false;
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });

  test("interleaving decides: far enough apart, no word loses two bits; not interleaved, all are in one word", () => {
    const four = { ...array, words: 72, multiplicity: [0, 0, 0, 1] };
    const worst = (interleave: number): number =>
      Math.max(
        ...draw({ ...four, interleave }, 2_000).flatMap((event) =>
          event.map(({ word }) => cellsOf(event).filter((cell) => cell.word === word).length),
        ),
      );
    expect([1, 2, 3, 4, 8].map(worst)).toEqual([4, 2, 2, 1, 1]);
    expect(draw({ ...four, interleave: 1 }, 500).every((event) => event.length === 1)).toBe(true);
    expect(draw({ ...four, interleave: 4 }, 500).every((event) => event.length === 4)).toBe(true);
  });
});
