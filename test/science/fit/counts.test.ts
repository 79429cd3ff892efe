import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { beamOverComposition } from "../../../src/science/fit/beam-ratio.ts";
import { chiSquareAbove, normalAbove, normalQuantile } from "../../../src/science/fit/chi-square.ts";
import { goodnessOf, runsOf } from "../../../src/science/fit/goodness.ts";
import { homogeneityOf, laplaceTrend } from "../../../src/science/fit/homogeneity.ts";
import { logGamma, lowerGamma, upperGamma } from "../../../src/science/fit/incomplete-gamma.ts";
import { marginalCount } from "../../../src/science/fit/marginal-count.ts";
import { drawMultiplicity, multiplicityOf } from "../../../src/science/fit/multiplicity.ts";
import { burstinessOf } from "../../../src/science/fit/negative-binomial.ts";
import { netRate } from "../../../src/science/fit/net-rate.ts";
import {
  betaDraw,
  binomialDraw,
  dirichletDraw,
  gammaDraw,
  poissonDraw,
} from "../../../src/science/fit/random-draws.ts";
import { rateRatio } from "../../../src/science/fit/rate-ratio.ts";
import { stuckBits } from "../../../src/science/fit/stuck-bits.ts";
import { drawVulnerability, vulnerability } from "../../../src/science/fit/vulnerability.ts";
import { logFactorial } from "../../studies/draws.ts";

const poisson = (n: number, mean: number): number => Math.exp(n * Math.log(mean) - mean - logFactorial(n));

describe("the functions of counting", () => {
  test("ln Γ of whole and half numbers", () => {
    for (const n of [1, 2, 5, 30, 170]) expect(logGamma(n + 1)).toBeCloseTo(logFactorial(n), 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  });

  test("P(n, μ) is the chance of n or more Poisson events, summed", () => {
    for (const mean of [0.3, 5, 40])
      for (const n of [1, 4, 40, 60]) {
        let below = 0;
        for (let k = 0; k < n; k++) below += poisson(k, mean);
        expect(lowerGamma(n, mean)).toBeCloseTo(1 - below, 12);
        expect(upperGamma(n, mean)).toBeCloseTo(below, 12);
      }
  });

  test("χ² and normal tails as tabled", () => {
    expect(chiSquareAbove(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareAbove(18.307038053275146, 10)).toBeCloseTo(0.05, 12);
    expect(normalAbove(1.959963984540054)).toBeCloseTo(0.025, 12);
    expect(normalAbove(-1)).toBeCloseTo(0.8413447460685429, 12);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 9);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 9);
  });

  test("draws have the mean and variance of their distribution", () => {
    const n = 20_000;
    const check = (
      draw: (random: ReturnType<typeof randomStream>) => number,
      mean: number,
      variance: number,
    ): void => {
      const random = randomStream(5, "draws");
      const values = Array.from({ length: n }, () => draw(random));
      const found = values.reduce((sum, v) => sum + v, 0) / n;
      expect(Math.abs(found - mean)).toBeLessThan(4.5 * Math.sqrt(variance / n));
      const spread = values.reduce((sum, v) => sum + (v - found) ** 2, 0) / n;
      expect(spread / variance).toBeGreaterThan(0.93);
      expect(spread / variance).toBeLessThan(1.07);
    };
    for (const shape of [0.5, 1, 7.3]) check((random) => gammaDraw(shape, random), shape, shape);
    for (const mean of [0.4, 9, 300]) check((random) => poissonDraw(mean, random), mean, mean);
    check((random) => binomialDraw(1000, 0.03, random), 30, 29.1);
    check((random) => betaDraw(2.5, 4, random), 2.5 / 6.5, (2.5 * 4) / (6.5 * 6.5 * 7.5));
    check((random) => dirichletDraw([1, 2, 3], random)[2]!, 0.5, 0.25 / 7);
  });
});

