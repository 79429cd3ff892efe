import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseAddress,
  parseFrameAddress,
  printAddress,
  printFrameAddress,
  semFamilies,
  wordsPerFrame,
} from "../../../src/instruments/address/sem-address.ts";
import type {
  LinearAddress,
  PhysicalAddress,
  SemAddress,
  SemFamily,
} from "../../../src/instruments/address/sem-address.ts";

/** The vectors of bench-protocols.md §1.5, by hand from PG187's printed logs and the guides' layouts. */
const linear = (family: SemFamily, slr: number, frame: number, word: number, bit: number): LinearAddress => ({
  kind: "linear",
  family,
  slr,
  frame,
  word,
  bit,
});

const physical = (family: SemFamily, at: Partial<PhysicalAddress>): PhysicalAddress => ({
  kind: "physical",
  family,
  slr: 0,
  blockType: 0,
  half: 0,
  row: 0,
  column: 0,
  minor: 0,
  word: 0,
  bit: 0,
  ...at,
});

const vectors: readonly (readonly [string, SemAddress])[] = [
  ["C0000007A0", linear("us", 0, 0, 61, 0)],
  ["C0000017A0", linear("us", 0, 1, 61, 0)],
  ["C020005F5F", linear("us", 1, 5, 122, 31)],
  ["C00A098000", linear("us", 0, 0xa098, 0, 0)],
  ["C00051A090D", linear("usp", 0, 0x51a0, 72, 13)],
  ["0008000090D", physical("usp", { row: 2, word: 72, bit: 13 })],
  // Worked by hand from the layouts: slr 3 fills bits 29 and 30, or 30 and 31; frame, word and bit at their ends.
  ["C07FFFFF5F", linear("us", 3, 0x1ffff, 122, 31)],
  ["C00FFFFFB9F", linear("usp", 3, 0x3ffff, 92, 31)],
  ["C000000C9F", linear("x7", 0, 0, 100, 31)],
  // half at bit 34 over five bits of row (from 29), column from 19, minor from 12.
  ["0422A1B041", physical("x7", { half: 1, row: 1, column: 0x54, minor: 0x1b, word: 2, bit: 1 })],
  ["20000007A0", physical("us", { slr: 1, word: 61 })],
];

describe("addresses of a SEM controller", () => {
  test.each(vectors)("%s, read and written", (text, address) => {
    expect(parseAddress(address.family, text)).toEqual(address);
    expect(printAddress(address)).toBe(text);
  });

  const anyAddress = fc.constantFrom(...semFamilies).chain((family) => {
    const place = {
      family: fc.constant(family),
      slr: fc.nat({ max: 3 }),
      word: fc.nat({ max: wordsPerFrame[family] - 1 }),
      bit: fc.nat({ max: 31 }),
    };
    return fc.oneof(
      fc.record({
        kind: fc.constant("linear" as const),
        ...place,
        frame: fc.nat({ max: family === "usp" ? 0x3ffff : 0x1ffff }),
      }),
      fc.record({
        kind: fc.constant("physical" as const),
        ...place,
        blockType: fc.nat({ max: family === "usp" ? 7 : 3 }),
        half: fc.nat({ max: family === "x7" ? 1 : 0 }),
        row: fc.nat({ max: family === "x7" ? 31 : 63 }),
        column: fc.nat({ max: 1023 }),
        minor: fc.nat({ max: family === "usp" ? 255 : 127 }),
      }),
    );
  });

  test("what is written is read as it was, and has the family's digits", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const text = printAddress(address);
        expect(text).toMatch(address.family === "usp" ? /^[0-9A-F]{11}$/ : /^[0-9A-F]{10}$/);
        expect(text.startsWith("C")).toBe(address.kind === "linear");
        expect(parseAddress(address.family, text)).toEqual(address);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test("a frame goes through a report, word and bit left out", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const { word: _word, bit: _bit, ...frame } = address;
        const text = printFrameAddress(frame);
        expect(text).toHaveLength(address.family === "us" ? 7 : 8);
        expect(parseFrameAddress(address.family, address.kind, text)).toEqual(frame);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test("reading is total: whatever is read is written the same way again", () => {
    const digits = fc.string({
      unit: fc.constantFrom(...Array.from("0123456789ABCDEFabc Gg-x")),
      maxLength: 13,
    });
    const likely = fc.tuple(fc.constantFrom("C0", "00", "20", "60"), digits).map(([a, b]) => a + b);
    fc.assert(
      fc.property(fc.constantFrom(...semFamilies), fc.oneof(digits, likely, fc.string()), (family, text) => {
        const address = parseAddress(family, text);
        if (address !== null) expect(printAddress(address)).toBe(text);
        for (const kind of ["linear", "physical"] as const) {
          const frame = parseFrameAddress(family, kind, text);
          if (frame !== null) expect(Number(`0x${printFrameAddress(frame)}`)).toBe(Number(`0x${text}`));
        }
      }),
      { seed: 3, numRuns: 3000 },
    );
  });

  test.each([
    ["us", "C0000007A"],
    ["us", "C00000007A0"],
    ["usp", "C0000007A0"],
    ["us", "c0000007a0"],
    ["us", "D0000007A0"],
    ["us", "80000007A0"],
    ["us", "C000000F60"],
    ["x7", "C000000CA0"],
    ["usp", "C0000000BA0"],
    ["us", ""],
  ] as const)("%s: %s is no address", (family, text) => {
    expect(parseAddress(family, text)).toBeNull();
  });

  test("frames in reports: seven digits or eight, LA = slr and frame", () => {
    expect(parseFrameAddress("us", "linear", "0020005")).toEqual({
      kind: "linear",
      family: "us",
      slr: 1,
      frame: 5,
    });
    expect(parseFrameAddress("us", "linear", "00020005")).toMatchObject({ slr: 1, frame: 5 });
    expect(parseFrameAddress("usp", "linear", "000451A0")).toMatchObject({ slr: 1, frame: 0x51a0 });
    expect(parseFrameAddress("usp", "physical", "00080000")).toMatchObject({ row: 2, column: 0, minor: 0 });
    expect(parseFrameAddress("x7", "linear", "000051A0")).toMatchObject({ slr: 0, frame: 0x51a0 });
    expect(parseFrameAddress("us", "linear", "10000000")).toBeNull();
  });

  test("what does not fit is no address", () => {
    expect(() => printAddress(linear("us", 0, 0x20000, 0, 0))).toThrow(RangeError);
    expect(() => printAddress(linear("us", 4, 0, 0, 0))).toThrow(RangeError);
    expect(() => printAddress(linear("x7", 0, 0, 101, 0))).toThrow(RangeError);
    expect(() => printAddress(linear("us", 0, -1, 0, 0))).toThrow(RangeError);
    expect(() => printAddress(linear("us", 0, 1.5, 0, 0))).toThrow(RangeError);
  });
});
