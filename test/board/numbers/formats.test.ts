import { describe, expect, test } from "vitest";
import { fromBf16s, nanBf16, toBf16s } from "../../../src/board/numbers/bf16.ts";
import { bitsOfF32, f32OfBits } from "../../../src/board/numbers/float-bits.ts";
import { floatFormats } from "../../../src/board/numbers/float-formats.ts";
import { fromFp16s, nanFp16, toFp16s } from "../../../src/board/numbers/fp16.ts";
import { fromE4m3s, nanE4m3, nanE5m2, toE4m3, toE4m3s, toE5m2 } from "../../../src/board/numbers/fp8.ts";
import { fromTf32, fromTf32s, toTf32, toTf32s } from "../../../src/board/numbers/tf32.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { binary16, binaryBf16, binaryE4m3, binaryE5m2, binaryTf32, exactOf, rounded } from "./exact.ts";
import { tableOf, type Defined } from "./format-table.ts";

const formats = [
  { name: "bf16", bits: 16, mantissa: 7, bias: 127, binary: binaryBf16, special: "ieee", nan: nanBf16 },
  { name: "fp16", bits: 16, mantissa: 10, bias: 15, binary: binary16, special: "ieee", nan: nanFp16 },
  { name: "fp8", bits: 8, mantissa: 3, bias: 7, binary: binaryE4m3, special: "e4m3", nan: nanE4m3 },
  { name: "fp8-e5m2", bits: 8, mantissa: 2, bias: 15, binary: binaryE5m2, special: "ieee", nan: nanE5m2 },
] as const satisfies readonly (Defined & { nan: number })[];

/** A float32 beside this one, away from 0 or towards it. */
const beside = (value: number, step: 1 | -1): number => f32OfBits(bitsOfF32(value) + step);

/** Codes that `to` gives wrongly for these float32, by an expectation of the value and its sign. */
function wrongOf(
  to: (value: number) => number,
  wanted: (value: number) => number,
  values: number[],
): number[] {
  return values.filter((value) => to(value) !== wanted(value));
}

describe.each(formats)("$name", (format) => {
  const { name, bits, nan } = format;
  const { to, from, round } = floatFormats[name];
  const table = tableOf(format);
  const sign = 2 ** (bits - 1);
  /** Rising, from +0 to the largest. */
  const positive = table.slice(0, sign).filter(Number.isFinite);
  const overflow = name === "fp8" ? 0x7e : name === "fp8-e5m2" ? 0x7b : positive.length;

  test("every code is decoded as the definition says, and encoded back", () => {
    const decodedWrongly = table.filter((value, code) => !Object.is(from(code), value));
    expect(decodedWrongly).toEqual([]);
    const lost = table.filter((value, code) => Number.isFinite(value) && to(value) !== code);
    expect(lost).toEqual([]);
    expect(table.filter(Number.isNaN).length).toBe({ bf16: 254, fp16: 2046, fp8: 2, "fp8-e5m2": 6 }[name]);
    expect(to(NaN)).toBe(nan);
    expect(table[nan]).toBeNaN();
  });

  test("between every two neighbours: below the middle the lower, above it the upper, in the middle the even one", () => {
    const wrong: number[] = [];
    const check = (value: number, code: number): void => {
      if (to(value) !== code || to(-value) !== code + sign) wrong.push(value);
      if (!Object.is(round(value), table[code])) wrong.push(value);
    };
    for (let code = 0; code < positive.length; code++) {
      // The middle of the last gap is where overflow begins: the next number, were there one more.
      const next = positive[code + 1] ?? 2 * positive[code]! - positive[code - 1]!;
      const middle = (positive[code]! + next) / 2;
      const above = Math.min(code + 1, overflow);
      check(beside(middle, -1), code);
      check(beside(middle, 1), above);
      check(middle, code % 2 === 0 ? code : above);
      if (code > 0) check(beside(positive[code]!, -1), code);
      check(beside(positive[code]!, 1), code);
    }
    expect(wrong).toEqual([]);
  });

  test("what an exact rounding gives, over random words", () => {
    const random = randomStream(7, "formats", name);
    const codes = new Map(table.map((value, code) => [Object.is(value, -0) ? "-0" : String(value), code]));
    const largest = positive.at(-1)!;
    const wanted = (value: number): number => {
      const near = rounded(exactOf(value), format.binary);
      if (Math.abs(near) > largest) return (value < 0 ? sign : 0) + overflow;
      return codes.get(near === 0 && Object.is(Math.sign(value), -1) ? "-0" : String(near))!;
    };
    /** Where the format's numbers lie, and half of them a few places from a midpoint. */
    const draw = (): number => {
      const exponent =
        format.binary.least -
        format.binary.digits -
        1 +
        random.nextBelow(format.binary.most - format.binary.least + format.binary.digits + 3);
      const low =
        random.nextBelow(2) === 0
          ? random.nextBelow(2 ** 23)
          : (random.nextBelow(2 ** format.mantissa) * 2 + 1) * 2 ** (22 - format.mantissa) +
            random.nextBelow(3) -
            1;
      const value = Math.fround((1 + low / 2 ** 23) * 2 ** exponent);
      return random.nextBelow(2) === 0 ? value : -value;
    };
    const values = Array.from({ length: 40_000 }, draw).filter(
      (value) => value !== 0 && Number.isFinite(value),
    );
    expect(values.length).toBeGreaterThan(30_000);
    expect(wrongOf(to, wanted, values)).toEqual([]);
  });

  test("a conversion that cuts off, or sends ties away from 0, is found", () => {
    const cut = (value: number): number =>
      Math.max(to(value) - (Math.abs(round(value)) > Math.abs(value) ? 1 : 0), 0);
    const away = (value: number): number => to(beside(value, 1));
    const middles = positive.slice(1, 60).map((value, i) => (value + positive[i]!) / 2);
    const byHand = (value: number): number => {
      const upper = positive.findIndex((candidate) => candidate > value);
      return upper % 2 === 0 ? upper : upper - 1;
    };
    expect(wrongOf(to, byHand, middles)).toEqual([]);
    expect(wrongOf(cut, byHand, middles).length).toBeGreaterThan(20);
    expect(wrongOf(away, byHand, middles).length).toBeGreaterThan(20);
  });
});

