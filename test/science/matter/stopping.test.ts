import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ionStopping } from "../../../src/science/matter/ion-stopping.ts";
import { aluminium, silicon } from "../../../src/science/matter/materials.ts";
import { nuclearPathGPerCm2 } from "../../../src/science/matter/nuclear-loss.ts";
import { protonStopping } from "../../../src/science/matter/proton-stopping.ts";
import { rangeTable } from "../../../src/science/matter/range.ts";

/** The tables of others lie beside the repository, never in it. */
const table = join(import.meta.dirname, "../../../../shared/data/orbit/stopping/pstar_electronic_Al_Si.csv");
const inAluminium = protonStopping(aluminium);
const inSilicon = protonStopping(silicon);
const off = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe("stopping power", () => {
  if (!existsSync(table))
    test("NOT HELD AGAINST PSTAR: ../shared/data/orbit/stopping is not here", () => {
      expect(existsSync(table)).toBe(false);
    });
  else
    describe("of protons against NIST PSTAR", () => {
      const rows = readFileSync(table, "utf8")
        .split("\n")
        .filter((line) => /^\d/.test(line))
        .map((line) => line.split(",").map(Number));
      test.each([
        [0.001, 0.3, 0.0001, 0.0001],
        [0.3, 1, 0.001, 0.011],
        [1, 10, 0.003, 0.005],
        [10, 400, 0.001, 0.001],
        [400, 10_001, 0.0035, 0.0035],
      ])("from %d to %d MeV: aluminium to %d, silicon to %d", (from, to, aluminiumTo, siliconTo) => {
        const within = rows.filter(([energy]) => energy! >= from && energy! < to);
        expect(within.length).toBeGreaterThan(4);
        for (const [energy, al, si] of within) {
          expect(off(inAluminium(energy!), al!), `${energy!} MeV, Al`).toBeLessThan(aluminiumTo);
          expect(off(inSilicon(energy!), si!), `${energy!} MeV, Si`).toBeLessThan(siliconTo);
        }
      });
    });

  test.each([
    [10, 34.58],
    [67, 7.869],
    [100, 5.836],
  ])("of a proton of %d MeV in silicon: %d MeV·cm²/g (NIST)", (energy, expected) => {
    expect(off(inSilicon(energy), expected)).toBeLessThan(0.001);
  });

  test("joins slow to fast without a step or a kink", () => {
    for (const [stopping, seam] of [
      [inAluminium, 0.3],
      [inAluminium, 10],
      [inSilicon, 0.5],
      [inSilicon, 10],
    ] as const) {
      expect(off(stopping(seam * (1 + 1e-9)), stopping(seam * (1 - 1e-9)))).toBeLessThan(1e-7);
      const slope = (from: number, to: number): number =>
        Math.log(stopping(to) / stopping(from)) / Math.log(to / from);
      expect(slope(seam, seam * 1.001)).toBeCloseTo(slope(seam * 0.999, seam), 2);
    }
  });

  // The same rule on PSTAR's own numbers: silicon, then aluminium.
  test.each([
    [2, 5, 231.59, 226.31],
    [2, 100, 23.222, 22.586],
    [6, 1, 4319.8, 4236.2],
    [6, 1000, 64.774, 62.908],
    [8, 100, 371.55, 361.37],
    [14, 20, 3837.9, 3740.5],
    [26, 5, 23221, 22691],
    [26, 100, 3907.2, 3800.2],
    [54, 1, 56802, 55703],
    [54, 1000, 5241.8, 5090.8],
  ])("of Z = %d at %d MeV per nucleon", (z, energy, si, al) => {
    expect(off(ionStopping(silicon, z)(energy), si)).toBeLessThan(0.006);
    expect(off(ionStopping(aluminium, z)(energy), al)).toBeLessThan(0.006);
  });

  test.each([
    ["iron", 26, 29_360, 28_000],
    ["helium", 2, 1460, 1360],
  ])("at its peak, %s in silicon: within 8 % of SRIM", (_, z, srim, expected) => {
    const stopping = ionStopping(silicon, z);
    const peak = Math.max(...Array.from({ length: 400 }, (_, i) => stopping(0.05 * 1.02 ** i)));
    expect(off(peak, srim)).toBeLessThan(0.08);
    expect(off(peak, expected)).toBeLessThan(0.01);
  });
});

describe("range", () => {
  const protons = rangeTable(aluminium, 1, 1);
  test("a proton of 100 MeV goes 10.01 g/cm² into aluminium (NIST PSTAR, CSDA)", () => {
    expect(off(protons.rangeAt(100), 10.01)).toBeLessThan(0.005);
  });
  test.each([
    [50, 10.85],
    [67, 18.25],
    [200, 123.4],
  ])("a proton of %d MeV: %d mm of aluminium", (energy, mm) => {
    expect(off((protons.rangeAt(energy) * 10) / 2.7, mm)).toBeLessThan(0.005);
  });
  test("and back again, for any ion at any energy", () => {
    for (const [z, a] of [
      [1, 1],
      [26, 55.8],
      [92, 238],
    ] as const) {
      const ranges = rangeTable(aluminium, z, a);
      for (let energy = 1e-5; energy < 1e6; energy *= 1.7) {
        expect(off(ranges.energyAt(ranges.rangeAt(energy)), energy)).toBeLessThan(1e-9);
        expect(ranges.rangeAt(energy * 1.01)).toBeGreaterThan(ranges.rangeAt(energy));
      }
    }
  });
  test("is the integral of A/S, here by the midpoint rule", () => {
    const stopping = ionStopping(silicon, 26);
    let sum = 0;
    const steps = 40_000;
    for (let i = 0; i < steps; i++) sum += (55.8 * 90) / steps / stopping(10 + (90 * (i + 0.5)) / steps);
    const ranges = rangeTable(silicon, 26, 55.8);
    expect(off(ranges.rangeAt(100) - ranges.rangeAt(10), sum)).toBeLessThan(1e-4);
  });
  test("a nuclear reaction takes a proton 107 g/cm² of aluminium (PDG), a heavier ion less", () => {
    expect(off(nuclearPathGPerCm2(aluminium, 1, 1), 107)).toBeLessThan(0.05);
    expect(nuclearPathGPerCm2(aluminium, 26, 56)).toBeLessThan(nuclearPathGPerCm2(aluminium, 6, 12));
  });
});
