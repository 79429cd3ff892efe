import { describe, expect, test } from "vitest";
import { lShellsOf } from "../../../src/science/trapped/l-shells-of.ts";
import { differential, integralFluxAt } from "../../../src/science/trapped/integral-spectrum.ts";
import { latitudesOf } from "../../../src/science/trapped/orbit-average.ts";
import { readMaps } from "../../../src/science/trapped/read-maps.ts";
import { trappedSpectra } from "../../../src/science/trapped/trapped-spectra.ts";
import { checkValues, mapsOfTheFolder, orbitDataIsHere, orbitFolder, textsUnder } from "../maps-folder.ts";
import { asLines, smallMap } from "./small-map.ts";
import { creme800km90 } from "../published.ts";

const circular = (altitudeKm: number, inclinationDeg: number) =>
  ({ kind: "circular", altitudeKm, inclinationDeg }) as const;

describe("the latitudes of an orbit", () => {
  test("shares add up to 1, and sin²φ is sin²i / 2 on the average", () => {
    const latitudes = latitudesOf(circular(500, 51.64));
    expect(latitudes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    const squares = latitudes.reduce(
      (sum, { latitudeDeg, share }) => sum + share * Math.sin((latitudeDeg * Math.PI) / 180) ** 2,
      0,
    );
    expect(squares).toBeCloseTo(Math.sin((51.64 * Math.PI) / 180) ** 2 / 2, 12);
  });

  test.each([
    [circular(-5, 20), /-5 km: an altitude above the ground/],
    [circular(NaN, 20), /NaN km/],
    [circular(500, 190), /190°: 0 to 180/],
  ])("impossible ones are refused", (orbit, message) => expect(() => latitudesOf(orbit)).toThrow(message));
});

describe("integral and differential spectra", () => {
  const energyMeV = Array.from({ length: 41 }, (_, i) => 10 ** (i / 20));
  const integral = { energyMeV, perCm2Second: energyMeV.map((e) => 100 * e ** -1.5) };

  test("of a power law the derivative is exact", () => {
    differential(integral).perCm2SecondMeV.forEach((flux, i) =>
      expect(flux / (150 * energyMeV[i]! ** -2.5)).toBeCloseTo(1, 9),
    );
  });

  test("where the flux ends it ends, and is nowhere below 0", () => {
    const ends = differential({ energyMeV: [1, 2, 4, 8], perCm2Second: [4, 1, 0, 0] });
    expect(ends.perCm2SecondMeV[1]).toBeGreaterThan(0);
    expect(ends.perCm2SecondMeV.slice(2)).toEqual([0, 0]);
    expect(differential({ energyMeV: [1, 2], perCm2Second: [0, 0] }).perCm2SecondMeV).toEqual([0, 0]);
  });

  test("between the points the logarithm runs straight against the energy", () => {
    const two = { energyMeV: [10, 20, 40], perCm2Second: [100, 1, 0] };
    expect(integralFluxAt(two, 15)).toBeCloseTo(10, 9);
    expect([1, 10, 20, 30, 41].map((energy) => integralFluxAt(two, energy))).toEqual([100, 100, 1, 0.5, 0]);
  });
});

describe("a folder of maps that will not do", () => {
  const protons = asLines(smallMap.with(3, 10));
  test.each([
    ["empty", new Map<string, string>(), /lacks ap8min\.asc, ae8min\.asc, ap8max\.asc, ae8max\.asc/],
    [
      "without a field",
      new Map(
        ["ap8min", "ae8min", "ap8max", "ae8max"].map((name) => [`maps/${name.toUpperCase()}.ASC`, protons]),
      ),
      /no coefficients of the Earth's field: put IGRF13\.shc there/,
    ],
  ])("%s", (_, files, message) => expect(() => readMaps(files)).toThrow(message));
});

if (!orbitDataIsHere) {
  test("NOT HELD AGAINST CREME96 AND SPENVIS: ../shared/data/orbit is absent", () => {
    expect(orbitDataIsHere).toBe(false);
  });
} else {
  const source = { kind: "maps", maps: mapsOfTheFolder() } as const;

  test("a map under another's name is refused", () => {
    const texts = textsUnder(orbitFolder);
    const swapped = new Map(texts).set("aep8/ap8max.asc", texts.get("aep8/ap8min.asc")!);
    expect(() => readMaps(swapped)).toThrow(/ap8max\.asc holds protons of 1964, where protons of 1970/);
    const cut = new Map(texts).set("aep8/ae8min.asc", texts.get("aep8/ae8min.asc")!.slice(0, 40_000));
    expect(() => readMaps(cut)).toThrow(/ae8min\.asc: \d+ numbers of 13168/);
  });

  test("CREME96's AP8MIN at 800 km, 90°: 15 % (orbital-model.md §10 #5)", () => {
    const { protonsAbove } = trappedSpectra(circular(800, 90), "min", source);
    for (const [energy, perM2SrSecond] of creme800km90)
      expect(
        Math.abs(integralFluxAt(protonsAbove, energy) / (perM2SrSecond * 4e-4 * Math.PI) - 1),
      ).toBeLessThan(0.15);
  });

  test("SPENVIS' AP8MIN at 825 km, 98.8°: 10 % above 10 MeV (orbital-model.md §10 #6)", () => {
    const { protonsAbove } = trappedSpectra(circular(825, 98.8), "min", source);
    const spenvis: [number, number][] = [
      [10, 190.2],
      [30, 140.9],
      [50, 116.6],
      [100, 71.28],
      [200, 25.87],
    ];
    for (const [energy, flux] of spenvis)
      expect(Math.abs(integralFluxAt(protonsAbove, energy) / flux - 1)).toBeLessThan(0.1);
  });

  test("three of the prototype's orbits, whose places were not geodetic: 4 % (ap8_orbit_average.json)", () => {
    const { E_MeV, rows } = checkValues("ap8_orbit_average.json") as {
      E_MeV: number[];
      rows: (number | string)[][];
    };
    const three = rows.filter(([altitude]) => [650, 500, 420].includes(Number(altitude)));
    expect(three.length).toBe(3);
    for (const [altitude, inclination, , , ...fluxes] of three) {
      const { protonsAbove } = trappedSpectra(circular(Number(altitude), Number(inclination)), "min", source);
      E_MeV.forEach((energy, i) =>
        expect(Math.abs(integralFluxAt(protonsAbove, energy) / Number(fluxes[i]) - 1)).toBeLessThan(0.04),
      );
    }
  });

  test("AP8MAX in the field of 1970, by orbit: 4 % (orbital-model.md §2)", () => {
    const printed: [number, number, number[]][] = [
      [650, 97.99, [46.6, 34.6, 28.7, 17.8, 6.46]],
      [420, 51.64, [9.23, 7.16, 6.03, 3.72, 1.22]],
    ];
    for (const [altitude, inclination, fluxes] of printed) {
      const { protonsAbove } = trappedSpectra(circular(altitude, inclination), "max", source);
      [10, 30, 50, 100, 200].forEach((energy, i) =>
        expect(Math.abs(integralFluxAt(protonsAbove, energy) / fluxes[i]! - 1)).toBeLessThan(0.04),
      );
    }
  });

  test("a retrograde orbit is its mirror image, and at geostationary height no proton above 10 MeV is left", () => {
    const spectra = (inclination: number) => trappedSpectra(circular(700, inclination), "min", source);
    const [one, other] = [spectra(60).protonsAbove, spectra(120).protonsAbove];
    one.perCm2Second.forEach((flux, i) => expect(other.perCm2Second[i]! / flux).toBeCloseTo(1, 9));
    const far = trappedSpectra({ kind: "geostationary" }, "max", source);
    expect(integralFluxAt(far.protonsAbove, 10)).toBe(0);
    expect(integralFluxAt(far.electronsAbove, 1)).toBeGreaterThan(1e5);
  });

  test("the share of time above L 4.8 with the Earth's shadow is SPENVIS' exposure factor, 0.2138 to 3 % (orbital-model.md §10 #10)", () => {
    const shells = lShellsOf(circular(825, 98.8), source);
    const shadow = 0.5 * (1 + Math.sqrt(1 - (6371.2 / (6371.2 + 825)) ** 2));
    expect(Math.abs((shells.fractionAbove(4.8) * shadow) / 0.2138 - 1)).toBeLessThan(0.03);
    expect(shells.fractionAbove(0.5)).toBe(1);
    expect(shells.fractionAbove(2)).toBeGreaterThan(shells.fractionAbove(3));
  });
}
