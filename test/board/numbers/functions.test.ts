import { describe, expect, test } from "vitest";
import { exp32 } from "../../../src/board/numbers/exp32.ts";
import { bitsOfF32, f32OfBits } from "../../../src/board/numbers/float-bits.ts";
import { reciprocal32 } from "../../../src/board/numbers/reciprocal32.ts";
import { rsqrt32 } from "../../../src/board/numbers/rsqrt32.ts";
import { tanh32 } from "../../../src/board/numbers/tanh32.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { exactExp, exactRsqrt, exactTanh } from "./exact-functions.ts";
import { binary32, dividedBy, exactOf, rounded, type Exact } from "./exact.ts";

/** Found by looking at all float32 (docs/studies/functions.md): within 10^-15 of a tie. Of rsqrt, those with exponents of -149 and 1. */
const hardest = {
  exp: [
    0x377eff81, 0x383a3ef1, 0x38e69cc1, 0x39c6be5b, 0x4001b249, 0x40315b33, 0xb3000000, 0xbae0e25c,
    0xbbf0edf1, 0xc16912cd,
  ],
  tanh: [0x3ac37de2],
  rsqrt: [0x013a18e3, 0x3fba18e3],
};

const reciprocalOf = (x: number): Exact => dividedBy(exactOf(1), exactOf(x));

/** Where each is asked: exponents of |x| from and to, and signs. `hard`: words whose result lies nearest to a tie, of all there are. */
const functions = [
  { name: "exp", of: exp32, exact: exactExp, from: -30, to: 6, negative: true, hard: hardest.exp },
  { name: "tanh", of: tanh32, exact: exactTanh, from: -30, to: 4, negative: true, hard: hardest.tanh },
  {
    name: "reciprocal",
    of: reciprocal32,
    exact: reciprocalOf,
    from: -149,
    to: 127,
    negative: true,
    hard: [],
  },
  {
    name: "rsqrt",
    of: rsqrt32,
    exact: exactRsqrt,
    from: -149,
    to: 127,
    negative: false,
    hard: hardest.rsqrt,
  },
] as const;

describe.each(functions)("$name", ({ name, of, exact, from, to, negative, hard }) => {
  const random = randomStream(19, "functions", name);
  const draw = (): number => {
    const size = (1 + random.nextBelow(2 ** 23) / 2 ** 23) * 2 ** (from + random.nextBelow(to - from + 1));
    return Math.fround(negative && random.nextBelow(2) === 1 ? -size : size);
  };
  const values = Array.from({ length: 4_000 }, draw).filter((x) => x !== 0);

  test("is the exact value rounded once: anywhere, and where it is hardest", () => {
    const wrong = [...values, ...hard.map(f32OfBits)].filter((x) => of(x) !== rounded(exact(x), binary32));
    expect(wrong).toEqual([]);
    expect(values.length).toBeGreaterThan(3_900);
    const cut = (x: number): number => f32OfBits(bitsOfF32(of(x)) - 1);
    expect(values.slice(0, 300).filter((x) => cut(x) === rounded(exact(x), binary32))).toEqual([]);
  });

  test("monotone over neighbours, thousands in a row, at many places", () => {
    const rising = name === "exp" || name === "tanh";
    const turns: number[] = [];
    const places = values
      .slice(0, 60)
      .concat(
        name === "exp" ? halfwayOfReduction : name === "tanh" ? [0.0625, -0.0625, 9.01, 9.011, 10] : [],
      );
    for (const place of places) {
      const word = bitsOfF32(place);
      let last = of(f32OfBits(word - 1_500));
      for (let k = word - 1_499; k <= word + 1_500; k++) {
        const x = f32OfBits(k);
        const next = of(x);
        // Words rise with the size of what they stand for: downwards below 0.
        if (x > 0 === rising ? next < last : next > last) turns.push(x);
        last = next;
      }
    }
    expect(turns).toEqual([]);
  });
});

/** Where exp goes from one power of two to the next: x = (k + ½)·ln 2. */
const halfwayOfReduction = Array.from({ length: 60 }, (_, i) => Math.fround((i - 30.5) * 0.6931471805599453));

test("specials of each, and the edges of exp and tanh", () => {
  expect([NaN, Infinity, -Infinity, 0, -0].map(exp32)).toEqual([NaN, Infinity, 0, 1, 1]);
  expect([NaN, Infinity, -Infinity, 0, -0].map(tanh32)).toEqual([NaN, 1, -1, 0, -0]);
  expect([NaN, Infinity, -Infinity, 0, -0].map(reciprocal32)).toEqual([NaN, 0, -0, Infinity, -Infinity]);
  expect([NaN, Infinity, -Infinity, 0, -0, -1].map(rsqrt32)).toEqual([NaN, 0, NaN, Infinity, -Infinity, NaN]);
  // ln of the largest float32 is 88.7228390520..., of half of the smallest -103.9720770840....
  expect([88.72283, 88.72284, 1e30].map((x) => exp32(Math.fround(x)))).toEqual([
    rounded(exactExp(Math.fround(88.72283)), binary32),
    Infinity,
    Infinity,
  ]);
  expect([-103.97207, -103.97209, -1e30].map((x) => exp32(Math.fround(x)))).toEqual([2 ** -149, 0, 0]);
  // 1 - tanh x is half of a half place of 1 at x = 9.0109...
  expect([9, 9.0109, 9.011, 1e30].map((x) => tanh32(Math.fround(x)))).toEqual(
    [9, 9.0109, 9.011, 20].map((x) => rounded(exactTanh(Math.fround(x)), binary32)),
  );
  expect(tanh32(9)).toBeLessThan(1);
});
