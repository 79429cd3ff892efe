import { describe, expect, test } from "vitest";
import { dlrFlux } from "../../../src/science/galactic/dlr-model.ts";
import { rigidityGV } from "../../../src/science/spectra/rigidity.ts";
import { orbitData, withOrbitData } from "../orbit-data.ts";

interface Oracle {
  readonly gcr_dlr: { readonly rows: readonly (readonly [w: number, z: number, e: number, flux: number])[] };
}

describe("the DLR model", () => {
  test("meets the point that ssc-maire/CosRayModifiedISO's own unit test has (7 decimals), to 1e-4", () => {
    const flux = dlrFlux(1, 945.2, 19.25);
    expect(Math.abs(flux / 1.2419e-4 - 1)).toBeLessThan(1e-4);
  });

  test.each([
    // oracles/model_oracles.json, computed with the paper's equations in Python: W, Z, MeV per nucleon, cm⁻² s⁻¹ sr⁻¹ (MeV/n)⁻¹.
    [0, 1, 1_000, 0.000134452],
    [20, 26, 1_000, 3.02949e-8],
    [50, 8, 20, 9.23766e-8],
    [150, 14, 1_000, 1.56056e-8],
  ])("W %d, Z %d, %d MeV per nucleon: to 1e-5", (w, z, e, flux) => {
    expect(Math.abs(dlrFlux(z, e, w) / flux - 1)).toBeLessThan(1e-5);
  });

  withOrbitData("points of the DLR model", () => {
    const { rows } = (JSON.parse(orbitData("oracles/model_oracles.json")) as Oracle).gcr_dlr;
    test(`all ${rows.length} points of oracles/model_oracles.json, to 1e-5`, () => {
      expect(rows.length).toBeGreaterThanOrEqual(60);
      for (const [w, z, e, flux] of rows) expect(Math.abs(dlrFlux(z, e, w) / flux - 1)).toBeLessThan(1e-5);
    });
  });

  test("falls as the Sun grows more active, at every charge and energy", () => {
    for (let z = 1; z <= 28; z++)
      for (const e of [10, 100, 1_000, 1e4, 1e5])
        for (let w = 0; w < 200; w += 10) expect(dlrFlux(z, e, w + 10)).toBeLessThan(dlrFlux(z, e, w));
  });

  test("says nothing below 10 MeV per nucleon, and refuses what it is not for", () => {
    expect(dlrFlux(2, 9.99, 20)).toBe(0);
    expect(dlrFlux(2, 10, 20)).toBeGreaterThan(0);
    for (const w of [-1, 201, NaN])
      expect(() => dlrFlux(1, 100, w)).toThrow(/outside the model; expected 0 to 200/);
    expect(() => dlrFlux(1, NaN, 20)).toThrow(RangeError);
    for (const z of [0, 29, 1.5]) expect(() => dlrFlux(z, 100, 20)).toThrow(/no ion of charge/);
  });
});

test("rigidity: a proton of 1 GeV has 1.696 GV, and so has twice that an alpha of 1 GeV per nucleon over two charges", () => {
  // By hand: p = √(T² + 2Tm), m = 0.938 GeV: √(1 + 1.876) = 1.6959; per nucleon of 0.939 GeV √(1 + 1.878) = 1.6965, × A/Z = 2.
  expect(rigidityGV(1, 1, 1_000)).toBeCloseTo(1.6959, 4);
  expect(rigidityGV(2, 4, 1_000)).toBeCloseTo(2 * 1.6965, 3);
});