test("overflow as each standard has it", () => {
  const { bf16, fp16 } = floatFormats;
  expect([fp16.to(65519.996), fp16.to(65520), fp16.to(-Infinity)]).toEqual([0x7bff, 0x7c00, 0xfc00]);
  expect([bf16.to(f32OfBits(0x7f7f7fff)), bf16.to(f32OfBits(0x7f7f8000))]).toEqual([0x7f7f, 0x7f80]);
  expect(bf16.to(-Infinity)).toBe(0xff80);
  // OFP8: 448 is the largest E4M3; 464 lies between it and what would be 480, and 448 is even.
  expect([464, beside(464, 1), Infinity].map((value) => toE4m3(value))).toEqual([0x7e, 0x7e, 0x7e]);
  expect([464, beside(464, 1), -Infinity].map((value) => toE4m3(value, "not-saturated"))).toEqual([
    0x7e, 0x7f, 0x7f,
  ]);
  expect([61439, 61440, -Infinity].map((value) => toE5m2(value))).toEqual([0x7b, 0x7b, 0xfb]);
  expect([61439, 61440, -Infinity].map((value) => toE5m2(value, "not-saturated"))).toEqual([
    0x7b, 0x7c, 0xfc,
  ]);
});

test("tf32 keeps 10 bits of mantissa, and does not see the low 13 bits of a word", () => {
  const random = randomStream(7, "formats", "tf32");
  const wrong: number[] = [];
  for (let i = 0; i < 60_000; i++) {
    const low = i % 2 === 0 ? random.nextBelow(2 ** 13) : 0x1000 + random.nextBelow(3) - 1;
    const value = f32OfBits(random.nextBelow(0xff00000 >> 8) * 2 ** 16 + random.nextBelow(8) * 2 ** 13 + low);
    if (!Number.isFinite(value) || value === 0) continue;
    const word = toTf32(value);
    const exact = rounded(exactOf(value), binaryTf32);
    if (!Object.is(fromTf32(word), exact) || (word & 0x1fff) !== 0 || toTf32(exact) !== word)
      wrong.push(value);
    if (fromTf32(word + random.nextBelow(2 ** 13)) !== exact) wrong.push(value);
  }
  expect(wrong).toEqual([]);
  expect([toTf32(NaN), toTf32(-Infinity), toTf32(f32OfBits(0x7f7ff000))]).toEqual([
    0x7fc00000, 0xff800000, 0x7f800000,
  ]);
});

test("whole arrays as one by one; NaN of any sign and payload in one spelling", () => {
  const values = [1.1, -0, NaN, Infinity, 3e-8, -449.5];
  const into16 = new Uint16Array(6);
  const into8 = new Uint8Array(6);
  const into32 = new Uint32Array(6);
  const back = new Float32Array(6);
  const { bf16, fp16, tf32, fp8 } = floatFormats;
  toBf16s(values, into16);
  expect([...into16]).toEqual(values.map(bf16.to));
  fromBf16s(into16, back);
  expect([...back]).toEqual(values.map(bf16.round));
  toFp16s(values, into16);
  expect([...into16]).toEqual(values.map(fp16.to));
  fromFp16s(into16, back);
  expect([...back]).toEqual(values.map(fp16.round));
  toTf32s(values, into32);
  expect([...into32]).toEqual(values.map(tf32.to));
  fromTf32s(into32, back);
  expect([...back]).toEqual(values.map(tf32.round));
  toE4m3s(values, into8);
  expect([...into8]).toEqual(values.map(fp8.to));
  fromE4m3s(into8, back);
  expect([...back]).toEqual(values.map(fp8.round));
  expect([0xffc00001, 0x7f800001, 0xffffffff].map((bits) => bitsOfF32(f32OfBits(bits)))).toEqual([
    0x7fc00000, 0x7fc00000, 0x7fc00000,
  ]);
});
