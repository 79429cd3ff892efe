import { describe, expect, test } from "vitest";
import { f32OfBits } from "../../../src/board/numbers/float-bits.ts";
import { floatFormats } from "../../../src/board/numbers/float-formats.ts";
import { fma32 } from "../../../src/board/numbers/fma32.ts";
import { requantize } from "../../../src/board/numbers/requantize.ts";
import { nearestEven, toI32, toI8 } from "../../../src/board/numbers/to-integer.ts";
import { randomStream, type RandomStream } from "../../../src/domain/random.ts";
import {
  binary16,
  binary32,
  binaryBf16,
  binaryE4m3,
  binaryTf32,
  dividedBy,
  exactOf,
  plus,
  rounded,
  times,
  type Exact,
} from "./exact.ts";

/** A float32 of any exponent and sign. */
function anyFloat(random: RandomStream): number {
  for (;;) {
    const value = f32OfBits(random.nextU32());
    if (Number.isFinite(value)) return value;
  }
}

const sumOf = (a: number, b: number, c: number): Exact => plus(times(exactOf(a), exactOf(b)), exactOf(c));

/** Triples for which a product lies near half a place of what it is added to: where two roundings go wrong. */
function nearTie(random: RandomStream): [number, number, number] {
  const c = Math.fround((1 + random.nextBelow(2 ** 23) / 2 ** 23) * 2 ** (random.nextBelow(60) - 30));
  const place = 2 ** (Math.floor(Math.log2(c)) - 24);
  const off = random.nextBelow(2 ** 11) * 2 ** -23;
  const sign = random.nextBelow(2) === 0 ? 1 : -1;
  return [Math.fround((1 + off) * place), Math.fround(sign * (1 - off)), c];
}

/** Those of `count` triples for which an operation is not the exact result rounded once. */
function wrongAmong(
  operation: (a: number, b: number, c: number) => number,
  draw: (random: RandomStream) => [number, number, number],
  count: number,
): number {
  const random = randomStream(11, "arithmetic", "fma");
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const [a, b, c] = draw(random);
    if (operation(a, b, c) !== rounded(sumOf(a, b, c), binary32)) wrong++;
  }
  return wrong;
}

describe("a·b + c in float32, rounded once", () => {
  const anyThree = (random: RandomStream): [number, number, number] => [
    anyFloat(random),
    anyFloat(random),
    anyFloat(random),
  ];
  /** Exponents near enough for the parts to overlap, subnormal results among them. */
  const overlapping = (random: RandomStream): [number, number, number] => {
    const a = Math.fround(random.nextFloat() - 0.5);
    const b = Math.fround(random.nextFloat() * 2 ** -(random.nextBelow(8) + 118));
    return [a, b, Math.fround((random.nextFloat() - 0.5) * 2 ** -(random.nextBelow(30) + 115))];
  };
  const cancelling = (random: RandomStream): [number, number, number] => {
    const [a, b] = [Math.fround(random.nextFloat()), Math.fround(random.nextFloat())];
    return [a, b, -Math.fround(a * b)];
  };

  test.each([
    ["any", anyThree],
    ["overlapping, subnormal", overlapping],
    ["cancelling", cancelling],
    ["near a tie", nearTie],
  ])("equals the exact result: %s", (_, draw) => {
    expect(wrongAmong(fma32, draw, 20_000)).toBe(0);
  });

  test("rounding in double and then in float32 is found wrong, and so is rounding the product first", () => {
    expect(wrongAmong((a, b, c) => Math.fround(a * b + c), nearTie, 20_000)).toBeGreaterThan(1_000);
    expect(wrongAmong((a, b, c) => Math.fround(Math.fround(a * b) + c), nearTie, 20_000)).toBeGreaterThan(
      1_000,
    );
  });

  test("specials, signs of zero, and the edge of overflow", () => {
    const most = f32OfBits(0x7f7fffff);
    const tiny = f32OfBits(1);
    expect(fma32(Infinity, 0, 1)).toBeNaN();
    expect(fma32(Infinity, 1, -Infinity)).toBeNaN();
    expect(fma32(NaN, 0, 1)).toBeNaN();
    expect(fma32(Infinity, -1, 5)).toBe(-Infinity);
    expect(fma32(2, 3, Infinity)).toBe(Infinity);
    expect(fma32(-1, 0, -0)).toBe(-0);
    expect(fma32(1, 1, -1)).toBe(0);
    expect(fma32(-1, 0, 0)).toBe(0);
    // Half a place of the largest is a tie, and goes to infinity; a hair less does not (4.3.1).
    expect(fma32(2 ** 52, 2 ** 51, most)).toBe(Infinity);
    expect(fma32(-(2 ** 52), 2 ** 51, -most)).toBe(-Infinity);
    // So near below that a double does not tell it from the tie.
    const [wide, narrow] = [2 ** 52 * (1 + 2 ** -23), 2 ** 51 * (1 - 2 ** -23)];
    expect(wide * narrow + most).toBe(2 ** 128 - 2 ** 103);
    expect([fma32(wide, narrow, most), fma32(wide, -narrow, -most)]).toEqual([most, -most]);
    const short = Math.fround(2 ** 52 * (1 - 2 ** -24));
    const long = Math.fround(2 ** 51 * (1 + 2 ** -23));
    expect(fma32(short, 2 ** 51, most)).toBe(most);
    expect(fma32(short, -(2 ** 51), -most)).toBe(-most);
    expect(fma32(short, long, most)).toBe(Infinity);
    expect(fma32(tiny, 0.5, 0)).toBe(0);
    expect(fma32(tiny, tiny, tiny)).toBe(tiny);
    expect(fma32(tiny, 0.5, tiny)).toBe(2 * tiny);
    expect(fma32(tiny, f32OfBits(0x3effffff), tiny)).toBe(tiny);
  });
});

