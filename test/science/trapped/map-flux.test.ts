import { describe, expect, test } from "vitest";
import { fluxAbove } from "../../../src/science/trapped/map-flux.ts";
import { readMap } from "../../../src/science/trapped/read-map.ts";
import { checkValues, mapsOfTheFolder, orbitDataIsHere } from "../maps-folder.ts";
import { asLines, smallMap } from "./small-map.ts";

describe("a small map, read and interpolated by hand", () => {
  const map = readMap(asLines(smallMap), "small.asc");
  const above = (l: number, bOverB0: number, energy: number): number =>
    fluxAbove(map, { l, bOverB0 }, [energy])[0]!;

  test("on a column it is the column: 10⁴ at the equator, a quarter decade less at each contour", () => {
    expect(above(2, 1, 10)).toBeCloseTo(1e4, 6);
    expect(above(2, 1 + 100 / 2048, 10)).toBeCloseTo(10 ** 3.75, 6);
    expect(above(2, 1 + 50 / 2048, 10)).toBeCloseTo(10 ** 3.875, 6);
    expect(above(2, 1 + 250 / 2048, 10)).toBeCloseTo(10 ** 3.5, 6);
  });

  test("between columns at the equator the logarithm runs straight", () => {
    expect(above(2.5, 1, 10)).toBeCloseTo(10 ** 4.5, 6);
  });

  test("between energies the logarithm runs straight against the energy", () => {
    expect(above(2, 1, 15)).toBeCloseTo(10 ** 3.5, 6);
    expect(above(2, 1, 20)).toBeCloseTo(1e3, 6);
  });

  test("whole numbers are cut, not rounded: just below a contour is the number before", () => {
    expect(above(2, 1 + 100.99 / 2048, 10)).toBe(above(2, 1 + 100 / 2048, 10));
  });

  test("beyond the last contour, in an empty column and on an open line: none", () => {
    expect(above(2, 1.5, 10)).toBe(0);
    expect(above(6, 1, 10)).toBe(0);
    expect(above(Infinity, Infinity, 10)).toBe(0);
  });

  test("a ray through a corner of one column meets the other: halfway between lies the corner of the column between", () => {
    // Columns 2 (4 decades, 100 and 150 and 200 wide) and 3 (5 decades, 100 each): the ray through (100, 4.75) meets column 2 where
    // 4 − x/400 = 0.0475 x: x = 80. Halfway (90, 4.275); before it the equator's 4.5.
    expect(above(2.5, 1 + 90 / 2048, 10)).toBeCloseTo(10 ** 4.275, 6);
    expect(above(2.5, 1 + 45 / 2048, 10)).toBeCloseTo(10 ** ((4.5 + 4.275) / 2), 6);
  });
});

describe("damaged maps are refused in one line", () => {
  const refused =
    (change: (numbers: number[]) => number[]): (() => unknown) =>
    () =>
      readMap(asLines(change([...smallMap])), "bad.asc");
  test.each([
    ["another text", () => readMap("# IGRF 13\n", "bad.asc"), /bad\.asc: something other than numbers/],
    ["cut", refused((n) => n.slice(0, -5)), /bad\.asc: \d+ numbers of \d+/],
    ["an epoch that is none", refused((n) => n.with(2, 1999)), /first line/],
    ["columns out of order", refused((n) => n.with(14, 9_000)), /broken/],
    ["a falling step", refused((n) => n.with(16, -100)), /broken/],
  ])("%s", (_, read, message) => expect(read).toThrow(message));
});

if (!orbitDataIsHere) {
  test("NOT HELD AGAINST NSSDC'S READER: ../shared/data/orbit is absent", () => {
    expect(orbitDataIsHere).toBe(false);
  });
} else {
  test("TRMFUN's 315 points, given L and B/B0: 1e-3 (orbital-model.md §10 #7)", () => {
    const { rows } = (
      checkValues("aep8_igrf_oracles.json") as {
        trara: { rows: [number, number, number, number, number][] };
      }
    ).trara;
    const { min, max } = mapsOfTheFolder();
    const maps = [min.electrons, max.electrons, min.protons, max.protons];
    expect(rows.length).toBe(315);
    for (const [l, bOverB0, energy, model, flux] of rows) {
      const found = fluxAbove(maps[model - 1]!, { l, bOverB0 }, [energy])[0]!;
      if (flux <= 1) expect(found).toBe(0);
      else expect(Math.abs(found / flux - 1)).toBeLessThan(1e-3);
    }
  });

  test("radbelt's point, given its L and B/B0: 2642.5 cm⁻²s⁻¹ to 1e-3 (NASA radbelt README)", () => {
    const flux = fluxAbove(mapsOfTheFolder().max.protons, { l: 1.41381, bOverB0: 1.78534 }, [20])[0]!;
    expect(Math.abs(flux / 2642.50268555 - 1)).toBeLessThan(1e-3);
  });

  test("AE-8 MIN at the equator as jacobwilliams/radbelt prints it", () => {
    const { electrons } = mapsOfTheFolder().min;
    const printed: [number, number[]][] = [
      [1.5, [4.095e6, 8.601e5, 1.7e5]],
      [2.5, [6.994e5, 7.499e4]],
      [4.5, [6.793e6, 2.648e6, 4.313e5]],
      [6.5, [3.202e6, 5.414e5]],
    ];
    for (const [l, fluxes] of printed) {
      const found = fluxAbove(electrons, { l, bOverB0: 1 }, [0.5, 1, 2]);
      fluxes.forEach((flux, i) => expect(Math.abs(found[i]! / flux - 1)).toBeLessThan(5e-4));
    }
  });
}
