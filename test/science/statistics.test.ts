import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clopperPearson } from "../../src/science/clopper-pearson.ts";
import { garwood } from "../../src/science/garwood.ts";
import { binomialCoverage, poissonCoverage } from "../studies/exact-coverage.ts";

/** As the check values round it. */
const oneSigma = 0.68268949;

/** Worked with scipy (chi-square and beta quantiles), not with the code under test. */
const poisson: readonly (readonly [n: number, confidence: number, lower: number, upper: number])[] = [
  [0, oneSigma, 0, 1.8410216382742648],
  [0, 0.9, 0, 2.9957322735539895],
  [0, 0.95, 0, 3.6888794541139354],
  [0, 0.99, 0, 5.298317366548036],
  [1, oneSigma, 0.17275378029349162, 3.299526550339654],
  [1, 0.95, 0.025317807984289897, 5.571643390938898],
  [2, 0.9, 0.35536151069866195, 6.295793621871988],
  [3, 0.95, 0.6186721228956015, 8.767273069742323],
  [5, 0.99, 1.0779282406523196, 14.149759411023012],
  [10, 0.95, 4.7953886961324335, 18.39035604201778],
  [20, 0.95, 12.216519585403946, 30.8883779026746],
  [50, oneSigma, 42.95266320235934, 58.118224572064136],
  [100, 0.95, 81.36399125092315, 121.62679379242638],
  [100, 0.99, 76.12049584368918, 128.76058012010245],
];

const poissonUpper: readonly (readonly [n: number, confidence: number, upper: number])[] = [
  [0, 0.95, 2.9957322735539895],
  [0, 0.9, 2.302585092994046],
  [1, 0.95, 4.743864518390577],
  [5, 0.9, 9.274673893351626],
  [20, 0.95, 29.062018840434014],
  [100, 0.9, 114.07453713067454],
];

const binomial: readonly (readonly [k: number, n: number, lower: number, upper: number])[] = [
  [0, 100, 0, 0.03621669264517641],
  [3, 100, 0.006229971538306395, 0.08517605297428002],
  [37, 1000, 0.02618270884373734, 0.05064112305992485],
  [500, 1000, 0.46854917297179194, 0.531450827028208],
  [0, 3000, 0, 0.0012288708038255115],
];

describe("Garwood", () => {
  test.each(poisson)("%d events at %f: %f to %f", (n, confidence, lower, upper) => {
    const interval = garwood(n, confidence);
    expect(Math.abs(interval.lower - lower)).toBeLessThan(1e-9);
    expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-9);
    expect(interval).toMatchObject({ confidence, sides: "two", method: "garwood" });
  });

  test.each(poissonUpper)("%d events, one-sided upper limit at %f: %f", (n, confidence, upper) => {
    const interval = garwood(n, confidence, "upper");
    expect(interval).toMatchObject({ lower: 0, sides: "upper" });
    expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-9);
  });

  test("a lower limit alone is open above", () => {
    expect(garwood(10, 0.975, "lower")).toMatchObject({ upper: Infinity, sides: "lower" });
    expect(garwood(10, 0.975, "lower").lower).toBeCloseTo(garwood(10, 0.95).lower, 12);
  });

  test("both ends rise with the count, and a surer interval holds a less sure one", () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.double({ min: 0.5, max: 0.98, noNaN: true }), (n, confidence) => {
        const [here, next, surer] = [garwood(n, confidence), garwood(n + 1, confidence), garwood(n, 0.99)];
        expect(next.lower).toBeGreaterThan(here.lower);
        expect(next.upper).toBeGreaterThan(here.upper);
        expect(surer.lower).toBeLessThanOrEqual(here.lower);
        expect(surer.upper).toBeGreaterThan(here.upper);
        expect(here.lower).toBeLessThanOrEqual(n);
        expect(here.upper).toBeGreaterThan(n);
      }),
    );
  });

  test("never covers less than it says, computed exactly over a grid of means", () => {
    for (const confidence of [oneSigma, 0.9, 0.95])
      for (let mean = 0.05; mean < 60; mean *= 1.17) {
        const { covered, below, above } = poissonCoverage(mean, (n) => garwood(n, confidence));
        expect(covered, `mean ${mean}`).toBeGreaterThanOrEqual(confidence - 1e-12);
        expect(Math.max(below, above), `tail at ${mean}`).toBeLessThanOrEqual((1 - confidence) / 2 + 1e-12);
      }
  });

  test.each([-1, 0.5, NaN, 2 ** 53])("%d is refused as a count", (n) => {
    expect(() => garwood(n)).toThrow(RangeError);
  });

  test.each([0, 1, NaN, 95])("%d is refused as a confidence", (confidence) => {
    expect(() => garwood(1, confidence)).toThrow(RangeError);
  });
});

describe("Clopper-Pearson", () => {
  test.each(binomial)("%d of %d: %f to %f", (k, n, lower, upper) => {
    const interval = clopperPearson(k, n);
    expect(Math.abs(interval.lower - lower)).toBeLessThan(1e-9);
    expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-9);
    expect(interval).toMatchObject({ confidence: 0.95, sides: "two", method: "clopper-pearson" });
  });

  test("no events in n trials has the closed form 1 - alpha^(1/n)", () => {
    for (const n of [1, 3, 100, 5000]) {
      expect(clopperPearson(0, n, 0.95, "upper").upper).toBeCloseTo(1 - 0.05 ** (1 / n), 12);
      expect(clopperPearson(n, n, 0.95, "lower").lower).toBeCloseTo(0.05 ** (1 / n), 12);
    }
  });

  test("without trials nothing is known", () => {
    expect(clopperPearson(0, 0)).toMatchObject({ lower: 0, upper: 1 });
  });

  test("is its own mirror image, and rises with the count", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 20_000 })
          .chain((n) => fc.tuple(fc.integer({ min: 0, max: n - 1 }), fc.constant(n))),
        ([k, n]) => {
          const here = clopperPearson(k, n);
          const mirrored = clopperPearson(n - k, n);
          expect(here.lower).toBeCloseTo(1 - mirrored.upper, 9);
          expect(here.upper).toBeCloseTo(1 - mirrored.lower, 9);
          const next = clopperPearson(k + 1, n);
          expect(next.lower).toBeGreaterThan(here.lower);
          expect(next.upper).toBeGreaterThanOrEqual(here.upper);
          expect(here.lower).toBeLessThanOrEqual(k / n);
          expect(here.upper).toBeGreaterThanOrEqual(k / n);
        },
      ),
    );
  });

  test("never covers less than it says, computed exactly over a grid", () => {
    for (const trials of [1, 2, 7, 30, 120])
      for (let p = 0.005; p < 1; p += 0.0151) {
        const { covered, below, above } = binomialCoverage(trials, p, (k) => clopperPearson(k, trials, 0.95));
        expect(covered, `${trials} trials at ${p}`).toBeGreaterThanOrEqual(0.95 - 1e-12);
        expect(Math.max(below, above)).toBeLessThanOrEqual(0.025 + 1e-12);
      }
  });

  test.each([
    [-1, 10],
    [11, 10],
    [1.5, 10],
    [0, NaN],
  ])("%d of %d is refused", (k, n) => {
    expect(() => clopperPearson(k, n)).toThrow(RangeError);
  });
});
