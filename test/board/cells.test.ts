import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cells, Protection } from "../../src/board/cells.ts";
import { createCells } from "../../src/board/create-cells.ts";
import { errorCodeFor } from "../../src/board/error-code.ts";
import { getBit, readSlowly, setBit, writeSlowly } from "./stored-word.ts";
import type { SlowCode, StoredWord } from "./stored-word.ts";

interface Heard {
  corrected: number[];
  uncorrectable: number[];
}

function cellsOf(protection: Protection, words = 16, bits = 32): { cells: Cells; heard: Heard } {
  const heard: Heard = { corrected: [], uncorrectable: [] };
  const cells = createCells({
    name: "sram",
    words,
    bits,
    protection,
    errors: {
      corrected: (_, word) => heard.corrected.push(word),
      uncorrectable: (_, word) => heard.uncorrectable.push(word),
    },
  });
  return { cells, heard };
}

function write(cells: Cells, word: number, value: number): void {
  cells.raw[word] = value;
  cells.wrote(word);
}

/** Bit 0 to 31 of the word, 32 to 38 of its check bits. */
function flip(cells: Cells, word: number, bit: number): void {
  if (bit < cells.bits) cells.strike(word, (1 << bit) >>> 0, "flip", 0);
  else cells.strikeCheck(word, 1 << (bit - cells.bits), "flip", 0);
}

const words32 = fc.nat(0xffffffff);

describe("SEC-DED", () => {
  test.each([0x00000000, 0xdeadbeef])("corrects all 39 single errors of the word %i", (value) => {
    for (let bit = 0; bit < 39; bit++) {
      const { cells, heard } = cellsOf("sec-ded");
      write(cells, 3, value);
      flip(cells, 3, bit);
      cells.reads(3);
      expect([cells.raw[3], heard.corrected, heard.uncorrectable]).toEqual([value, [3], []]);
      cells.reads(3);
      expect(heard.corrected).toEqual([3]);
    }
  });

  test.each([0x00000000, 0xdeadbeef])("detects all 741 double errors of the word %i", (value) => {
    let pairs = 0;
    for (let a = 0; a < 39; a++) {
      for (let b = a + 1; b < 39; b++) {
        const { cells, heard } = cellsOf("sec-ded");
        write(cells, 3, value);
        flip(cells, 3, a);
        flip(cells, 3, b);
        const before = cells.raw[3];
        cells.reads(3);
        expect([cells.raw[3], heard.corrected, heard.uncorrectable]).toEqual([before, [], [3]]);
        pairs++;
      }
    }
    expect(pairs).toBe(741);
  });

  test("corrects every single and detects every double error of words of any width", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        words32,
        fc.nat(),
        fc.nat(),
        (bits, any, first, second) => {
          const { cells, heard } = cellsOf("sec-ded", 2, bits);
          const value = bits === 32 ? any : any % 2 ** bits;
          const all = bits + cells.checkBits;
          const [a, b] = [first % all, second % all];
          write(cells, 1, value);
          flip(cells, 1, a);
          cells.reads(1);
          expect([cells.raw[1], heard.corrected.length]).toEqual([value, 1]);
          if (a === b) return;
          flip(cells, 1, a);
          flip(cells, 1, b);
          cells.reads(1);
          expect([heard.corrected.length, heard.uncorrectable]).toEqual([1, [1]]);
        },
      ),
      { seed: 1, numRuns: 1_000 },
    );
  });
});

