import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { fitConditions, sramTemperaturePrior } from "../../../src/science/fit/conditions.ts";
import { poissonRegression, predictLog } from "../../../src/science/fit/poisson-regression.ts";
import { poissonDraw } from "../../../src/science/fit/random-draws.ts";
import { logSlope } from "../../studies/log-slope.ts";

const temperatures = [25, 25, 60, 60, 85, 85];
const points = (events: (t: number, v: number, i: number) => number, sigma = 0) =>
  temperatures.map((temperatureC, i) => {
    const supplyV = i % 2 === 0 ? 0.75 : 0.9;
    return {
      events: events(temperatureC, supplyV, i),
      fluencePerCm2: 1e9 * (1 + i),
      temperatureC,
      supplyV,
      sessionId: i < 3 ? "a" : "b",
      relFluenceUncertainty1Sigma: sigma,
    };
  });
const reference = { temperatureC: 25, supplyV: 0.75 };
/** σ = 2e-7 · exp(0.004 ΔT − 2 ΔV). */
const exact = points((t, v, i) => Math.round(200 * (1 + i) * Math.exp(0.004 * (t - 25) - 2 * (v - 0.75))));

describe("Poisson regression", () => {
  test("two rates have the closed form: ln of their ratio, and √(1/n₁ + 1/n₂)", () => {
    const fit = poissonRegression(
      [
        { events: 40, exposure: 2, x: [0] },
        { events: 90, exposure: 3, x: [1] },
      ],
      ["hot"],
    );
    expect(fit.intercept.value).toBeCloseTo(Math.log(20), 10);
    expect(fit.intercept.standardError).toBeCloseTo(1 / Math.sqrt(40), 10);
    expect(fit.coefficients[0]!.value).toBeCloseTo(Math.log(30 / 20), 10);
    expect(fit.coefficients[0]!.standardError).toBeCloseTo(Math.sqrt(1 / 40 + 1 / 90), 10);
    expect(fit.deviance).toBeCloseTo(0, 10);
    expect(predictLog(fit, [1]).log).toBeCloseTo(Math.log(30), 10);
    expect(predictLog(fit, [1]).standardError).toBeCloseTo(1 / Math.sqrt(90), 10);
  });

  test("one covariate agrees with the older straight line, zeros among the counts", () => {
    const counts = [
      { temperatureC: 0, fluencePerCm2: 1e6, events: 0 },
      { temperatureC: 20, fluencePerCm2: 2e6, events: 9 },
      { temperatureC: 40, fluencePerCm2: 1e6, events: 8 },
      { temperatureC: 70, fluencePerCm2: 1e6, events: 15 },
    ];
    const line = logSlope(counts)!;
    const fit = poissonRegression(
      counts.map(({ temperatureC, fluencePerCm2, events }) => ({
        events,
        exposure: fluencePerCm2,
        x: [temperatureC],
      })),
      ["temperature"],
    );
    expect(fit.coefficients[0]!.value).toBeCloseTo(line.slopePerC, 9);
    expect(fit.deviance).toBeCloseTo(line.deviance, 9);
    const stretch = fit.isScaled ? Math.sqrt(fit.dispersion) : 1;
    expect(fit.coefficients[0]!.standardError).toBeCloseTo(line.slopeStandardError * stretch, 9);
  });

  test("a prior pulls by its weight: that of a normal mean where counts are many", () => {
    const rows = [0, 1].map((x) => ({ events: x === 0 ? 10_000 : 11_000, exposure: 1, x: [x] }));
    const prior = { mean: 0, sigma: 0.01 };
    const fit = poissonRegression(rows, ["x"], { priors: [prior] });
    const [value, variance] = [Math.log(1.1), 1 / 10_000 + 1 / 11_000];
    const pulled = value / variance / (1 / variance + 1 / prior.sigma ** 2);
    expect(fit.coefficients[0]!.value).toBeCloseTo(pulled, 3);
    expect(fit.coefficients[0]!.standardError).toBeCloseTo(1 / Math.sqrt(1 / variance + 1e4), 4);
  });

  test("counts that scatter more than Poisson's stretch the errors", () => {
    const rows = [10, 90, 15, 80, 12, 95].map((events, i) => ({ events, exposure: 1, x: [i] }));
    const fit = poissonRegression(rows, ["x"]);
    expect(fit.isScaled).toBe(true);
    expect(fit.dispersion).toBeGreaterThan(10);
    expect(fit.pValue).toBeLessThan(1e-6);
  });

  test.each([
    [
      [
        { events: 0, exposure: 1, x: [1] },
        { events: 0, exposure: 1, x: [2] },
      ],
      /no event was counted/,
    ],
    [[{ events: 1, exposure: 0, x: [1] }], /a rate without exposure/],
    [[{ events: 1.5, exposure: 1, x: [1] }], /no count of events/],
    [
      [
        { events: 1, exposure: 1, x: [1] },
        { events: 3, exposure: 1, x: [1] },
      ],
      /all rows have the same x/,
    ],
    [[{ events: 1, exposure: 1, x: [NaN] }], /a row gives NaN/],
  ])("%o is refused", (rows, message) => {
    expect(() => poissonRegression(rows, ["x"])).toThrow(message);
  });

  test("covariates that move together are refused", () => {
    const rows = [1, 2, 3].map((x) => ({ events: 10 * x, exposure: 1, x: [x, 2 * x] }));
    expect(() => poissonRegression(rows, ["temperature", "voltage"])).toThrow(
      /temperature and voltage cannot be told apart/,
    );
  });
});

