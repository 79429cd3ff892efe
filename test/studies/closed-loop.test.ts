import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { valueAt } from "../../src/science/spectra/log-line.ts";
import { weibullCm2 } from "../../src/science/upset/weibull.ts";
import { benchOrbit, benchSeed } from "./closed-loop-bench-seeds.ts";
import { boundOfLnRate, rateAt } from "./closed-loop-bound.ts";
import { drawCampaign } from "./closed-loop-campaign.ts";
import { calibrateCounts, drawsOfCounts, sdcRates } from "./closed-loop-estimate.ts";
import { bitRateIn, loopOrbit, rateIn } from "./closed-loop-orbit.ts";
import { loopPlan } from "./closed-loop-plan.ts";
import { loopSeeds } from "./closed-loop-seeds.ts";
import { coverageOf, holds, slopeOf } from "./closed-loop.ts";

const parts = loopOrbit();
const plan = loopPlan(1);

describe("from counts to orbit, a slice of the study", () => {
  test("intervals hold the truth, and are near the bound", () => {
    const seeds = loopSeeds(plan, parts, 1, 10);
    for (const which of ["exact", "drawn"] as const) {
      const coverage = coverageOf(seeds.map((seed) => seed[which]));
      expect(holds(coverage), JSON.stringify(coverage)).toBe(true);
      expect(coverage.width).toBeGreaterThan(0.8);
    }
  });

  test("the study can fail: bits counted half as often again, and an interval half as wide again", () => {
    const truth = rateAt(plan, { bitRate: bitRateIn(parts) });
    const wrong = { ...plan, structures: plan.structures.map((s) => ({ ...s, bits: s.bits * 1.5 })) };
    for (const seed of [1, 2]) {
      const counts = drawCampaign(plan, randomStream(seed, "closed-loop"));
      const model = calibrateCounts(plan, counts, seed);
      const ingredients = model.ingredients.map((one, s) => ({ ...one, bits: wrong.structures[s]!.bits }));
      const rates = sdcRates({ ...model, ingredients }, parts, drawsOfCounts(seed, 500));
      expect(rates[12]!).toBeGreaterThan(truth);
    }
    const held = Array.from({ length: 100 }, () => ({ truth: 0 as const, width: 1.5, rank: 0.5 }));
    expect(holds(coverageOf(held))).toBe(false);
    const few = Array.from({ length: 100 }, (_, i) => ({
      truth: i < 14 ? (1 as const) : (0 as const),
      width: 1,
      rank: 0.5,
    }));
    expect(coverageOf(few)).toMatchObject({ covered: 86, atLeast: 87, above: 14 });
    expect(holds(coverageOf(few))).toBe(false);
  });

  test("its yardsticks: the bound falls as the root of the exposure, 4,701 of 5,000 and 459 of 500 are what chance allows", () => {
    const bitRate = bitRateIn(parts);
    expect(boundOfLnRate(loopPlan(4), { bitRate }) / boundOfLnRate(plan, { bitRate })).toBeCloseTo(0.5, 9);
    const seeds = (n: number) =>
      Array.from({ length: n }, () => ({ truth: 0 as const, width: 1, rank: 0.5 }));
    expect(coverageOf(seeds(5000)).atLeast).toBe(4701);
    expect(coverageOf(seeds(500)).atLeast).toBe(459);
    expect(slopeOf([1, 4, 16].map((exposure) => ({ exposure, width: 3 / Math.sqrt(exposure) })))).toBeCloseTo(
      -0.5,
      12,
    );
  });

  test("the truth's rate of protons is the plain sum over energies", () => {
    const { part } = parts.find((one) => one.part.source === "trappedProtons")!;
    if (part.strike !== "nucleons") throw new Error("protons strike by energy");
    const { energyMeV, perCm2SecondMeV } = part.spectrum;
    const curve = plan.structures[0]!.proton;
    const step = 0.01;
    let sum = 0;
    for (let e = curve.onset + step / 2; e < energyMeV.at(-1)!; e += step)
      sum += weibullCm2(curve, e) * valueAt(energyMeV, perCm2SecondMeV, e) * step;
    expect(rateIn({ part })(plan.structures[0]!) / sum).toBeCloseTo(1, 3);
  });
});

const reportOf = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, `../../docs/studies/${name}.md`), "utf8");

describe("the committed reports", () => {
  test("are of this truth, and hold what they count", () => {
    const report = reportOf("closed-loop");
    expect(report).toContain(`${rateAt(plan, { bitRate: bitRateIn(parts) }).toExponential(3)} a second`);
    for (const name of ["closed-loop", "closed-loop-bench"]) {
      const rows = [...reportOf(name).matchAll(/\| (\d+) of \d+ \| (\d+) \|/g)];
      expect(rows.length).toBeGreaterThan(1);
      for (const [, covered, atLeast] of rows)
        expect(Number(covered)).toBeGreaterThanOrEqual(Number(atLeast));
    }
  });

  test("one seed through the whole bench comes out where the report has its truth", async () => {
    const truth = Number(/: ([\d.e-]+) a second/.exec(reportOf("closed-loop-bench"))![1]);
    const { composed, beam, events } = await benchSeed(benchOrbit(), 1);
    expect(events).toBeGreaterThan(150);
    for (const [lower, upper] of [composed, beam]) {
      expect(lower).toBeLessThan(truth * 1.1);
      expect(upper).toBeGreaterThan(truth / 1.1);
      expect(upper / lower).toBeLessThan(1.7);
    }
  });
});
