import { describe, expect, test } from "vitest";
import { coefficientsAt } from "../../../src/science/geomagnetism/field-coefficients.ts";
import { geocentricOf } from "../../../src/science/geomagnetism/geodetic.ts";
import { readShc } from "../../../src/science/geomagnetism/read-shc.ts";
import { shellFinder } from "../../../src/science/geomagnetism/shell.ts";
import {
  groundNeutrons,
  pressureHPa,
  relativeNeutronFlux,
  thermalNeutronFlux,
} from "../../../src/science/ground/neutrons.ts";
import { groundSites } from "../../../src/science/ground/sites.ts";
import { integralAbove } from "../../../src/science/spectra/log-line.ts";
import { orbitData, withOrbitData } from "../orbit-data.ts";

const perHourAbove = (
  site: keyof typeof groundSites,
  e: number,
  sun: "quiet" | "mean" | "active" = "mean",
): number => {
  const { energyMeV, perCm2SecondMeV } = groundNeutrons(groundSites[site], sun);
  return integralAbove(energyMeV, perCm2SecondMeV, e) * 3_600;
};

describe("neutrons at the ground (JESD89A, Gordon 2004)", () => {
  test.each([
    // oracles/model_oracles.json and orbital-model.md §8, integrated there by an independent script: cm⁻² h⁻¹; the standard says 13 above 10 MeV.
    [10, 12.74],
    [1, 19.63],
    [100, 5.88],
  ])("New York, mean Sun, above %d MeV: %d cm⁻² h⁻¹ within 0.005", (e, flux) => {
    expect(Math.abs(perHourAbove("new-york", e) / flux - 1)).toBeLessThan(0.005);
  });

  test.each([
    // oracles/model_oracles.json: altitude, cut-off, F of a mean Sun.
    [0, 2.08, 0.999],
    [1_609, 2.8, 3.759],
    [3_109, 2.9, 10.924],
    [0, 17.2, 0.514],
    [914, 17.3, 1.01],
  ])("%d m, %d GV: F = %d within 0.01", (altitudeM, cutOffGV, flux) => {
    expect(Math.abs(relativeNeutronFlux({ altitudeM, cutOffGV }, "mean") / flux - 1)).toBeLessThan(0.01);
  });

  test("a quiet Sun has 7 % more, an active one 7 % less at New York", () => {
    // orbital-model.md §8: 1.0725 and 0.927.
    expect(relativeNeutronFlux(groundSites["new-york"], "quiet")).toBeCloseTo(1.0725, 2);
    expect(relativeNeutronFlux(groundSites["new-york"], "active")).toBeCloseTo(0.927, 2);
  });

  test("Milam County has less than New York, and its cut-off matters little", () => {
    const at = (cutOffGV: number): number => relativeNeutronFlux({ altitudeM: 140, cutOffGV }, "mean");
    const flux = at(groundSites.milam.cutOffGV);
    expect(flux).toBeGreaterThan(0.9);
    expect(flux).toBeLessThan(1);
    expect(at(4.6) / flux - 1).toBeLessThan(0.02);
    expect(1 - at(5.2) / flux).toBeLessThan(0.02);
  });

  test("pressure is the standard atmosphere's", () => {
    // ISO 2533: 898.76 hPa at 1,000 m, 701.09 hPa at 3,000 m.
    expect(pressureHPa(1_000)).toBeCloseTo(898.76, 0);
    expect(pressureHPa(3_000)).toBeCloseTo(701.09, 0);
  });

  test("thermal neutrons: 6.5 cm⁻² h⁻¹ at New York, and a factor of three for what is around", () => {
    const thermal = thermalNeutronFlux(groundSites["new-york"], "mean");
    expect(thermal.perCm2Second * 3_600).toBeCloseTo(6.5, 1);
    expect(thermal.uncertaintyFactor).toBe(3);
  });

  test("what is no place on the ground is refused", () => {
    expect(() => relativeNeutronFlux({ altitudeM: 20_000, cutOffGV: 2 }, "mean")).toThrow(
      /no altitude of a ground site/,
    );
    expect(() => relativeNeutronFlux({ altitudeM: NaN, cutOffGV: 2 }, "mean")).toThrow(RangeError);
    expect(() => relativeNeutronFlux({ altitudeM: 0, cutOffGV: 0 }, "mean")).toThrow(/no vertical cut-off/);
    for (const energy of [0.5, 0, -1, NaN])
      expect(() => groundNeutrons(groundSites.denver, "mean", [energy, 10])).toThrow(/begins at 1 MeV/);
  });
});

withOrbitData("the cut-off of Milam County", () => {
  /** Vertical cut-off by 15.96·L^-2.005 (Shea, Smart and Gentile 1987). */
  const cutOffByL = (latitudeDeg: number, longitudeDeg: number, altitudeKm: number, year: number): number => {
    const field = coefficientsAt(readShc(orbitData("igrf/IGRF13.shc"), "IGRF13.shc"), year);
    return 15.96 * shellFinder(field)(geocentricOf(latitudeDeg, longitudeDeg, altitudeKm)).l ** -2.005;
  };

  test("is 5.2 GV by L, and that is too much by 6 to 11 % at Dallas, Denver and New York, so 4.9 ± 0.3 GV", () => {
    const tooMuch = [
      // Cut-offs of the neutron monitor at Dallas (IGY), of Denver and of New York (JESD89A).
      cutOffByL(32.78, -96.8, 0.2, 1957) / 4.35,
      cutOffByL(39.74, -104.99, 1.6, 1995) / 2.8,
      cutOffByL(40.7, -74, 0, 1995) / 2.08,
    ];
    for (const ratio of tooMuch) {
      expect(ratio).toBeGreaterThan(1.05);
      expect(ratio).toBeLessThan(1.12);
      // Rockdale
      const milam = cutOffByL(30.66, -97.0, 0.14, 1995) / ratio;
      expect(Math.abs(milam - groundSites.milam.cutOffGV)).toBeLessThan(0.3);
    }
  });
});
