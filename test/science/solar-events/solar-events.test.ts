import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import type { LShells } from "../../../src/science/orbit/l-shells.ts";
import { openSky, transmissionTo, unhindered } from "../../../src/science/orbit/transmission.ts";
import {
  exposureFactor,
  fluenceAtOrbit,
  ionsAtOrbit,
  protonsAtOrbit,
} from "../../../src/science/solar-events/at-orbit.ts";
import { kingFluence, kingFluenceAbove } from "../../../src/science/solar-events/king.ts";
import {
  sapphireFluence,
  sapphirePeakFlux,
  sapphireYears,
} from "../../../src/science/solar-events/sapphire.ts";
import { worstDayIons, worstDayProtons } from "../../../src/science/solar-events/worst-day.ts";
import { integralAbove } from "../../../src/science/spectra/log-line.ts";

const directionalPerM2 = 1e4 / (4 * Math.PI);

describe("CREME96's worst day", () => {
  const { energyMeV, perCm2SecondMeV } = worstDayProtons();
  const above = (e: number): number => integralAbove(energyMeV, perCm2SecondMeV, e) * directionalPerM2;

  // Integral fluxes that SPENVIS prints for CREME96's worst day, m⁻² sr⁻¹ s⁻¹ (orbital-model.md §3).
  test.each([
    [10, 1.134e8],
    [35, 1.575e7],
    [63, 4.495e6],
    [100, 1.45e6],
    [200, 2.284e5],
  ])("protons above %d MeV: within 0.12", (e, flux) => {
    expect(Math.abs(above(e) / flux - 1)).toBeLessThan(0.12);
  });

  test("above 500 MeV the fit goes on beyond what it was made for: 16 % more", () => {
    expect(above(500) / 1.498e4).toBeCloseTo(1.16, 2);
  });

  test("a day of it: 1.2e10 protons/cm² above 10 MeV, 1.6e8 above 100 MeV", () => {
    // orbital-model.md §3: 1.23e10 and 1.57e8, of CREME96's own integrals, which the fit meets to 12 %.
    const daily = (e: number): number => integralAbove(energyMeV, perCm2SecondMeV, e) * 86_400;
    expect(Math.abs(daily(10) / 1.23e10 - 1)).toBeLessThan(0.12);
    expect(Math.abs(daily(100) / 1.57e8 - 1)).toBeLessThan(0.12);
  });

  test("ions are the protons' spectrum by a number an element, and say how little that is worth", () => {
    const { ions, uncertaintyFactor, flag } = worstDayIons();
    expect(uncertaintyFactor).toBe(5);
    expect(flag).toContain("×5");
    const share = (z: number): number =>
      ions.find((ion) => ion.z === z)!.perCm2SecondMeVPerNucleon[70]! / perCm2SecondMeV[70]!;
    expect(share(2)).toBeGreaterThanOrEqual(0.03);
    expect(share(2)).toBeLessThanOrEqual(0.05);
    expect(share(8)).toBeGreaterThan(3e-4);
    expect(share(8)).toBeLessThan(1e-3);
    expect(share(26)).toBeCloseTo(1e-4, 9);
  });
});