describe("temperature, voltage and dose", () => {
  test("coefficients are found again from counts without scatter", () => {
    const fit = fitConditions(exact, reference);
    expect(fit.perDegreeC!.value).toBeCloseTo(0.004, 3);
    expect(fit.perVolt!.value).toBeCloseTo(-2, 1);
    expect(fit.crossSectionCm2.value / 2e-7).toBeCloseTo(1, 2);
    expect(fit.perRad).toBeNull();
    expect(fit.reasons).toEqual(["dose is not known of every point: left out"]);
  });

  test("an uncertain fluence scale of each session widens σ at the reference, and a coefficient that only sessions tell", () => {
    const [known, unsure] = [
      fitConditions(exact, reference),
      fitConditions(
        points((_, __, i) => exact[i]!.events, 0.1),
        reference,
      ),
    ];
    const spread = ({ lower, upper }: { lower: number; upper: number }): number =>
      Math.log(upper / lower) / 3.92;
    expect(spread(known.crossSectionCm2)).toBeLessThan(0.05);
    expect(spread(unsure.crossSectionCm2)).toBeGreaterThan(0.08);
    expect(unsure.perDegreeC!.standardError).toBeGreaterThan(known.perDegreeC!.standardError * 1.5);
    expect(unsure.columns).toContain("fluence scale of session 'b'");
    expect(unsure.regression.degrees).toBeGreaterThan(1);
  });

  test("one temperature gives no coefficient and says why; with a prior the prior stays", () => {
    const same = exact.map((point) => ({ ...point, temperatureC: 25 }));
    const fit = fitConditions(same, reference);
    expect(fit.perDegreeC).toBeNull();
    expect(fit.reasons[0]).toBe("every point has the same temperature: no coefficient follows");
    const held = fitConditions(same, reference, { perDegreeC: sramTemperaturePrior });
    expect(held.perDegreeC!.value).toBeCloseTo(0.002, 6);
    expect(held.perDegreeC!.standardError).toBeCloseTo(0.001, 6);
  });

  test("dose: a rise with dose is found", () => {
    const dosed = [0, 2000, 5000, 10_000].map((doseRadSi) => ({
      ...exact[0]!,
      doseRadSi,
      events: Math.round(1000 * Math.exp(1e-4 * doseRadSi)),
    }));
    expect(fitConditions(dosed, reference).perRad!.value).toBeCloseTo(1e-4, 6);
  });

  test("95 % intervals of a temperature coefficient hold it: 300 seeds, at least the 99 % binomial bound", () => {
    let covered = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomStream(seed, "conditions");
      const drawn = points((t, v, i) =>
        poissonDraw(20 * (1 + i) * Math.exp(0.004 * (t - 25) - 2 * (v - 0.75)), random),
      );
      const { lower, upper } = fitConditions(drawn, reference).perDegreeC!;
      if (lower <= 0.004 && 0.004 <= upper) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(275);
  });

  test.each([
    [{ temperatureC: -300 }, /-300 °C is no temperature/],
    [{ doseRadSi: -1 }, /-1 rad\(Si\) is no dose/],
    [{ supplyV: NaN }, /NaN V is no voltage/],
    [{ relFluenceUncertainty1Sigma: 10 }, /expected a share/],
  ])("%o is refused", (change, message) => {
    expect(() => fitConditions([{ ...exact[0]!, ...change }, ...exact.slice(1)], reference)).toThrow(message);
  });
});
