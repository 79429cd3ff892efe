import { describe, expect, test } from "vitest";
import { sensorCheck } from "../../../src/campaign/thermal/plausible.ts";
import { stabilityAt } from "../../../src/campaign/thermal/stability.ts";

const s = (seconds: number): number => seconds * 1e9;

describe("a sensor that lies (TH-4)", () => {
  const at = (objectC: number, setC: number | null = 85, on = true) => ({ objectC, setC, on });

  test("open or shorted: no number, or one that no bench has", () => {
    for (const lie of [Number.NaN, Infinity, -273.15, 850]) {
      expect(sensorCheck(20).look(s(1), at(lie))).toMatch(/open or shorted/);
    }
    for (const truth of [-60, 25, 150]) expect(sensorCheck(20).look(s(1), at(truth))).toBeNull();
  });

  test("jump: faster than anything with a mass, up or down; a slow climb to the same place is none", () => {
    const check = sensorCheck(20);
    expect(check.look(s(1), at(25))).toBeNull();
    expect(check.look(s(2), at(44))).toBeNull();
    expect(check.look(s(3), at(65))).toMatch(/jumped from 44.0 to 65.0 °C in 1.0 s/);
    expect(check.look(s(4), at(30))).toMatch(/jumped/);
    expect(check.look(s(5), at(30))).toBeNull();
    expect(check.look(s(10), at(120))).toBeNull();
  });

  test("stuck: the same number for two minutes while the heater is far from its set point", () => {
    const check = sensorCheck(20);
    const after = (seconds: number, reading: ReturnType<typeof at>) => check.look(s(seconds), reading);
    for (let t = 0; t < 120; t++) expect(after(t, at(25.01))).toBeNull();
    expect(after(120, at(25.02))).toMatch(/stuck, or nothing heats: 25.02 °C for 120 s, set to 85.0 °C/);
  });

  test("a load that rests at its set point, whose heater is off, or that creeps is not stuck", () => {
    const [rests, off, creeps] = [sensorCheck(20), sensorCheck(20), sensorCheck(20)];
    for (let t = 0; t < 1_000; t++) {
      expect(rests.look(s(t), at(84))).toBeNull();
      expect(off.look(s(t), at(25, 85, false))).toBeNull();
      expect(creeps.look(s(t), at(25 + t / 1_000))).toBeNull();
    }
  });
});

describe("stable (TH-3): the slowest load sensor, all through the window", () => {
  const soak = { toleranceC: 2, slopeCPerMin: 1, windowS: 300 };
  /** Second at which it is stable, one sample a second; null: not within 2,000 s. */
  const stableAt = (objectC: (t: number) => number, dieC: (t: number) => number | null = () => null) => {
    const stability = stabilityAt(50, soak);
    for (let t = 0; t <= 2_000; t++) {
      stability.add({ tNs: s(t), objectC: objectC(t), dieC: dieC(t) });
      if (stability.stable()) return t;
    }
    return null;
  };

  test("a load at rest is stable when the window has passed, and not a second before", () => {
    expect(stableAt(() => 50)).toBe(300);
    expect(stableAt(() => 51.9)).toBe(300);
  });

  test("out of tolerance, even once, begins the window anew; too far away it never is", () => {
    expect(stableAt((t) => (t === 200 ? 52.1 : 50))).toBe(501);
    expect(stableAt(() => 47.9)).toBeNull();
    expect(stableAt(() => Number.NaN)).toBeNull();
  });

  test("a straight climb within tolerance is no rest where it is steeper than allowed", () => {
    // 0.5 °C a minute against 1.
    expect(stableAt((t) => 48.5 + t / 120)).toBe(300);
    const steep = stabilityAt(50, { ...soak, windowS: 60 });
    for (let t = 0; t <= 100; t++) {
      steep.add({ tNs: s(t), objectC: 48.2 + (1.2 * t) / 60, dieC: null });
      expect(steep.stable()).toBe(false);
    }
  });

  test("the object at rest is not enough while the die still moves", () => {
    // τ = 400 s from 40 °C below: 1 °C a minute at the middle of a window of 300 s after some 700 s.
    const die = (t: number): number => 70 - 40 * Math.exp(-t / 400);
    const at = stableAt(() => 50, die)!;
    expect(at).toBeGreaterThan(600);
    expect(at).toBeLessThan(1_000);
    expect((die(at) - die(at - 300)) / 5).toBeLessThan(1.1);
  });

  test("a sensor that tells tenths of a degree is still when it toggles between two of them", () => {
    expect(stableAt((t) => 50 + (t % 2) / 10)).toBe(300);
  });
});
