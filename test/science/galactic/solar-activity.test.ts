import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { dlrFlux } from "../../../src/science/galactic/dlr-model.ts";
import {
  activityAtDate,
  activityOfCondition,
  activityOfNumber,
  activityOfOulu,
} from "../../../src/science/galactic/solar-activity.ts";
import { smoothedSunspots } from "../../../src/science/galactic/solar-cycles.ts";

describe("the sunspot cycle by date", () => {
  test("passes through the published minima and maxima (WDC-SILSO, 13-month smoothed, version 2.0)", () => {
    const at = (year: number, month: number): number => smoothedSunspots(year + (month - 0.5) / 12);
    expect(at(1957 + 1, 3)).toBeCloseTo(285.0, 9);
    expect(at(1964, 10)).toBeCloseTo(14.3, 9);
    expect(at(2008, 12)).toBeCloseTo(2.2, 9);
    expect(at(2014, 4)).toBeCloseTo(116.4, 9);
    expect(at(2024, 10)).toBeCloseTo(160.9, 9);
  });

  test("is off the yearly means of WDC-SILSO by 17, and by no more than 50", () => {
    // Yearly mean total sunspot numbers, version 2.0, of years in every phase of a cycle.
    const yearly: readonly (readonly [number, number])[] = [
      [1956, 200.7],
      [1957, 269.3],
      [1960, 159.0],
      [1962, 53.4],
      [1967, 132.9],
      [1973, 54.1],
      [1978, 131.0],
      [1981, 198.9],
      [1984, 60.5],
      [1991, 203.3],
      [1993, 76.1],
      [1999, 136.3],
      [2003, 99.3],
      [2005, 45.8],
      [2011, 80.8],
      [2013, 94.0],
      [2015, 69.8],
      [2017, 21.7],
      [2020, 8.8],
      [2022, 83.2],
    ];
    const errors = yearly.map(
      ([year, mean]) =>
        Array.from({ length: 12 }, (_, i) => smoothedSunspots(year + (i + 0.5) / 12)).reduce(
          (a, b) => a + b,
        ) /
          12 -
        mean,
    );
    const rms = Math.sqrt(errors.reduce((sum, each) => sum + each * each, 0) / errors.length);
    expect(rms).toBeLessThan(25);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(50);
  });

  test("the highest maximum, of 1958, stays within what the model of galactic ions holds for", () => {
    for (let month = 1; month <= 12; month++) {
      const { w } = activityAtDate(`1958-${String(month).padStart(2, "0")}`);
      expect(w).toBeGreaterThan(180);
      expect(dlrFlux(26, 1000, w)).toBeGreaterThan(0);
    }
    // 285.0/1.416 is 201.3, half a year after March.
    expect(activityAtDate("1958-09").w).toBe(200);
  });

  test("never leaves the span of the turns it lies between, and has no step", () => {
    for (let month = 0; month < 70 * 12; month++) {
      const year = 1954.5 + month / 12;
      const [now, next] = [smoothedSunspots(year), smoothedSunspots(year + 1 / 12)];
      expect(now).toBeGreaterThanOrEqual(1.8 - 1e-9);
      expect(now).toBeLessThanOrEqual(285);
      expect(Math.abs(next - now)).toBeLessThan(12);
    }
  });
});

describe("W", () => {
  test("by convention: 20 at minimum, 120 at maximum, between them on average", () => {
    expect(activityOfCondition("min").w).toBe(20);
    expect(activityOfCondition("max").w).toBe(120);
    expect(activityOfCondition("mean").w).toBe(55);
  });

  test("by number: 0 to 200", () => {
    expect(activityOfNumber(37).w).toBe(37);
    for (const w of [-1, 200.1, NaN, Infinity]) expect(() => activityOfNumber(w)).toThrow(RigError);
  });

  test("by date: half a year after the Sun, on the scale of the old Wolf number, and uncertain", () => {
    // Maximum of cycle 24, April 2014: 116.4 in version 2.0, 81.9 in version 1.0 (both published).
    const { w, wUncertainty1Sigma } = activityAtDate("2014-10");
    expect(w).toBeGreaterThan(79);
    expect(w).toBeLessThan(85);
    expect(wUncertainty1Sigma).toBe(25);
    expect(activityAtDate("2009-06-15").w).toBeLessThan(3);
    expect(activityAtDate("2014").w).toBeCloseTo(activityAtDate("2014-07-01").w, 0);
  });

  test.each([
    "1950",
    "2026-01",
    "2014-13",
    "2014-02-40",
    "2014-04-31",
    "2015-02-29",
    "yesterday",
    "14-04-01",
    "",
  ])("a date that it cannot answer for is refused: '%s'", (date) => {
    expect(() => activityAtDate(date)).toThrow(RigError);
    expect(() => activityAtDate(date)).toThrow(/found .*; expected/);
  });

  test("by the neutron monitor of Oulu: W = 638.7 − 0.093·N (Matthiä 2013)", () => {
    // By hand: 6,000 counts/min make 638.7 − 558 = 80.7.
    expect(activityOfOulu(6_000).w).toBeCloseTo(80.7, 9);
    // The minimum of 2009 counted some 6,880: a little below 0, which is 0.
    expect(activityOfOulu(6_880).w).toBe(0);
    // Counts a second instead of a minute.
    expect(() => activityOfOulu(100)).toThrow(/counts\/min at Oulu/);
  });
});
