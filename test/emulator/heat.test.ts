import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockAt, dieAt, dieRange, turnHeat, weightedSeconds } from "../../src/emulator/heat.ts";
import type { HeatLaw } from "../../src/emulator/heat.ts";

const seconds = (s: number): number => Math.round(s * 1e9);

const law: HeatLaw = {
  sinceNs: 0,
  blockC: 25,
  blockGoalC: 70,
  rateCPerSecond: 5,
  dieC: 30,
  selfHeatC: 20,
  feedback: 0,
  tauSeconds: 0.5,
};

const laws = fc.record({
  sinceNs: fc.constant(0),
  blockC: fc.double({ min: -40, max: 100, noNaN: true }),
  blockGoalC: fc.double({ min: -40, max: 100, noNaN: true }),
  rateCPerSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
  dieC: fc.double({ min: -40, max: 130, noNaN: true }),
  selfHeatC: fc.double({ min: 0, max: 30, noNaN: true }),
  feedback: fc.double({ min: 0, max: 0.6, noNaN: true }),
  tauSeconds: fc.double({ min: 0.05, max: 5, noNaN: true }),
});

/**
 * Fourth-order Runge-Kutta of die' = (block + selfHeat + feedback·(die − 25) − die)/τ, the block a clamped straight line, and
 * Simpson's rule for ∫ exp(c·(die − 25)) dt; the corner of the block's way is a node.
 */
function bySmallSteps(some: HeatLaw, until: number, perC: number): { die: number; weighted: number } {
  const way = some.blockGoalC - some.blockC;
  const corner = Math.min(until, Math.abs(way) / some.rateCPerSecond);
  const block = (t: number): number =>
    some.blockC + Math.sign(way) * Math.min(Math.abs(way), some.rateCPerSecond * t);
  const slope = (t: number, die: number): number =>
    (block(t) + some.selfHeatC + some.feedback * (die - 25) - die) / some.tauSeconds;
  let [die, weighted] = [some.dieC, 0];
  const step = (t: number, h: number): void => {
    const k1 = slope(t, die);
    const k2 = slope(t + h / 2, die + (h / 2) * k1);
    const k3 = slope(t + h / 2, die + (h / 2) * k2);
    const k4 = slope(t + h, die + h * k3);
    die += (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  };
  for (const [from, to] of [
    [0, corner],
    [corner, until],
  ] as const) {
    const steps = 4_000;
    const h = (to - from) / steps;
    if (h <= 0) continue;
    const density = (): number => Math.exp(perC * (die - 25));
    for (let i = 0; i < steps; i++) {
      const first = density();
      step(from + i * h, h / 2);
      const middle = density();
      step(from + i * h + h / 2, h / 2);
      weighted += (h / 6) * (first + 4 * middle + density());
    }
  }
  return { die, weighted };
}

describe("heat of a board", () => {
  test("the block climbs at its rate and stays at the set point", () => {
    expect(blockAt(law, seconds(4))).toBeCloseTo(45, 9);
    expect(blockAt(law, seconds(9))).toBeCloseTo(70, 9);
    expect(blockAt(law, seconds(900))).toBe(70);
  });

  test("the die answers a step of power in first order: 63.2 % after one time constant", () => {
    const still = { ...law, blockGoalC: 25, dieC: 25 };
    expect(dieAt(still, seconds(0.5))).toBeCloseTo(25 + 20 * (1 - Math.exp(-1)), 9);
    expect(dieAt(still, seconds(60))).toBeCloseTo(45, 9);
  });

  test("a die that leaks comes to rest where its power and its leakage balance", () => {
    // Worked by hand: 5 °C/W × 0.02 W/°C = 0.1; T = 25 + 20 + 0.1·(T − 25) gives T = 42.5/0.9 = 47.2222 °C, and τ/0.9.
    const leaky = { ...law, blockGoalC: 25, dieC: 25, feedback: 0.1 };
    expect(dieAt(leaky, seconds(60))).toBeCloseTo(47.222222, 6);
    expect(dieAt(leaky, seconds(0.5 / 0.9))).toBeCloseTo(25 + 22.222222 * (1 - Math.exp(-1)), 6);
  });

  test("agrees with a small-step integration written independently, ramp and rest, leaking or not", () => {
    fc.assert(
      fc.property(
        laws,
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        (some, until, perC) => {
          const { die, weighted } = bySmallSteps(some, until, perC);
          expect(Math.abs(dieAt(some, seconds(until)) - die)).toBeLessThan(1e-6);
          const exact = weightedSeconds(some, perC, seconds(until));
          expect(Math.abs(exact - weighted)).toBeLessThanOrEqual(1e-6 * weighted + 1e-9);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  test("weighted time: none at 25 °C, e-fold where c·ΔT is 1, also where the exponent is large", () => {
    const still = { ...law, blockC: 45, blockGoalC: 45, dieC: 45, selfHeatC: 0 };
    expect(weightedSeconds(still, 0, seconds(7))).toBe(7);
    expect(weightedSeconds(still, 0.05, seconds(7))).toBeCloseTo(7 * Math.E, 9);
    expect(weightedSeconds(still, -0.05, seconds(7))).toBeCloseTo(7 / Math.E, 9);
    for (const perC of [-0.1, 0.1]) {
      const hot = { ...law, dieC: -60, blockGoalC: 150 };
      const { weighted } = bySmallSteps(hot, 30, perC);
      expect(Math.abs(weightedSeconds(hot, perC, seconds(30)) / weighted - 1)).toBeLessThan(1e-6);
    }
  });

  test("a law turned into itself goes on as if nothing had happened, and never leaves its range", () => {
    fc.assert(
      fc.property(laws, fc.nat({ max: 10_000 }), fc.nat({ max: 10_000 }), (some, ms, moreMs) => {
        const [at, later] = [ms * 1e6, (ms + moreMs) * 1e6];
        const turned = turnHeat(some, at, {});
        expect(dieAt(turned, later)).toBeCloseTo(dieAt(some, later), 6);
        const whole = weightedSeconds(some, 0.01, later);
        const parts = weightedSeconds(some, 0.01, at) + weightedSeconds(turned, 0.01, later);
        expect(Math.abs(parts - whole)).toBeLessThanOrEqual(1e-9 * whole + 1e-12);
        const [lowest, highest] = dieRange(some);
        expect(dieAt(some, later)).toBeGreaterThanOrEqual(lowest - 1e-9);
        expect(dieAt(some, later)).toBeLessThanOrEqual(highest + 1e-9);
      }),
    );
  });
});
