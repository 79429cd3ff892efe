import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { chiSquareAbove, normalAbove } from "../../../src/science/fit/chi-square.ts";
import { goodnessOf } from "../../../src/science/fit/goodness.ts";
import { homogeneityOf } from "../../../src/science/fit/homogeneity.ts";
import { upperGamma } from "../../../src/science/fit/incomplete-gamma.ts";
import { burstinessOf } from "../../../src/science/fit/negative-binomial.ts";
import { logDensityOfLog } from "../../../src/science/fit/prior.ts";
import { betaDraw, binomialDraw, gammaDraw, poissonDraw } from "../../../src/science/fit/random-draws.ts";
import { logFactorial } from "../../studies/draws.ts";

describe("draws of what is no distribution are refused, where they would never end or answer 0", () => {
  const random = randomStream(1, "edges");
  test.each([
    ["a gamma of shape NaN", () => gammaDraw(NaN, random)],
    ["a gamma of infinite shape", () => gammaDraw(Infinity, random)],
    ["a gamma of shape 0", () => gammaDraw(0, random)],
    ["a beta of shape −1", () => betaDraw(2, -1, random)],
    ["a Poisson count of mean NaN", () => poissonDraw(NaN, random)],
    ["a Poisson count of infinite mean", () => poissonDraw(Infinity, random)],
    ["a Poisson count of mean −1", () => poissonDraw(-1, random)],
    ["a binomial count of chance NaN", () => binomialDraw(100, NaN, random)],
    ["a binomial count of chance 1.1", () => binomialDraw(3, 1.1, random)],
    ["a binomial count of 2.5 trials", () => binomialDraw(2.5, 0.5, random)],
  ])("%s", (_, draw) => expect(draw).toThrow(RangeError));

  test("certainties are drawn: mean 0, chance 0 and 1", () => {
    expect(poissonDraw(0, random)).toBe(0);
    expect([binomialDraw(1000, 0, random), binomialDraw(1000, 1, random)]).toEqual([0, 1000]);
  });

  test("runs of exposures so unlike that their differences round away are dealt out all the same", () => {
    const runs = [1e20, 0.1, 0.2, 0.3].map((exposure, i) => ({ exposure, events: i === 0 ? 3 : 0 }));
    const { pValue, method } = homogeneityOf(runs, random);
    expect(method).toBe("drawn");
    expect(pValue).toBe(1);
    // Many events, so a binomial a run: all of them in the first, where they belong.
    const many = homogeneityOf(
      runs.map((run) => ({ ...run, events: run.events * 1000 })),
      random,
    );
    expect(many).toMatchObject({ method: "drawn", pValue: 1 });
  });

  test.each([6, 300])(
    "%d events over two runs of 1 to 9: the chance of so unlike a share, by hand",
    (events) => {
      // A third run expects nearly nothing, so that χ² is drawn. All events but the expected share: two-sided binomial, summed.
      const [p, found] = [0.1, Math.round(events * 0.1) + Math.max(1, Math.round(events / 30))];
      let exact = 0;
      for (let k = 0; k <= events; k++)
        if (Math.abs(k - p * events) >= Math.abs(found - p * events) - 1e-9)
          exact += Math.exp(
            logFactorial(events) -
              logFactorial(k) -
              logFactorial(events - k) +
              k * Math.log(p) +
              (events - k) * Math.log1p(-p),
          );
      const runs = [
        { events: found, exposure: 1 },
        { events: events - found, exposure: 9 },
        { events: 0, exposure: 1e-9 },
      ];
      // 4,000 draws: four standard errors of a chance.
      expect(Math.abs(homogeneityOf(runs, random).pValue - exact)).toBeLessThan(4 * Math.sqrt(0.25 / 4000));
    },
  );
});

describe("a prior of a plateau that is none is refused, as of any other number", () => {
  test.each([
    [{ kind: "lognormal", median: -1e-9, logSigma: 1 }, /prior of plateau: a lognormal prior needs a median/],
    [{ kind: "lognormal", median: 1e-9, logSigma: 0 }, /prior of plateau: a lognormal prior needs a median/],
    [{ kind: "lognormal", median: 1e-9, logSigma: NaN }, /prior of plateau/],
    [{ kind: "lognormal", median: 1e-9, logSigma: Infinity }, /prior of plateau/],
    [
      { kind: "uniform", from: 2e-9, to: 1e-9 },
      /prior of plateau: a uniform prior from 2e-9 to 1e-9 is none/,
    ],
  ] as const)("%o", (prior, message) => expect(() => logDensityOfLog(prior)).toThrow(message));

  test("one that is has its density", () => {
    const density = logDensityOfLog({ kind: "lognormal", median: 1e-9, logSigma: 0.5 });
    // One σ of the logarithm away: e^(−½).
    expect(density(Math.log(1e-9) + 0.5) - density(Math.log(1e-9))).toBeCloseTo(-0.5, 12);
  });
});

describe("tails", () => {
  test("beyond everything there is no chance, and an event where none can be is no agreement", () => {
    expect([chiSquareAbove(Infinity, 3), upperGamma(0.5, Infinity), normalAbove(Infinity)]).toEqual([
      0, 0, 0,
    ]);
    const { pearson, pearsonPValue, deviancePValue } = goodnessOf([4, 1, 3], [4, 0, 3], 1);
    expect([pearson, pearsonPValue, deviancePValue]).toEqual([Infinity, 0, 0]);
  });

  test("five sigma out at a mean of a million: Q(10⁶, 1,005,000), summed with sixty decimals", () => {
    expect(upperGamma(1e6, 1_005_000) / 2.98749014011463485e-7).toBeCloseTo(1, 7);
  });

  test("rows where nothing is expected and nothing came say nothing of bursts", () => {
    const events = [9, 1, 14, 0, 22, 3];
    const expected = [8, 8, 8, 8, 8, 9];
    const without = burstinessOf(events, expected);
    expect(without.k).toBeGreaterThan(0);
    expect(burstinessOf([...events, 0, 0], [...expected, 0, 0])).toEqual(without);
  });
});