describe("SAPPHIRE", () => {
  // orbital-model.md §3: integrals over 4π of the published parameters by an independent script (Jiggens et al. 2018, table 8), cm⁻².
  test.each([
    [10, 7.32e9, 1.26e9, 7.75e7],
    [20, 1.13e10, 1.99e9, 1.22e8],
    [50, 1.69e10, 3.04e9, 1.88e8],
    [100, 2.11e10, 3.85e9, 2.39e8],
    [300, 2.8e10, 5.19e9, 3.22e8],
    [1_000, 3.58e10, 6.69e9, 4.15e8],
    [10_000, 5.06e10, 9.63e9, 6e8],
  ])("once in %d years: fluence above 10, 30, 100 MeV within 0.01", (years, above10, above30, above100) => {
    const { energyMeV, perCm2MeV } = sapphireFluence(years);
    for (const [e, fluence] of [
      [10, above10],
      [30, above30],
      [100, above100],
    ] as const)
      expect(Math.abs(integralAbove(energyMeV, perCm2MeV, e) / fluence - 1)).toBeLessThan(0.01);
  });

  test("the rarer the event, the more of everything", () => {
    expect(sapphireYears).toEqual([10, 20, 50, 100, 300, 1_000, 10_000]);
    for (const [i, years] of sapphireYears.entries()) {
      if (i === 0) continue;
      const [less, more] = [sapphirePeakFlux(sapphireYears[i - 1]!), sapphirePeakFlux(years)];
      for (const e of [10, 30, 100])
        expect(integralAbove(more.energyMeV, more.perCm2SecondMeV, e)).toBeGreaterThan(
          integralAbove(less.energyMeV, less.perCm2SecondMeV, e),
        );
    }
  });

  test("a peak lasts no longer than a day or so, nor less than an hour, to make its fluence", () => {
    for (const years of sapphireYears) {
      const fluence = sapphireFluence(years);
      const peak = sapphirePeakFlux(years);
      const hours =
        integralAbove(fluence.energyMeV, fluence.perCm2MeV, 30) /
        integralAbove(peak.energyMeV, peak.perCm2SecondMeV, 30) /
        3_600;
      expect(hours).toBeGreaterThan(1);
      expect(hours).toBeLessThan(36);
    }
  });

  test.each([0, 11, -10, NaN])("an event once in %d years is refused with those there are", (years) => {
    expect(() => sapphireFluence(years)).toThrow(RigError);
    expect(() => sapphirePeakFlux(years)).toThrow(/expected once in one of 10, 20, 50/);
  });
});

test("King 1974: 7.9e9 protons/cm² above 30 MeV, and e times fewer every 26.5 MeV", () => {
  expect(kingFluenceAbove(30)).toBe(7.9e9);
  expect(kingFluenceAbove(56.5) / 7.9e9).toBeCloseTo(Math.exp(-1), 12);
  const { energyMeV, perCm2MeV } = kingFluence();
  expect(integralAbove(energyMeV, perCm2MeV, 10) / kingFluenceAbove(10)).toBeCloseTo(1, 3);
});

describe("an event at an orbit", () => {
  /** 29.3 % of the time above L = 4.8, and 40 % above L = 3.3 (1.33 GV: 670 MeV). */
  const shells: LShells = { fractionAbove: (l) => (l <= 1 ? 1 : l <= 3.3 ? 0.4 : l <= 4.8 ? 0.293 : 0) };
  const at = transmissionTo({ kind: "circular", altitudeKm: 825, inclinationDeg: 98.8 }, shells);

  test("is what reaches the caps below 180 MeV, where the last cut-off is 0.629 GV", () => {
    // A proton of 0.629 GV: √(0.629² + 0.938²) − 0.938 = 0.1914 GeV.
    expect(exposureFactor(at, 10)).toBeCloseTo(0.293 * openSky(825), 12);
    expect(exposureFactor(at, 190)).toBe(exposureFactor(at, 10));
    expect(exposureFactor(at, 700)).toBeCloseTo(0.4 * openSky(825), 12);
  });

  test("attenuates protons, fluences and ions alike; outside nothing", () => {
    const day = worstDayProtons([10, 100, 700]);
    const there = protonsAtOrbit(day, at);
    expect(there.perCm2SecondMeV[0]! / day.perCm2SecondMeV[0]!).toBeCloseTo(exposureFactor(at, 10), 12);
    const event = sapphireFluence(100, [10, 700]);
    expect(fluenceAtOrbit(event, at).perCm2MeV[1]! / event.perCm2MeV[1]!).toBeCloseTo(
      exposureFactor(at, 700),
      12,
    );
    const { ions } = worstDayIons([200]);
    const [helium] = ionsAtOrbit(ions, at);
    // 200 MeV per nucleon over two nucleons a charge: 1.28 GV, below the step at 14.5/3.3² = 1.33 GV.
    expect(helium!.perCm2SecondMeVPerNucleon[0]! / ions[0]!.perCm2SecondMeVPerNucleon[0]!).toBeCloseTo(
      0.293 * openSky(825),
      12,
    );
    expect(protonsAtOrbit(day, unhindered)).toEqual(day);
  });
});
