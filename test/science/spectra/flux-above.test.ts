import { expect, test } from "vitest";
import { areaAbove } from "../../../src/science/spectra/flux-above.ts";
import { logGrid } from "../../../src/science/spectra/grid.ts";

test("the area of a power law is exact on any grid", () => {
  const x = [1, 3, 40, 1_000];
  // ∫ x⁻² from 2 to 1,000 = 1/2 − 1/1,000; ∫ x⁻¹ from 1 to 1,000 = ln 1,000.
  const squared = x.map((e) => e ** -2);
  expect(areaAbove(x, squared, 2)).toBeCloseTo(0.499, 12);
  const inverse = x.map((e) => 1 / e);
  expect(areaAbove(x, inverse)).toBeCloseTo(Math.log(1_000), 12);
  // ∫ 7·x³ from 1 to 1,000 = 7/4·(10¹² − 1)
  const cubed = x.map((e) => 7 * e ** 3);
  expect(areaAbove(x, cubed) / ((7 / 4) * (1e12 - 1))).toBeCloseTo(1, 12);
});

test("an end that is 0 makes a triangle, and beyond the grid there is nothing", () => {
  expect(areaAbove([1, 2, 4], [0, 3, 0])).toBe(1.5 + 3);
  // Above 3: the triangle's tail, ½·1·1.5.
  expect(areaAbove([1, 2, 4], [0, 3, 0], 3)).toBeCloseTo(0.75, 12);
  expect(areaAbove([1, 2, 4], [0, 3, 0], 4)).toBe(0);
});

test("a grid rises by one factor and ends where it was asked to", () => {
  const grid = logGrid(10, 1e5, 60);
  expect(grid).toHaveLength(241);
  expect([grid[0], grid.at(-1)]).toEqual([10, 1e5]);
  expect(grid[61]! / grid[60]!).toBeCloseTo(10 ** (1 / 60), 12);
});
