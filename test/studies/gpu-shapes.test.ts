import { expect, test } from "vitest";
import { homogeneity, tilings, wrongOf } from "./gpu-shapes.ts";
import { struckShapes } from "./struck-shapes.ts";

test("a slice: lines and blocks occur in a struck GEMM", () => {
  const { shapes, masked, lost, particles } = struckShapes({
    workload: "gemm-bf16",
    ecc: false,
    particles: 500,
    seed: 2,
  });
  expect(shapes.single).toBeGreaterThan(0);
  expect(shapes.line).toBeGreaterThan(0);
  expect(shapes.block).toBeGreaterThan(0);
  expect(masked + lost + shapes.single + shapes.line + shapes.block + shapes.random).toBe(particles);
}, 120_000);

test("a slice: another tiling, another mix; the same tiling, the same", () => {
  const struck = (tiling: keyof typeof tilings, seed: number) =>
    struckShapes({
      workload: "gemm-bf16",
      ecc: false,
      tiling: tilings[tiling]!,
      particles: 450,
      seed,
      only: ["registers", "shared", "tensor-operands"],
    });
  const [large, other, small] = [struck("64 × 64", 1), struck("64 × 64", 2), struck("16 × 16", 1)];
  for (const one of [large, small]) expect(wrongOf(one)).toBeGreaterThan(20);
  expect(homogeneity([large.byExtent, small.byExtent]).p).toBeLessThan(1e-3);
  expect(homogeneity([large.byExtent, other.byExtent]).p).toBeGreaterThan(1e-3);
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
