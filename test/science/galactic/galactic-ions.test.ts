import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { galacticIons, galacticProtons } from "../../../src/science/galactic/galactic-ions.ts";
import type { LShells } from "../../../src/science/orbit/l-shells.ts";
import { openSky, transmissionTo, unhindered } from "../../../src/science/orbit/transmission.ts";
import { dlrFlux } from "../../../src/science/galactic/dlr-model.ts";
import { integralAbove } from "../../../src/science/spectra/log-line.ts";
import { rigidityGV } from "../../../src/science/spectra/rigidity.ts";
import { orbitData, withOrbitData } from "../orbit-data.ts";

/** A dipole whose axis is the Earth's, flown over its poles: L = r/cos²λ, λ uniform in time. */
const polarDipole = (radii: number): LShells => ({
  fractionAbove: (l) => (l <= radii ? 1 : (2 / Math.PI) * (Math.PI / 2 - Math.acos(Math.sqrt(radii / l)))),
});
const orbit = { kind: "circular", altitudeKm: 800, inclinationDeg: 90 } as const;

describe("transmission", () => {
  test("the Earth's shadow leaves 0.729 of the sky open at 800 km, 0.687 at 500, half on the ground", () => {
    // orbital-model.md §1.3, and CREME96's flux over the model's at high energies, 0.73 to 0.75.
    expect(openSky(800)).toBeCloseTo(0.729, 2);
    expect(openSky(500)).toBeCloseTo(0.687, 2);
    expect(openSky(0)).toBe(0.5);
    expect(() => openSky(-1)).toThrow(/inside the Earth/);
  });

  test("on an aligned dipole it is what can be worked out by hand", () => {
    const at = transmissionTo(orbit, polarDipole(1));
    // Rc = 14.5/L² below 14.5/4 = 3.625 GV where L > 2: cos²λ < ½, half of a polar orbit's time.
    expect(at(3.625)).toBeCloseTo(openSky(800) / 2, 9);
    // Above 14.5 GV everything; below 14.5/4.8² = 0.629 GV nothing is turned back over the caps: √(1/4.8) = cos 62.8°, 27.2° of 90° are open.
    expect(at(14.6)).toBeCloseTo(openSky(800), 9);
    expect(at(0.6)).toBeCloseTo((openSky(800) * (90 - 62.84)) / 90, 4);
    expect(at(0.01)).toBe(at(0.6));
    expect(at(0)).toBe(0);
  });

  test("never falls with rigidity, and is never more than the open sky", () => {
    const at = transmissionTo(orbit, polarDipole(1.1));
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 100, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (r, more) => {
          expect(at(r * more)).toBeGreaterThanOrEqual(at(r));
          expect(at(r)).toBeLessThanOrEqual(openSky(800));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("geostationary: nothing in the way", () => {
    const never: LShells = {
      fractionAbove: () => {
        throw new Error("not to be asked");
      },
    };
    const at = transmissionTo({ kind: "geostationary" }, never);
    expect([at(0.01), at(1), at(100)]).toEqual([1, 1, 1]);
  });
});

describe("galactic ions", () => {
  const free = galacticIons(20, unhindered);

  test("are of every element that the model or CREME96 has, rising in charge, without protons", () => {
    expect(free.slice(0, 27).map(({ z }) => z)).toEqual(Array.from({ length: 27 }, (_, i) => i + 2));
    expect(free).toHaveLength(27 + 34);
    expect(free.at(-1)!.z).toBe(92);
    for (const [i, { z }] of free.entries()) if (i > 0) expect(z).toBeGreaterThan(free[i - 1]!.z);
  });

  test("outside the magnetosphere are the model times 4π, on a grid from 10 MeV per nucleon that rises", () => {
    const carbon = free.find(({ z }) => z === 6)!;
    expect(carbon.energyMeVPerNucleon[0]).toBe(10);
    expect(carbon.energyMeVPerNucleon.at(-1)).toBe(1e5);
    for (const [i, e] of carbon.energyMeVPerNucleon.entries()) {
      if (i > 0) expect(e).toBeGreaterThan(carbon.energyMeVPerNucleon[i - 1]!);
      expect(carbon.perCm2SecondMeVPerNucleon[i]).toBeCloseTo(4 * Math.PI * dlrFlux(6, e, 20), 15);
    }
  });

  test("above nickel are a share of iron: CREME96's Z 41 to 92 add up to 7e-5 of it, a sixth of which are odd charges that are left out", () => {
    const iron = free.find(({ z }) => z === 26)!;
    const heavy = free.filter(({ z }) => z >= 41);
    const share =
      heavy.reduce((sum, ion) => sum + ion.perCm2SecondMeVPerNucleon[120]!, 0) /
      iron.perCm2SecondMeVPerNucleon[120]!;
    expect(share).toBeGreaterThan(5.8e-5);
    expect(share).toBeLessThan(7e-5);
  });

  test("at an orbit each ion has the cut-off of its own rigidity: uranium, of more nucleons a charge, gets in where iron does not", () => {
    const step: LShells = { fractionAbove: (l) => (l < Math.sqrt(14.5 / 2) ? 1 : 0) };
    const cut = galacticIons(20, transmissionTo(orbit, step));
    const first = (z: number): number => {
      const { energyMeVPerNucleon, perCm2SecondMeVPerNucleon } = cut.find((ion) => ion.z === z)!;
      return energyMeVPerNucleon[perCm2SecondMeVPerNucleon.findIndex((flux) => flux > 0)]!;
    };
    for (const [z, a] of [
      [2, 4],
      [26, 55.8],
      [92, 238],
    ] as const) {
      expect(rigidityGV(z, a, first(z))).toBeGreaterThan(2);
      expect(rigidityGV(z, a, first(z) / 10 ** (1 / 59))).toBeLessThan(2.0001);
    }
    expect(first(92)).toBeLessThan(first(26));
  });

  test("the grid is fine enough: four times as many points change the flux above 100 MeV per nucleon by less than 1e-3", () => {
    const fine = Array.from({ length: 961 }, (_, i) => 10 ** (1 + i / 240));
    const at = transmissionTo(orbit, polarDipole(1.13));
    const above = (grid?: readonly number[]): number[] =>
      galacticIons(20, at, grid).map(({ energyMeVPerNucleon, perCm2SecondMeVPerNucleon }) =>
        integralAbove(energyMeVPerNucleon, perCm2SecondMeVPerNucleon, 100),
      );
    const exact = above(fine);
    for (const [i, flux] of above().entries()) expect(Math.abs(flux / exact[i]! - 1)).toBeLessThan(1e-3);
  });

  withOrbitData("CREME96's flux at 10 GeV per nucleon", () => {
    test("the quiet Sun's W = 20 is CREME96's 1977 within 12 % above 20 GeV per nucleon, where no cut-off is left", () => {
      const rows = orbitData("creme96_800km_90deg/flx_tfx_selected_ions.csv")
        .split("\n")
        .filter((line) => /^\d/.test(line))
        .map((line) => line.split(",").map(Number));
      const row = rows.find(([e]) => e! > 2e4)!;
      const e = row[0]!;
      for (const [column, z] of [1, 2, 6, 8, 14, 26].entries()) {
        const ours = dlrFlux(z, e, 20) * 1e4 * openSky(800);
        expect(Math.abs(ours / row[column + 1]! - 1)).toBeLessThan(0.12);
      }
    });
  });
});

test("galactic protons are the model's hydrogen times 4π", () => {
  const { energyMeV, perCm2SecondMeV } = galacticProtons(19.25, unhindered, [100, 945.2, 5_000]);
  expect(energyMeV).toEqual([100, 945.2, 5_000]);
  expect(perCm2SecondMeV[1]! / (4 * Math.PI)).toBeCloseTo(1.2419e-4, 8);
});
