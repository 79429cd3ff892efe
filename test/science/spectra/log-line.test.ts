import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  integralAbove,
  integralsAbove,
  logGrid,
  stretchIntegral,
  valueAt,
} from "../../../src/science/spectra/log-line.ts";

describe("a spectrum between its points", () => {
  test("a power law is integrated exactly, whatever its power", () => {
    const exact = (power: number): number => (7 ** (power + 1) - 2 ** (power + 1)) / (power + 1);
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (power) => {
        fc.pre(Math.abs(power + 1) > 1e-3);
        expect(stretchIntegral(2, 2 ** power, 7, 7 ** power) / exact(power)).toBeCloseTo(1, 8);
      }),
      { seed: 7, numRuns: 200 },
    );
    expect(stretchIntegral(2, 1 / 2, 7, 1 / 7)).toBeCloseTo(Math.log(3.5), 12);
    for (const nearly of [-1 + 1e-5, -1 - 2e-4, -1 + 2e-4])
      expect(stretchIntegral(2, 2 ** nearly, 7, 7 ** nearly)).toBeCloseTo(exact(nearly), 8);
  });
  test("is a line in the logarithms within the grid, and 0 beyond", () => {
    const [xs, ys] = [
      [1, 100, 200],
      [1, 1e-4, 0],
    ];
    expect(valueAt(xs, ys, 10)).toBeCloseTo(1e-2, 12);
    expect([0.99, 201].map((x) => valueAt(xs, ys, x))).toEqual([0, 0]);
    expect([1, 100, 200].map((x) => valueAt(xs, ys, x))).toEqual(ys);
    expect(valueAt(xs, ys, 150)).toBeCloseTo(5e-5, 12);
  });
  test("many integrals at once are each one alone, and never rise", () => {
    const xs = logGrid(0.5, 300, 7);
    const ys = xs.map((x) => Math.exp(-x / 40) / x);
    const from = logGrid(0.1, 400, 23);
    const all = integralsAbove(xs, ys, from);
    all.forEach((value, i) => {
      expect(value).toBeCloseTo(integralAbove(xs, ys, from[i]!), 12);
      if (i > 0) expect(value).toBeLessThanOrEqual(all[i - 1]!);
    });
    expect(all[0]).toBeGreaterThan(0);
    expect(all.at(-1)).toBe(0);
  });
  test.each([
    [0, 1],
    [1, 1],
    [2, 1],
    [NaN, 1],
    [1, Infinity],
  ])("a grid from %d to %d is refused", (first, last) => {
    expect(() => logGrid(first, last, 10)).toThrow(RangeError);
  });
});
