import { describe, expect, test } from "vitest";
import { exp32 } from "../../../src/board/numbers/exp32.ts";
import { bitsOfF32, f32OfBits } from "../../../src/board/numbers/float-bits.ts";
import { reciprocal32 } from "../../../src/board/numbers/reciprocal32.ts";
import { rsqrt32 } from "../../../src/board/numbers/rsqrt32.ts";
import { tanh32 } from "../../../src/board/numbers/tanh32.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { exactExp, exactRsqrt, exactTanh } from "./exact-functions.ts";
import { binary32, dividedBy, exactOf, rounded, ulps, type Exact } from "./exact.ts";

const reciprocalOf = (x: number): Exact => dividedBy(exactOf(1), exactOf(x));

/** Where each is asked: exponents of |x| from and to, and signs. `worst`: the error stated at the function, in ulp. */
const functions = [
  {
    name: "exp",
    of: exp32,
    exact: exactExp,
    from: -30,
    to: 6,
    negative: true,
    worst: 0.5000001,
    most: 88.7228,
  },
  {
    name: "tanh",
    of: tanh32,
    exact: exactTanh,
    from: -30,
    to: 3,
    negative: true,
    worst: 0.5000005,
    most: 16,
  },
  {
    name: "reciprocal",
    of: reciprocal32,
    exact: reciprocalOf,
    from: -149,
    to: 127,
    negative: true,
    worst: 0.5,
    most: Infinity,
  },
  {
    name: "rsqrt",
    of: rsqrt32,
    exact: exactRsqrt,
    from: -149,
    to: 127,
    negative: false,
    worst: 0.500000002,
    most: Infinity,
  },
] as const;

describe.each(functions)("$name", ({ name, of, exact, from, to, negative, worst, most }) => {
  const random = randomStream(19, "functions", name);
  const draw = (): number => {
    const size = (1 + random.nextBelow(2 ** 23) / 2 ** 23) * 2 ** (from + random.nextBelow(to - from + 1));
    return Math.fround(negative && random.nextBelow(2) === 1 ? -size : size);
  };
  const values = Array.from({ length: 4_000 }, draw).filter(
    (x) => x !== 0 && x <= most && x > -103.9 * (name === "exp" ? 1 : 1e40),
  );

  test(`within ${worst} ulp of the exact value`, () => {
    expect(values.length).toBeGreaterThan(3_000);
    const errors = values.map((x) =>
      Number.isFinite(of(x))
        ? ulps(of(x), exact(x), binary32)
        : rounded(exact(x), binary32) === of(x)
          ? 0
          : Infinity,
    );
    expect(Math.max(...errors)).toBeLessThanOrEqual(worst);
    expect(Math.max(...errors)).toBeGreaterThan(0.49);
    // A result off by one place in the last would be seen.
    const off = values.slice(0, 200).filter((x) => Math.abs(of(x)) < 1e38 && Math.abs(of(x)) > 1e-40);
    expect(
      Math.min(...off.map((x) => ulps(f32OfBits(bitsOfF32(of(x)) + 1), exact(x), binary32))),
    ).toBeGreaterThanOrEqual(0.5 - 1e-6);
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