describe("a count whose fluence is known to 10 % (statistics_oracles.json, scipy; 1e-3)", () => {
  test.each([
    [0, 0.000489809712570125, 2.5372592769341615],
    [5, 1.8741176516426266, 11.25677656940811],
    [20, 12.135482981997477, 31.705147898262325],
    [100, 75.61147213741222, 131.63243772628562],
    [1000, 814.1538949225296, 1228.163363891495],
  ])("%d events: %f to %f", (events, lower, upper) => {
    const found = marginalCount(events, 0.1);
    expect(Math.abs(found.lower / lower - 1)).toBeLessThan(1e-3);
    expect(Math.abs(found.upper / upper - 1)).toBeLessThan(1e-3);
  });

  test("of a fluence known exactly Jeffreys' interval is left", () => {
    expect(marginalCount(5, 0).lower).toBeCloseTo(1.9078741261180496, 9);
    expect(marginalCount(5, 0).upper).toBeCloseTo(10.9600246305106, 9);
    expect(marginalCount(5, 1e-6).upper).toBeCloseTo(10.9600246305106, 6);
    expect(() => marginalCount(-1, 0.1)).toThrow(RangeError);
  });
});

describe("runs against each other", () => {
  const counts = [18, 25, 31, 12, 22, 27, 19, 40];
  const exposures = [1, 1, 1.2, 0.8, 1, 1.1, 1, 1.3];
  const runs = counts.map((events, i) => ({ events, exposure: exposures[i]! * 1e9 }));

  test("homogeneity: X² 8.13387 on 7 degrees, p .32094 (§10 #20, 1e-4)", () => {
    const { chiSquare, degrees, pValue, method } = homogeneityOf(runs, randomStream(1));
    expect(chiSquare).toBeCloseTo(8.133869223559946, 9);
    expect([degrees, method]).toEqual([7, "chi-square"]);
    expect(pValue).toBeCloseTo(0.32093768736362227, 9);
  });

  test("few events are dealt out instead: the chance of 3 in one of 3 equal runs is 1/9", () => {
    const of = (...events: number[]) =>
      homogeneityOf(
        events.map((n) => ({ events: n, exposure: 2 })),
        randomStream(2),
      );
    expect(of(3, 0, 0)).toMatchObject({ method: "drawn" });
    expect(of(3, 0, 0).pValue).toBeCloseTo(1 / 9, 1.4);
    expect(of(1, 1, 1).pValue).toBeCloseTo(1, 9);
    expect(of(0, 0).pValue).toBe(1);
    expect(() => homogeneityOf([], randomStream(1))).toThrow(/no run/);
    expect(() => homogeneityOf([{ events: 1, exposure: 0 }], randomStream(1))).toThrow(/without exposure/);
  });

  test("Laplace's trend: by hand, and its sign", () => {
    // Four events at ¾: mean ¾, u = ¼ / √(1/48).
    expect(laplaceTrend([0.75, 0.75, 0.75, 0.75], 1)!.u).toBeCloseTo(0.25 * Math.sqrt(48), 12);
    expect(laplaceTrend([1, 2, 3], 4)).toMatchObject({ u: 0, pValue: 1 });
    expect(laplaceTrend([0.1, 0.2], 4)!.u).toBeLessThan(0);
    expect(laplaceTrend([1], 4)).toBeNull();
    expect(() => laplaceTrend([5], 4)).toThrow(/outside/);
  });

  test("rate ratio: 60 against 40 is 1.5, .9889 to 2.2971 (§10 #20)", () => {
    const found = rateRatio({ events: 60, exposure: 1e10 }, { events: 40, exposure: 1e10 });
    expect(found.ratio).toBe(1.5);
    expect(found.lower).toBeCloseTo(0.9888985665510441, 9);
    expect(found.upper).toBeCloseTo(2.2971224801429053, 9);
    expect(rateRatio({ events: 60, exposure: 2e10 }, { events: 40, exposure: 1e10 }).ratio).toBe(0.75);
    expect(rateRatio({ events: 3, exposure: 1 }, { events: 0, exposure: 1 })).toMatchObject({
      ratio: null,
      upper: null,
    });
    expect(() => rateRatio({ events: 3, exposure: 0 }, { events: 1, exposure: 1 })).toThrow(
      /without exposure/,
    );
  });
});