describe.each([
  ["bf16", binaryBf16, 16],
  ["fp16", binary16, 16],
  ["fp8", binaryE4m3, 8],
  ["tf32", binaryTf32, 19],
] as const)("arithmetic in %s, by way of float32", (name, binary, bits) => {
  const { from, round } = floatFormats[name];
  const largest = { bf16: 2 ** 128 - 2 ** 120, fp16: 65504, fp8: 448, tf32: 2 ** 128 - 2 ** 117 }[name];
  const random = randomStream(13, "arithmetic", name);
  const draw = (): number => {
    for (;;) {
      const code = random.nextBelow(2 ** bits);
      const value = from(name === "tf32" ? code * 2 ** 13 : code);
      if (Number.isFinite(value)) return value;
    }
  };
  /** Near each other in size, so that sums are not all of one of the two. */
  const near = (value: number): number => round(Math.fround(value * (random.nextFloat() * 8 - 4)));
  const judge = (exact: Exact): number => {
    const value = rounded(exact, binary);
    if (Math.abs(value) <= largest) return value;
    return name === "fp8" ? Math.sign(value) * largest : Math.sign(value) * Infinity;
  };

  test("products, sums, quotients and fused sums are the exact ones rounded to the format", () => {
    const wrong: unknown[] = [];
    const check = (what: string, computed: number, exact: Exact, operands: number[]): void => {
      if (round(computed) !== judge(exact)) wrong.push([what, ...operands, round(computed), judge(exact)]);
    };
    let products = 0;
    for (let i = 0; i < 15_000; i++) {
      const a = draw();
      const b = i % 2 === 0 ? draw() : near(a);
      const c = near(Math.fround(a * b));
      if (![b, c].every(Number.isFinite)) continue;
      check("a·b", Math.fround(a * b), times(exactOf(a), exactOf(b)), [a, b]);
      check("a+b", Math.fround(a + b), plus(exactOf(a), exactOf(b)), [a, b]);
      if (b !== 0) check("a/b", Math.fround(a / b), dividedBy(exactOf(a), exactOf(b)), [a, b]);
      // What a tensor unit gives before the result is narrowed: the sum in float32.
      if (fma32(a, b, c) !== rounded(sumOf(a, b, c), binary32)) wrong.push(["fma", a, b, c]);
      products++;
    }
    expect(wrong).toEqual([]);
    expect(products).toBeGreaterThan(7_000);
  });
});

test("to integers: nearest, ties to even, clamped", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999].map(nearestEven)).toEqual([0, 2, 2, 0, -2, -2, 2]);
  expect([2 ** 51 + 0.5, 2 ** 53, -Infinity].map(nearestEven)).toEqual([2 ** 51, 2 ** 53, -Infinity]);
  expect([126.5, 127.5, 1e9, -128.5, -129, -Infinity, NaN].map(toI8)).toEqual([
    126, 127, 127, -128, -128, -128, 0,
  ]);
  expect([2147483647.5, -3e9, 0.5, NaN].map(toI32)).toEqual([2147483647, -2147483648, 0, 0]);
});

test("requantized as whole numbers have it", () => {
  const random = randomStream(17, "requantize");
  const wrong: unknown[] = [];
  let inside = 0;
  for (let i = 0; i < 20_000; i++) {
    const shift = 1 + random.nextBelow(47);
    const multiplier = random.nextBelow(2 ** (1 + random.nextBelow(31)));
    // Sizes that land near the range of an int8, and any others.
    const wide = Math.max(1, Math.min(2 ** 31, Math.round((300 * 2 ** shift) / (multiplier + 1))));
    const x = (random.nextBelow(2 * wide) - wide) | 0;
    const exact = (BigInt(x) * BigInt(multiplier) + 2n ** BigInt(shift - 1)) >> BigInt(shift);
    for (const least of [0, -127]) {
      const wanted = exact > 127n ? 127 : exact < BigInt(least) ? least : Number(exact);
      if (requantize(x, multiplier, shift, least) !== wanted) wrong.push([x, multiplier, shift, least]);
      if (wanted > least && wanted < 127) inside++;
    }
  }
  expect(wrong).toEqual([]);
  expect(inside).toBeGreaterThan(5_000);
});
