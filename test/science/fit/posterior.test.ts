import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { countTable } from "../../../src/science/fit/beam-point.ts";
import { percentileInterval } from "../../../src/science/fit/bootstrap.ts";
import { convergenceOf, effectiveDraws, rHat } from "../../../src/science/fit/convergence.ts";
import { bendel2, crossSectionAt, weibull } from "../../../src/science/fit/curve.ts";
import { samplePosterior } from "../../../src/science/fit/posterior.ts";
import type { CurvePosterior } from "../../../src/science/fit/posterior.ts";
import { singleEnergyPrior } from "../../../src/science/fit/prior.ts";
import { normalDraw } from "../../../src/science/fit/random-draws.ts";
import { elevenPoints } from "./oracle-points.ts";

const atOneEnergy = (name: string, events: number, logSigma: number, sessionId = "a") => ({
  name,
  curve: bendel2,
  priors: { a: singleEnergyPrior },
  table: countTable(
    [{ events, fluencePerCm2: 1e10, energyMeV: 67, sessionId, relFluenceUncertainty1Sigma: logSigma }],
    "energy",
  ),
});

const measured = ({ plateauCm2, shape }: CurvePosterior): number[] =>
  Array.from(plateauCm2, (plateau, i) => crossSectionAt(bendel2, plateau, [shape[0]![i]!], 67) * 1e10);

describe("a test at one energy, whose posterior is known", () => {
  test.each([
    [20, 0, 12.607259319056254, 30.28028586742186],
    [20, 0.1, 12.135482981997477, 31.705147898262325],
    [100, 0.1, 75.61147213741222, 131.63243772628562],
    [1000, 0.1, 814.1538949225296, 1228.163363891495],
  ])(
    "%d events, scale %f: Jeffreys' interval with the scale integrated out, %f to %f (scipy)",
    (events, sigma, lower, upper) => {
      const { curves, convergence } = samplePosterior(
        [atOneEnergy("x", events, sigma)],
        randomStream(7, "one"),
      );
      expect(convergence.converged).toBe(true);
      const found = percentileInterval(measured(curves[0]!));
      expect(Math.abs(found.lower / lower - 1)).toBeLessThan(0.03);
      expect(Math.abs(found.upper / upper - 1)).toBeLessThan(0.03);
    },
  );

  test("the shape keeps its prior: A is uniform from 10 to 30", () => {
    const { curves } = samplePosterior([atOneEnergy("x", 50, 0.1)], randomStream(7, "prior"));
    const sorted = Float64Array.from(curves[0]!.shape[0]!).sort();
    const apart = sorted.map((a, i) => Math.abs((a - 10) / 20 - (i + 0.5) / sorted.length));
    expect(Math.max(...apart)).toBeLessThan(0.05);
  });

  test("a sum over structures of one session keeps the error they have in common", () => {
    const events = 10_000;
    const together = samplePosterior(
      [atOneEnergy("x", events, 0.1), atOneEnergy("y", events, 0.1)],
      randomStream(7, "sum"),
    );
    const [x, y] = together.curves.map(measured) as [number[], number[]];
    const relative = spread(x.map((value, i) => value + y[i]!));
    expect(relative).toBeGreaterThan(0.094);
    expect(relative).toBeLessThan(0.107);
    const apart = samplePosterior(
      [atOneEnergy("x", events, 0.1, "a"), atOneEnergy("y", events, 0.1, "b")],
      randomStream(7, "sum"),
    );
    const [u, v] = apart.curves.map(measured) as [number[], number[]];
    expect(spread(u.map((value, i) => value + v[i]!))).toBeLessThan(0.08);
  });
});

describe("the eleven points", () => {
  test("agree with integrating the same posterior over a grid", () => {
    const { curves, convergence } = samplePosterior(
      [{ name: "x", table: countTable(elevenPoints(), "let"), curve: weibull("let") }],
      randomStream(3, "grid"),
    );
    expect(convergence.worstRHat).toBeLessThan(1.01);
    const grid = gridMoments();
    const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    const { plateauCm2, shape } = curves[0]!;
    [mean(plateauCm2), ...shape.map(mean)].forEach((value, k) => {
      const { mean: expected, deviation } = grid[k]!;
      expect(Math.abs(value - expected) / deviation).toBeLessThan(
        4 / Math.sqrt(convergence.leastEffectiveDraws) + 0.02,
      );
    });
  });
});

