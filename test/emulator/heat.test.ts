import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockAt, dieAt, dieIntegral, dieRange, turnHeat } from "../../src/emulator/heat.ts";
import type { HeatLaw } from "../../src/emulator/heat.ts";

const seconds = (s: number): number => Math.round(s * 1e9);

const law: HeatLaw = {
  sinceNs: 0,
  blockC: 25,
  blockGoalC: 70,
  rateCPerSecond: 5,
  dieC: 30,
  selfHeatC: 20,
  tauSeconds: 0.5,
};

const laws = fc.record({
  sinceNs: fc.constant(0),
  blockC: fc.double({ min: -40, max: 100, noNaN: true }),
  blockGoalC: fc.double({ min: -40, max: 100, noNaN: true }),
  rateCPerSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
  dieC: fc.double({ min: -40, max: 130, noNaN: true }),
  selfHeatC: fc.double({ min: 0, max: 30, noNaN: true }),
  tauSeconds: fc.double({ min: 0.05, max: 5, noNaN: true }),
});

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

  test("agrees with a small-step integration written independently, ramp and rest alike", () => {
    fc.assert(
      fc.property(laws, fc.double({ min: 0, max: 20, noNaN: true }), (some, until) => {
        // Fourth-order Runge-Kutta of die' = (block + selfHeat − die)/τ, block a clamped straight line.
        const block = (t: number): number => {
          const way = some.blockGoalC - some.blockC;
          return some.blockC + Math.sign(way) * Math.min(Math.abs(way), some.rateCPerSecond * t);
        };
        const slope = (t: number, die: number): number => (block(t) + some.selfHeatC - die) / some.tauSeconds;
        const steps = 4_000;
        const h = until / steps;
        let [die, area] = [some.dieC, 0];
        for (let i = 0; i < steps; i++) {
          const t = i * h;
          const k1 = slope(t, die);
          const k2 = slope(t + h / 2, die + (h / 2) * k1);
          const k3 = slope(t + h / 2, die + (h / 2) * k2);
          const k4 = slope(t + h, die + h * k3);
          const next = die + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
          area += (h * (die + next)) / 2 - (h * h * (slope(t + h, next) - k1)) / 12;
          die = next;
        }
        expect(dieAt(some, seconds(until))).toBeCloseTo(die, 3);
        expect(dieIntegral(some, seconds(until))).toBeCloseTo(area, 2);
      }),
      { numRuns: 60 },
    );
  });

  test("a law turned into itself goes on as if nothing had happened, and never leaves its range", () => {
    fc.assert(
      fc.property(laws, fc.nat({ max: 10_000 }), fc.nat({ max: 10_000 }), (some, ms, moreMs) => {
        const [at, later] = [ms * 1e6, (ms + moreMs) * 1e6];
        const turned = turnHeat(some, at, {});
        expect(dieAt(turned, later)).toBeCloseTo(dieAt(some, later), 6);
        expect(dieIntegral(some, at) + dieIntegral(turned, later)).toBeCloseTo(dieIntegral(some, later), 5);
        const [lowest, highest] = dieRange(some);
        expect(dieAt(some, later)).toBeGreaterThanOrEqual(lowest - 1e-9);
        expect(dieAt(some, later)).toBeLessThanOrEqual(highest + 1e-9);
      }),
    );
  });
});
