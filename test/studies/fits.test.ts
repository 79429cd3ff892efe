import { describe, expect, test } from "vitest";
import { binomialDraw } from "./draws.ts";
import { byPosterior, byProfile, fitPoints, fisherError } from "./fits.ts";
import { leastCovered } from "./expected.ts";
import { randomStream } from "../../src/domain/random.ts";

describe("intervals of fitted curves, a slice of the study", () => {
  test("profiles hold the truth and are no wider than they need be", () => {
    for (const point of fitPoints("profile", 25, byProfile)) expect(point).toMatchObject({ passes: true });
  });

  test("so do posteriors", () => {
    for (const point of fitPoints("posterior", 15, byPosterior))
      expect(point).toMatchObject({ passes: true });
  });

  test("the study can fail: a fit that takes the fluence for certain holds the truth too seldom, and a wide interval is no success", () => {
    const certain = fitPoints("profile", 30, (points) =>
      byProfile(
        points.map((point) => ({ ...point, relFluenceUncertainty1Sigma: 0 })),
        randomStream(1),
      ),
    );
    expect(certain.some(({ passes }) => !passes)).toBe(true);
    const wide = fitPoints("profile", 8, (points) =>
      byProfile(points, randomStream(1)).map(({ lower, upper }) => ({
        lower: lower / 1.5,
        upper: upper * 1.5,
      })),
    );
    expect(wide.every(({ passes }) => !passes)).toBe(true);
  });

  test("its yardsticks: the binomial bound of DESIGN, and a plateau no surer than two scales of 10 % allow", () => {
    expect(leastCovered(5000, 0.95, 0.01)).toBeGreaterThan(4700);
    const draw = binomialDraw(400, 0.95);
    const bound = leastCovered(400, 0.95, 0.01);
    const below = Array.from({ length: 4000 }, (_, i) => draw(randomStream(i, "bound"))).filter(
      (n) => n < bound,
    ).length;
    expect(below / 4000).toBeLessThan(0.015);
    expect(fisherError(Infinity)).toBeGreaterThan(0.1 / Math.sqrt(2));
    expect(fisherError(Infinity)).toBeLessThan(0.12);
  });
});
