import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { arrivalsOf } from "../../src/emulator/arrivals.ts";
import type { Arrivals, Hazard } from "../../src/emulator/arrivals.ts";
import type { Law } from "../../src/emulator/law.ts";

const second = 1e9;

function law(change: Partial<Law> = {}, dieC = 25): Law {
  const sinceNs = change.sinceNs ?? 0;
  const heat = {
    sinceNs,
    blockC: dieC,
    blockGoalC: dieC,
    rateCPerSecond: 5,
    dieC,
    selfHeatC: 0,
    feedback: 0,
    tauSeconds: 1,
  };
  return { sinceNs: 0, powered: true, busy: false, clockShare: 1, heat, fluxPerCm2PerSecond: 1e6, ...change };
}

/** One a second at 25 °C. */
function hazard(seed: number, change: Partial<Hazard> = {}): Hazard {
  const base = { crossSectionCm2: 1e-6, temperatureCoefficientPerC: 0, voltageCoefficient: 0, rail: null };
  return { ...base, arrivals: randomStream(seed, "arrivals"), ...change };
}

function timesOf(arrivals: Arrivals, untilNs: number): number[] {
  return arrivals.before(untilNs).map(({ tNs }) => tNs);
}

describe("arrivals", () => {
  test("rates follow σ(T, V)·flux, each hazard its own: counts within four standard errors", () => {
    const hazards = (seed: number): Hazard[] => [
      hazard(seed),
      hazard(seed + 1, { temperatureCoefficientPerC: 0.03 }),
      hazard(seed + 2, { voltageCoefficient: -2, rail: "core" }),
      hazard(seed + 3, { crossSectionCm2: 3e-6, voltageCoefficient: 1 }),
      hazard(seed + 4, { crossSectionCm2: 0 }),
    ];
    // 0.9 of its voltage on the rail `core`, 1.05 on the first one, 75 °C.
    const hot = law({ voltage: { "": 1.05, core: 0.9 } }, 75);
    const expected = [1, Math.exp(1.5), Math.exp(0.2), 3 * Math.exp(0.05), 0].map((rate) => 40 * 500 * rate);
    const counts = [0, 0, 0, 0, 0];
    for (let n = 1; n <= 40; n++)
      for (const { hazard: index } of arrivalsOf(hazards(n * 10), hot, 0).before(500 * second))
        counts[index] = counts[index]! + 1;
    counts.forEach((count, i) =>
      expect(Math.abs(count - expected[i]!)).toBeLessThanOrEqual(4 * Math.sqrt(expected[i]!)),
    );
  });

  test("the next one is told before it comes, to the nanosecond, and looking changes nothing", () => {
    const hot = law({}, 60);
    const straight = timesOf(
      arrivalsOf([hazard(5, { temperatureCoefficientPerC: 0.02 })], hot, 0),
      50 * second,
    );
    const asked = arrivalsOf([hazard(5, { temperatureCoefficientPerC: 0.02 })], hot, 0);
    const told: number[] = [];
    for (;;) {
      const next = asked.nextNs();
      if (next > 50 * second) break;
      expect(timesOf(asked, next - 2)).toEqual([]);
      told.push(...timesOf(asked, next + 1));
    }
    expect(straight.length).toBeGreaterThan(60);
    expect(told.length).toBe(straight.length);
    told.forEach((tNs, i) => expect(Math.abs(tNs - straight[i]!)).toBeLessThanOrEqual(1));
  });

  test("in the dark the next one never comes, and the dark is no exposure", () => {
    const some = arrivalsOf([hazard(9)], law(), 0);
    const lit = timesOf(arrivalsOf([hazard(9)], law(), 0), 100 * second);
    const first = timesOf(some, 10 * second);
    some.turn(law({ sinceNs: 10 * second, fluxPerCm2PerSecond: 0 }));
    expect(some.nextNs()).toBe(Infinity);
    expect(timesOf(some, 500 * second)).toEqual([]);
    some.turn(law({ sinceNs: 500 * second }));
    const later = timesOf(some, 590 * second);
    expect([...first, ...later.map((tNs) => tNs - 490 * second)].map((tNs) => Math.round(tNs / 10))).toEqual(
      lit.map((tNs) => Math.round(tNs / 10)),
    );
  });
});
