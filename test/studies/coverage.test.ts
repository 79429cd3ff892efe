import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { garwood } from "../../src/science/garwood.ts";
import { binomialPoint, binomials, expectedCounts, poissonPoint } from "./coverage.ts";
import { binomialDraw, poissonDraw } from "./draws.ts";
import { studies } from "./studies.ts";

const seeds = 10_000;

describe("intervals cover what they say, a slice of the study", () => {
  test.each(expectedCounts)("Garwood at an expected count of %d", (mean) => {
    expect(poissonPoint(mean, seeds)).toMatchObject({ passes: true, seeds });
  });

  test.each(binomials)("Clopper-Pearson, %d strikes of vulnerability %d", (trials, p) => {
    expect(binomialPoint(trials, p, seeds)).toMatchObject({ passes: true, seeds });
  });

  test("the study can fail: the textbook interval n ± 1.96 √n, and tails put on the wrong side", () => {
    const textbook = (n: number) => ({ lower: n - 1.96 * Math.sqrt(n), upper: n + 1.96 * Math.sqrt(n) });
    for (const mean of [0.5, 3, 10]) expect(poissonPoint(mean, seeds, textbook).passes).toBe(false);
    const lopsided = (n: number) => ({ lower: garwood(n, 0.95, "lower").lower, upper: Infinity });
    expect(poissonPoint(100, seeds, lopsided).passes).toBe(false);
    const narrow = (n: number) => garwood(n, 0.93);
    expect(poissonPoint(1000, seeds, narrow).passes).toBe(false);
  });
});

describe("the draws", () => {
  test.each([0.5, 10, 1000])("Poisson of mean %d has its mean and variance", (mean) => {
    expect(momentsOf(poissonDraw(mean))).toSatisfy(near(mean, mean));
  });

  test.each([
    [100, 0.01],
    [1000, 0.5],
  ])("binomial of %d trials at %d has its mean and variance", (trials, p) => {
    expect(momentsOf(binomialDraw(trials, p))).toSatisfy(near(trials * p, trials * p * (1 - p)));
  });
});

/** Within 5 standard errors; that of a variance is about σ²√(2/n + excess/n). */
function near(mean: number, variance: number) {
  return (found: { readonly mean: number; readonly variance: number }): boolean =>
    Math.abs(found.mean - mean) < 5 * Math.sqrt(variance / seeds) &&
    Math.abs(found.variance - variance) < 5 * variance * Math.sqrt((2 + 1 / variance) / seeds);
}

function momentsOf(draw: ReturnType<typeof poissonDraw>): { mean: number; variance: number } {
  const counts = Array.from({ length: seeds }, (_, index) => draw(randomStream(index + 1, "moments")));
  const mean = counts.reduce((sum, count) => sum + count, 0) / seeds;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (seeds - 1);
  return { mean, variance };
}

describe("the committed report", () => {
  const report = readFileSync(resolve(import.meta.dirname, "../../docs/studies/coverage.md"), "utf8");

  test("has a row for every point, exact columns as computed now, and none that fails", () => {
    const points = [
      ...expectedCounts.map((mean) => poissonPoint(mean, 1)),
      ...binomials.map(([trials, p]) => binomialPoint(trials, p, 1)),
    ];
    for (const { method, truth, exact } of points) {
      const row = report.split("\n").find((line) => line.startsWith(`| ${method} | ${truth} |`));
      expect(row, truth).toContain(`| ${(exact.covered * 100).toFixed(3)} |`);
    }
    expect(report).not.toContain("| NO |");
  });

  test("every study says in one line what it is about", () => {
    for (const { about } of Object.values(studies)) expect(about).toMatch(/^[^\n]{10,90}$/);
  });
});