describe("in beam less without beam", () => {
  const net = (n: number, m: number, ratio = 1) =>
    netRate({ events: n, exposure: 1 }, { events: m, exposure: ratio });

  test("much of both: the normal interval of a difference", () => {
    const { value, lower, upper } = net(1000, 400, 2);
    expect(value).toBe(800);
    const half = 1.96 * Math.sqrt(1000 + 400 / 4);
    expect(Math.abs((upper - lower) / 2 / half - 1)).toBeLessThan(0.02);
  });

  test("nothing in beam: 3.69 whatever the background; less than the background: never below 0", () => {
    expect(net(0, 0).upper).toBeCloseTo(3.6888794541139354, 9);
    expect(net(0, 9)).toMatchObject({ value: 0, lower: 0, limitOnly: true });
    expect(net(3, 9)).toMatchObject({ value: 0, lower: 0, limitOnly: true });
    expect(net(3, 9).upper).toBeGreaterThan(0.5);
    expect(() => net(1.5, 0)).toThrow(/no count/);
    expect(() => net(1, 0, 0)).toThrow(/without exposure/);
  });

  test("covers the truth at least 93 % of the time, summed exactly over all counts", () => {
    const worst: string[] = [];
    const known = new Map<string, ReturnType<typeof net>>();
    for (const ratio of [1, 5])
      for (const background of [0.2, 1, 4])
        for (const rate of [0, 0.3, 1, 3, 8]) {
          let covered = 0;
          for (let n = 0; n < 45; n++)
            for (let m = 0; m < 60; m++) {
              const key = `${n} ${m} ${ratio}`;
              const interval = known.get(key) ?? net(n, m, ratio);
              known.set(key, interval);
              if (interval.lower <= rate && rate <= interval.upper)
                covered += poisson(n, rate + background) * poisson(m, background * ratio);
            }
          if (covered < 0.93)
            worst.push(`rate ${rate}, background ${background}, ratio ${ratio}: ${covered.toFixed(4)}`);
        }
    expect(worst).toEqual([]);
  });
});

describe("goodness of fit", () => {
  test("deviance, Pearson and dispersion by hand", () => {
    const { deviance, pearson, degrees, dispersion, sparse } = goodnessOf([12, 8, 0], [10, 10, 0.5], 1);
    expect(pearson).toBeCloseTo(0.4 + 0.4 + 0.5, 12);
    expect(deviance).toBeCloseTo(2 * (12 * Math.log(1.2) - 2 + 8 * Math.log(0.8) + 2 + 0.5), 12);
    expect([degrees, sparse]).toEqual([2, 1]);
    expect(dispersion).toBeCloseTo(0.65, 12);
  });

  test("runs of signs: 3 above then 3 below is one of 2 in 20 orders", () => {
    const few = runsOf([true, true, true, false, false, false])!;
    expect(few.count).toBe(2);
    expect(few.pValue).toBeCloseTo(0.1, 10);
    expect(runsOf([true, false, true, false])!.pValue).toBeCloseTo(1, 10);
    expect(runsOf([true, true])).toBeNull();
  });

  test("bursts: NB2 finds k of counts drawn so, and none in Poisson's", () => {
    const random = randomStream(8, "bursts");
    const expected = new Array<number>(400).fill(20);
    const bursts = expected.map((mean) => poissonDraw((gammaDraw(4, random) / 4) * mean, random));
    const { k, gain } = burstinessOf(bursts, expected);
    expect(Math.abs(Math.log(k! / 4))).toBeLessThan(0.3);
    expect(gain).toBeGreaterThan(100);
    expect(burstinessOf(new Array<number>(50).fill(20), expected.slice(0, 50))).toEqual({ k: null, gain: 0 });
  });
});

describe("sizes of events", () => {
  test("events are counted, not bits; shares are a Dirichlet posterior's", () => {
    const found = multiplicityOf([1, 1, 1, 1, 1, 1, 2, 2, 3, 7], 4);
    expect(found).toMatchObject({ events: 10, cells: 20, meanCells: 2 });
    expect(found.sizes.map(({ events }) => events)).toEqual([6, 2, 1, 1]);
    expect(found.sizes[0]!.share).toBeCloseTo(6.5 / 12, 12);
    const draws = Array.from(
      { length: 4000 },
      (_, i) => drawMultiplicity(found, randomStream(i, "sizes"))[0]!,
    ).sort((a, b) => a - b);
    expect(draws[100]).toBeCloseTo(found.sizes[0]!.lower, 1);
    expect(draws[3900]).toBeCloseTo(found.sizes[0]!.upper, 1);
    expect(multiplicityOf([], 3).meanCells).toBeNull();
    expect(() => multiplicityOf([0], 3)).toThrow(/an event of 0 cells/);
  });
});

