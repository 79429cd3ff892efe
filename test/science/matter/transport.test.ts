import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { doseRateRadSi, radSiPerProtonPerCm2 } from "../../../src/science/matter/dose.ts";
import { letEdges, letSpectrum } from "../../../src/science/matter/let-spectrum.ts";
import { aluminium, silicon } from "../../../src/science/matter/materials.ts";
import { rangeTable } from "../../../src/science/matter/range.ts";
import { ionsBehind, protonsBehind } from "../../../src/science/matter/slowing-down.ts";
import type { Shield } from "../../../src/science/matter/slowing-down.ts";
import { integralAbove, logGrid } from "../../../src/science/spectra/log-line.ts";
import type { EnergySpectrum, IonSpectrum } from "../../../src/science/spectra/spectra.ts";

const seeded = { seed: 1965, numRuns: 30 };
const off = (value: number, expected: number): number => Math.abs(value / expected - 1);
const sphere = (thicknessMm: number): Shield => ({ geometry: "sphere", thicknessMm });
const ion = (z: number, massNumber: number, from = 10): IonSpectrum => {
  const energyMeVPerNucleon = logGrid(from, 1e5, 60);
  return {
    z,
    massNumber,
    energyMeVPerNucleon,
    perCm2SecondMeVPerNucleon: energyMeVPerNucleon.map((e) => 1e-3 * (e + 500) ** -2.7),
  };
};
const above = ({ energyMeVPerNucleon, perCm2SecondMeVPerNucleon }: IonSpectrum, energy: number): number =>
  integralAbove(energyMeVPerNucleon, perCm2SecondMeVPerNucleon, energy);
const anyIon = fc.integer({ min: 1, max: 92 }).map((z) => ion(z, Math.max(1, 2.2 * z)));
const thickness = fc.double({ min: 0.01, max: 50, noNaN: true });
const energy = fc.double({ min: 0.2, max: 1000, noNaN: true });
/** Flux outside that is above `e` behind so much aluminium. */
const before = (ions: IonSpectrum, e: number, mm: number): number => {
  const ranges = rangeTable(aluminium, ions.z, ions.massNumber);
  return above(ions, ranges.energyAt(ranges.rangeAt(e) + mm * 0.27));
};

describe("slowing down", () => {
  test("no ion is lost or made: what is above E behind a sphere was above E_in before it", () => {
    fc.assert(
      fc.property(anyIon, thickness, energy, (ions, mm, e) => {
        expect(off(above(ionsBehind(sphere(mm), [ions])[0]!, e), before(ions, e, mm))).toBeLessThan(0.003);
      }),
      seeded,
    );
  });

  test("no thickness: the spectrum that it was; hardly any: nearly that", () => {
    for (const geometry of ["sphere", "slab"] as const) {
      const ions = [ion(1, 1), ion(26, 55.8)];
      expect(ionsBehind({ geometry, thicknessMm: 0 }, ions)).toEqual(ions);
      const thin = ionsBehind({ geometry, thicknessMm: 1e-5 }, ions);
      for (const [i, spectrum] of ions.entries())
        for (const e of [20, 100, 1000])
          expect(off(above(thin[i]!, e), above(spectrum, e))).toBeLessThan(1e-3);
    }
  });

  test("more shield lets less through, a slab less than a sphere of its thickness", () => {
    fc.assert(
      fc.property(anyIon, thickness, energy, (ions, mm, e) => {
        const behind = (shield: Shield): number => above(ionsBehind(shield, [ions])[0]!, e);
        expect(behind(sphere(mm * 1.2 + 0.2))).toBeLessThan(behind(sphere(mm)));
        const slab = behind({ geometry: "slab", thicknessMm: mm });
        expect(slab).toBeLessThan(behind(sphere(mm)) * 1.0001);
        expect(slab).toBeGreaterThan(0);
        expect(behind({ ...sphere(mm), nuclearLoss: true })).toBeLessThan(behind(sphere(mm)));
      }),
      seeded,
    );
  });

  test("a slab is the mean over directions, here of 500 spheres", () => {
    const protons = ion(1, 1);
    const slab = ionsBehind({ geometry: "slab", thicknessMm: 5 }, [protons])[0]!;
    for (const e of [0.5, 30, 300]) {
      let sum = 0;
      for (let i = 0; i < 500; i++) sum += before(protons, e, 5 / ((i + 0.5) / 500));
      expect(off(above(slab, e), sum / 500)).toBeLessThan(0.003);
    }
  });

  test("the grid reaches down to 0.1 MeV per nucleon, where iron stops and its LET is highest", () => {
    const behind = ionsBehind(sphere(2.54), [ion(26, 55.8)])[0]!;
    expect(behind.energyMeVPerNucleon[0]).toBe(0.1);
    const spectrum = letSpectrum([behind]);
    expect(letEdges[spectrum.perCm2Second.findLastIndex((flux) => flux > 0)]).toBeGreaterThan(27_500);
  });

  test("a beam that does not get through leaves a spectrum of noughts", () => {
    const beam: EnergySpectrum = { energyMeV: [20, 30, 40], perCm2SecondMeV: [1, 1, 1] };
    const behind = protonsBehind(sphere(10), beam);
    expect(behind.perCm2SecondMeV.every((flux) => flux === 0)).toBe(true);
    expect(doseRateRadSi(behind)).toBe(0);
  });

  test("a shield of less than nothing is refused", () => {
    expect(() => ionsBehind(sphere(-1), [])).toThrow(RigError);
    expect(() => ionsBehind(sphere(NaN), [])).toThrow(/a thickness of 0 or more/);
  });
});

