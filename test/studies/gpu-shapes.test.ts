import { expect, test } from "vitest";
import { homogeneity, onChipShapes, tilings, wrongOf } from "./gpu-shapes.ts";
import { struckShapes } from "./struck-shapes.ts";

/** Registers alone: what a tiling changes most, and so what shows it with the fewest particles. */
const struck = (tiling: string, seed: number, particles: number) =>
  struckShapes({
    workload: "gemm-f32",
    ecc: false,
    tiling: tilings["gemm-f32"]![tiling]!,
    particles,
    seed,
    only: ["registers"],
  });

test("a slice: lines and blocks occur in a struck GEMM; another tiling, another mix of shapes", () => {
  const wide = struck("block 32 × 32, thread 1 × 16, depth 2", 1, 350);
  const deep = struck("block 32 × 32, thread 2 × 2, depth 32", 1, 350);
  for (const one of [wide, deep]) {
    const { shapes, masked, lost, particles } = one;
    expect(shapes.single).toBeGreaterThan(0);
    expect(shapes.line).toBeGreaterThan(0);
    expect(shapes.block).toBeGreaterThan(0);
    expect(masked + lost + wrongOf(one)).toBe(particles);
  }
  // With a twentieth of the study's particles; the study itself finds p < 1e-10.
  expect(homogeneity([wide, deep].map(onChipShapes)).p).toBeLessThan(0.01);
}, 120_000);

test("a mix that is another is found to be one, and the same is not", () => {
  expect(
    homogeneity([
      [50, 50],
      [50, 50],
    ]),
  ).toMatchObject({ chi2: 0, degrees: 1, p: 1 });
  // 2 × 2: n(ad − bc)² / ((a+b)(c+d)(a+c)(b+d)) = 200·(60·70 − 40·30)² / (100·100·90·110).
  const { chi2, p } = homogeneity([
    [60, 40],
    [30, 70],
  ]);
  expect(chi2).toBeCloseTo((200 * 3_000 ** 2) / (100 * 100 * 90 * 110), 10);
  expect(p).toBeLessThan(1e-4);
  // A class of nearly none is joined with the one beside it.
  expect(
    homogeneity([
      [50, 50, 1],
      [50, 50, 0],
    ]).degrees,
  ).toBe(1);
});