describe("stuck bits", () => {
  const upsets = (seed: number, n: number, addresses: number) => {
    const random = randomStream(seed, "upsets");
    return Array.from({ length: n }, (_, writes) => ({
      address: String(random.nextBelow(addresses)),
      writes,
    }));
  };

  test("what comes back after writes is kept out, and what fell twice by chance is not", () => {
    const seen = [...upsets(1, 300, 1e8), ...[3, 50, 90, 200].map((writes) => ({ address: "weak", writes }))];
    const found = stuckBits(seen, 1e8);
    expect(found).toMatchObject({ criterion: 2, stuck: [{ address: "weak", sightings: 4 }], excluded: 4 });
    expect(found.upsets).toHaveLength(300);
    expect(found.falsePositive).toBeLessThan(0.01);
    // 1,000 upsets on 10,000 cells fall twice on many: the criterion rises.
    const crowded = stuckBits(upsets(1, 1000, 10_000), 10_000);
    expect(crowded.criterion).toBeGreaterThan(4);
    expect(crowded.stuck).toEqual([]);
  });

  test("sightings between the same writes are one", () => {
    const held = new Array<{ address: string; writes: number }>(9).fill({ address: "a", writes: 4 });
    expect(stuckBits(held, 1e6)).toMatchObject({ stuck: [], excluded: 0 });
    expect(stuckBits(held, 1e6).upsets).toHaveLength(1);
  });

  test("a sound memory is called stuck no more often than stated", () => {
    const seeds = 1500;
    let wrong = 0;
    for (let seed = 1; seed <= seeds; seed++)
      if (stuckBits(upsets(seed, 60, 100_000), 100_000, 0.02).stuck.length > 0) wrong++;
    // The bound itself: C(60, 2)/100000 = .0177.
    expect(stuckBits(upsets(1, 60, 100_000), 100_000, 0.02).falsePositive).toBeCloseTo(0.0177, 4);
    expect(wrong / seeds).toBeLessThan(0.0177 + 4 * Math.sqrt(0.0177 / seeds));
    expect(wrong).toBeGreaterThan(5);
  });

  test("impossible input", () => {
    expect(() => stuckBits([], 0)).toThrow(/0 addresses watched/);
    expect(() => stuckBits(upsets(1, 5, 1e6), 2)).toThrow(/of 2 watched/);
    expect(() => stuckBits([], 10, 1)).toThrow(/false-positive/);
  });
});

describe("injection and beam", () => {
  test("vulnerability: Clopper-Pearson, and bounds over what became of unknown strikes", () => {
    const found = vulnerability(3, 100, 20);
    expect(found.interval.lower).toBeCloseTo(0.006229971538306395, 9);
    expect(found.interval.upper).toBeCloseTo(0.08517605297428002, 9);
    expect(found.bounds.lower).toBeLessThan(found.interval.lower);
    expect(found.bounds.upper).toBeGreaterThan(23 / 120);
    expect(vulnerability(0, 0, 0)).toMatchObject({ value: null, interval: { lower: 0, upper: 1 } });
    const draws = Array.from({ length: 4000 }, (_, i) => drawVulnerability(found, randomStream(i, "v")));
    expect(draws.reduce((sum, v) => sum + v, 0) / 4000).toBeCloseTo(3.5 / 101, 2);
  });

  test("beam over composition: an error of the scale in common cancels", () => {
    const random = randomStream(1, "ratio");
    const n = 4000;
    const logScale = Float64Array.from({ length: n }, () => 0.3 * (random.nextFloat() * 2 - 1));
    // Composed of 10,000 events of the same session, so as certain as the scale.
    const composed = logScale.map((log) => 1e-7 * Math.exp(-log));
    const beam = { events: 1000, fluencePerCm2: 1e10, relFluenceUncertainty1Sigma: 0.2 };
    const common = beamOverComposition({ ...beam, logScale }, composed, randomStream(2));
    expect(common.median).toBeCloseTo(1, 1);
    expect(common.isApart).toBe(false);
    expect(Math.log(common.upper / common.lower)).toBeCloseTo((2 * 1.96) / Math.sqrt(1000), 1);
    const own = beamOverComposition(beam, composed, randomStream(2));
    expect(own.upper / own.lower).toBeGreaterThan(common.upper / common.lower + 0.5);
    expect(beamOverComposition({ ...beam, events: 3000, logScale }, composed, randomStream(2)).isApart).toBe(
      true,
    );
    expect(beamOverComposition({ ...beam, events: 0 }, composed, randomStream(2))).toMatchObject({
      limitOnly: true,
      lower: 0,
    });
    expect(() => beamOverComposition(beam, [], randomStream(2))).toThrow(/expected as many/);
  });
});