describe("parity", () => {
  test("an odd number of wrong bits is detected, an even one is not, and nothing is corrected", () => {
    fc.assert(
      fc.property(words32, words32, fc.boolean(), (value, wrong, check) => {
        const { cells, heard } = cellsOf("parity");
        write(cells, 2, value);
        if (wrong !== 0) cells.strike(2, wrong, "flip", 0);
        if (check) cells.strikeCheck(2, 1, "flip", 0);
        cells.reads(2);
        const ones = wrong.toString(2).replaceAll("0", "").length + (check ? 1 : 0);
        expect([cells.raw[2], heard.corrected, heard.uncorrectable]).toEqual([
          (value ^ wrong) >>> 0,
          [],
          ones % 2 === 1 ? [2] : [],
        ]);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

describe("the words beside an unprotected memory", () => {
  test("it has no check bits, and says nothing of what was struck", () => {
    const { cells, heard } = cellsOf("none");
    expect(cells.checkBits).toBe(0);
    expect(cells.strikeCheck(0, 1, "flip", 0)).toBeNull();
    expect(cells.strike(0, 0x80000001, "flip", 0)).toEqual({ before: 0, after: 0x80000001 });
    cells.reads(0, 16);
    expect([cells.raw[0], heard]).toEqual([0x80000001, { corrected: [], uncorrectable: [] }]);
  });

  test.each([
    [-1, 1],
    [16, 1],
    [0.5, 1],
    [0, 0],
    [0, 0x100],
  ])("there is no word %d or no bit of %d in a memory of 16 bytes", (word, mask) => {
    const { cells } = cellsOf("none", 16, 8);
    expect(cells.strike(word, mask, "flip", 0)).toBeNull();
  });
});

/** What can happen to a memory of four words, and the same to words stored the slow way. */
const happenings = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("write" as const), word: fc.nat(3), value: words32 }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      from: fc.nat(3),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom("flip" as const, "put" as const, "hold" as const),
      word: fc.nat(3),
      bit: fc.nat(38),
      value: words32,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("scrub" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restore" as const), value: words32 }) },
);

const memories = [
  ["none", 32],
  ["none", 8],
  ["parity", 32],
  ["parity", 8],
  ["sec-ded", 32],
  ["sec-ded", 16],
  ["sec-ded", 8],
  ["sec-ded", 11],
] as const;

describe("sparse is the same as stored", () => {
  test.each(memories)("%s, words of %i bits: what is read, said and stored", (protection, bits) => {
    const kept = errorCodeFor(protection, bits);
    const slow: SlowCode = {
      bits,
      columns: kept?.columns ?? new Array<number>(bits).fill(0),
      checkBits: kept?.checkBits ?? 0,
      corrects: protection === "sec-ded",
    };
    const seen = { corrected: 0, uncorrectable: 0 };
    fc.assert(
      fc.property(fc.array(happenings, { minLength: 1, maxLength: 40 }), (story) => {
        const { cells, heard } = cellsOf(protection, 4, bits);
        const narrow = (value: number): number => (bits === 32 ? value : value % 2 ** bits);
        const stored: StoredWord[] = [0, 1, 2, 3].map(() => ({ data: 0, check: 0, stuck: new Map() }));
        const said = { corrected: [] as number[], uncorrectable: [] as number[] };
        const readOne = (word: number, patrol: boolean): number => {
          const { data, read } = readSlowly(slow, stored[word]!);
          if (read === "corrected") said.corrected.push(word);
          if (read === "uncorrectable" && !patrol) said.uncorrectable.push(word);
          return data;
        };
        for (const step of story) {
          if (step.do === "write") {
            write(cells, step.word, narrow(step.value));
            writeSlowly(slow, stored[step.word]!, narrow(step.value));
          } else if (step.do === "read") {
            cells.reads(step.from, step.count);
            for (let word = step.from; word < Math.min(4, step.from + step.count); word++)
              expect(cells.raw[word]).toBe(readOne(word, false));
          } else if (step.do === "scrub") {
            cells.scrub();
            for (let word = 0; word < 4; word++) readOne(word, true);
          } else if (step.do === "restore") {
            cells.restore(new Uint32Array(4).fill(narrow(step.value)));
            for (const at of stored) {
              at.stuck.clear();
              writeSlowly(slow, at, narrow(step.value));
            }
          } else {
            const bit = step.bit % (bits + slow.checkBits);
            const at = stored[step.word]!;
            const ofCheck = bit >= bits;
            const place = ofCheck ? bit - bits : bit;
            const mask = 2 ** place;
            const before = ofCheck ? at.check : at.data;
            const put = Math.floor(step.value / mask) % 2 === 1;
            const on = step.do === "flip" ? !getBit(slow, at, bit) : put;
            if (step.do === "hold") at.stuck.set(bit, on);
            setBit(slow, at, bit, on);
            const struck = ofCheck
              ? cells.strikeCheck(step.word, mask, step.do, step.value)
              : cells.strike(step.word, mask, step.do, step.value);
            expect(struck).toEqual({ before, after: ofCheck ? at.check : at.data });
          }
          expect([...heard.corrected].sort()).toEqual([...said.corrected].sort());
          expect([...heard.uncorrectable].sort()).toEqual([...said.uncorrectable].sort());
        }
        seen.corrected += said.corrected.length;
        seen.uncorrectable += said.uncorrectable.length;
        const unfit = stored.flatMap(({ data, check }, word) =>
          readSlowly(slow, { data, check, stuck: new Map() }).read === "fine" ? [] : [word, check],
        );
        expect([...cells.stored()]).toEqual([...stored.map(({ data }) => data), ...unfit]);
      }),
      { seed: 3, numRuns: 300 },
    );
    // The stories are not all of good luck.
    expect(seen.corrected > 0).toBe(protection === "sec-ded");
    expect(seen.uncorrectable > 0).toBe(protection !== "none");
  });
});

describe("bits held from without", () => {
  test("stay through writes and restores, are corrected at every read, and are free when named no more", () => {
    const { cells, heard } = cellsOf("sec-ded", 4);
    const pristine = Uint32Array.of(1, 2, 3, 4);
    cells.restore(pristine);
    expect(cells.isPristine(pristine)).toBe(true);
    cells.hold([
      { target: "sram", word: 1, mask: 1, value: 1 },
      { target: "dram", word: 2, mask: 1, value: 1 },
      { target: "sram", word: 99, mask: 1, value: 1 },
    ]);
    expect([...cells.raw]).toEqual([1, 3, 3, 4]);
    for (let times = 1; times <= 2; times++) {
      cells.reads(0, 4);
      expect([[...cells.raw], heard.corrected.length]).toEqual([[1, 2, 3, 4], times]);
      expect(cells.isPristine(pristine)).toBe(false);
    }
    write(cells, 1, 6);
    expect(cells.raw[1]).toBe(7);
    cells.restore(pristine);
    expect(cells.raw[1]).toBe(3);
    cells.hold([]);
    cells.reads(1);
    expect([cells.raw[1], cells.isPristine(pristine), heard.corrected.length]).toEqual([2, true, 3]);
  });

  test("in a check bit: a single error of the data beside it makes two", () => {
    const { cells, heard } = cellsOf("sec-ded", 4);
    cells.hold([{ target: "sram-check", word: 0, mask: 1, value: 1 }]);
    cells.reads(0);
    expect(heard).toEqual({ corrected: [0], uncorrectable: [] });
    flip(cells, 0, 9);
    cells.reads(0);
    expect(heard).toEqual({ corrected: [0], uncorrectable: [0] });
    expect(cells.stored()).toEqual(Uint32Array.of(0x200, 0, 0, 0, 0, 1));
  });

  test("and by strikes: a full restore frees what a strike held", () => {
    const { cells } = cellsOf("sec-ded", 1);
    cells.strike(0, 0b11, "hold", 0b01);
    write(cells, 0, 0b10);
    expect(cells.raw[0]).toBe(0b01);
    cells.restore(Uint32Array.of(0b10));
    expect([cells.raw[0], cells.isPristine(Uint32Array.of(0b10))]).toEqual([0b10, true]);
  });
});

test("a check bit that is wrong is not pristine, and the scrubber mends it without a reader", () => {
  const { cells, heard } = cellsOf("sec-ded", 2);
  const pristine = new Uint32Array(2);
  flip(cells, 1, 34);
  expect(cells.isPristine(pristine)).toBe(false);
  cells.scrub();
  expect([cells.isPristine(pristine), heard.corrected]).toEqual([true, [1]]);
  flip(cells, 1, 34);
  flip(cells, 1, 3);
  cells.scrub();
  expect([cells.isPristine(pristine), heard.uncorrectable]).toEqual([false, []]);
});

test("through narrower views: a byte written beside a wrong one, read first as a controller does, does not make it right", () => {
  const { cells, heard } = cellsOf("parity", 1);
  const bytes = new Int8Array(cells.raw.buffer);
  flip(cells, 0, 0);
  cells.reads(0);
  expect(heard.uncorrectable).toEqual([0]);
  bytes[3] = -1;
  cells.wrote(0);
  cells.reads(0);
  expect([cells.raw[0], heard.uncorrectable]).toEqual([0xff000001, [0]]);
});