describe("LET spectrum", () => {
  test("keeps every ion, wherever LET turns back", () => {
    fc.assert(
      fc.property(fc.array(anyIon, { minLength: 1, maxLength: 4 }), (ions) => {
        const spectrum = letSpectrum(ions);
        const sum = spectrum.perCm2Second.reduce((total, flux) => total + flux, 0);
        const heavier = ions.filter(({ z }) => z > 1);
        expect(sum).toBeCloseTo(
          heavier.reduce((flux, each) => flux + above(each, 0), 0),
          12,
        );
        expect(spectrum.perCm2Second.length + 1).toBe(spectrum.edgesMeVCm2PerG.length);
      }),
      seeded,
    );
  });

  test("puts an energy where its stopping power is", () => {
    const [from, to] = [200, 201];
    const spectrum = letSpectrum([
      { z: 26, massNumber: 55.8, energyMeVPerNucleon: [from, to], perCm2SecondMeVPerNucleon: [2, 2] },
    ]);
    const filled = spectrum.perCm2Second.flatMap((flux, i) => (flux > 0 ? [i] : []));
    const iron = rangeTable(silicon, 26, 55.8);
    expect(letEdges[filled[0]!]!).toBeLessThanOrEqual(iron.stoppingAt(to));
    expect(letEdges[filled.at(-1)! + 1]!).toBeGreaterThanOrEqual(iron.stoppingAt(from));
    expect(filled.length).toBeLessThan(3);
  });

  test("leaves protons out unless they are said to ionise", () => {
    const protons = [ion(1, 1, 0.1)];
    const sum = (options?: { protonsIonise: boolean }): number =>
      letSpectrum(protons, options).perCm2Second.reduce((total, flux) => total + flux, 0);
    expect(sum()).toBe(0);
    expect(sum({ protonsIonise: true })).toBeCloseTo(above(protons[0]!, 0), 12);
  });
});

describe("dose", () => {
  test("67 MeV protons: 1.2606·10⁻⁷ rad(Si) each per cm², so 15 krad are 1.19·10¹¹ and 2 krad 1.59·10¹⁰", () => {
    const each = radSiPerProtonPerCm2(67);
    expect(off(each, 1.2606e-7)).toBeLessThan(0.002);
    expect(off(15_000 / each, 1.19e11)).toBeLessThan(0.01);
    expect(off(2000 / each, 1.59e10)).toBeLessThan(0.01);
  });

  test("of a narrow beam is its flux times that", () => {
    const beam: EnergySpectrum = { energyMeV: [66.9, 67.1], perCm2SecondMeV: [5, 5] };
    expect(off(doseRateRadSi(beam), radSiPerProtonPerCm2(67))).toBeLessThan(1e-4);
  });

  // The orbit's integrals above six energies, AP8 over 650 km and 97.99°, stand for its spectrum; the last is their course's end.
  test.each([
    ["min", [74, 53.6, 43.8, 26, 9.04, 0.9], 187],
    ["max", [46.6, 34.6, 28.7, 17.8, 6.46, 0.8], 117],
  ] as const)("a year of trapped protons at 650 km behind 10 mm, solar %s", (_, integral, expected) => {
    const edges = [10, 30, 50, 100, 200, 400];
    const grid = logGrid(10, 400, 100);
    const flux = grid.map((e) => {
      const i = Math.min(
        4,
        edges.findLastIndex((edge) => edge <= e),
      );
      const slope = Math.log(integral[i]! / integral[i + 1]!) / Math.log(edges[i + 1]! / edges[i]!);
      return (integral[i]! * (e / edges[i]!) ** -slope * slope) / e;
    });
    const outside: EnergySpectrum = { energyMeV: grid, perCm2SecondMeV: flux };
    const year = doseRateRadSi(protonsBehind(sphere(10), outside)) * 3.15576e7;
    expect(off(year, expected), `${year}`).toBeLessThan(0.1);
  });
});