/** Plateau, threshold, width, exponent: sums over a grid, the plateau by the moments of its gamma; no code in common with the sampler. */
function gridMoments(): { mean: number; deviation: number }[] {
  const points = elevenPoints();
  const n = points.reduce((sum, { events }) => sum + events, 0);
  const sums = Array.from({ length: 4 }, () => [0, 0]);
  let all = 0;
  let reference: number | null = null;
  for (let threshold = 0.01; threshold < 1.8; threshold += 0.02)
    for (let width = 9; width < 22; width += 0.2)
      for (let exponent = 1.2; exponent < 2.4; exponent += 0.02) {
        let [logWeight, exposure] = [0, 0];
        for (const { events, fluencePerCm2, letMeVCm2PerMg } of points) {
          const above = letMeVCm2PerMg! - threshold;
          const share = above > 0 ? 1 - Math.exp(-((above / width) ** exponent)) : 0;
          exposure += fluencePerCm2 * share;
          if (events > 0) logWeight += events * Math.log(fluencePerCm2 * share);
        }
        // ∫ plateau^(n − ½) exp(−plateau · exposure) √exposure dplateau = Γ(n + ½) / exposure^n; lognormal priors as densities of the value.
        logWeight -= n * Math.log(exposure) + Math.log(width) + Math.log(exponent);
        logWeight -= (Math.log(width / 30) / 1) ** 2 / 2 + (Math.log(exponent / 1.4) / 0.52) ** 2 / 2;
        const weight = Math.exp(logWeight - (reference ??= logWeight + 60));
        const plateau = (n + 0.5) / exposure;
        [plateau, threshold, width, exponent].forEach((value, k) => {
          sums[k]![0]! += weight * value;
          sums[k]![1]! += weight * value * (k === 0 ? (n + 1.5) / exposure : value);
        });
        all += weight;
      }
  return sums.map(([first, second]) => {
    const mean = first! / all;
    return { mean, deviation: Math.sqrt(second! / all - mean * mean) };
  });
}

describe("convergence is checked", () => {
  const chain = (seed: number, at: number, rho = 0): Float64Array => {
    const random = randomStream(seed, "chain");
    let x = 0;
    return Float64Array.from(
      { length: 2000 },
      () => at + (x = rho * x + Math.sqrt(1 - rho * rho) * normalDraw(random)),
    );
  };

  test("independent draws count as many, correlated ones as (1 − ρ)/(1 + ρ) of them", () => {
    const free = [chain(1, 0), chain(2, 0)];
    expect(rHat(free)).toBeCloseTo(1, 2);
    expect(effectiveDraws(free) / 4000).toBeCloseTo(1, 0);
    const slow = [chain(1, 0, 0.9), chain(2, 0, 0.9)];
    expect(effectiveDraws(slow) / (4000 / 19)).toBeGreaterThan(0.6);
    expect(effectiveDraws(slow) / (4000 / 19)).toBeLessThan(1.5);
  });

  test("chains apart, a chain that drifts and chains too short are told", () => {
    expect(convergenceOf([[chain(1, 0), chain(2, 1)]]).converged).toBe(false);
    const drift = [1, 2].map((seed) => chain(seed, 0).map((x, i) => x + i / 1000));
    expect(convergenceOf([drift]).worstRHat).toBeGreaterThan(1.1);
    expect(convergenceOf([[chain(1, 0, 0.99), chain(2, 0, 0.99)]]).converged).toBe(false);
    const short = samplePosterior([atOneEnergy("x", 20, 0.1)], randomStream(1, "short"), {
      sweeps: 20,
      warmUp: 10,
      draws: 80,
    });
    expect(short.convergence.converged).toBe(false);
  });
});

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) / mean;
}
