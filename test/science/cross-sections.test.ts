import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bendel as emulatedBendel, weibull as emulatedWeibull } from "../../src/emulator/device-curve.ts";
import { bendel1, bendel2, crossSectionAt, weibull } from "../../src/science/fit/curve.ts";
import { crossSection } from "../../src/science/model/cross-section.ts";
import { bendelCm2, bendelSaturation } from "../../src/science/upset/bendel.ts";
import { weibullCm2 } from "../../src/science/upset/weibull.ts";

/** A relative difference, of two numbers that may be 0. */
const apart = (one: number, other: number): number =>
  one === other ? 0 : Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other));

describe("one cross-section, wherever it is asked for", () => {
  test("a Weibull in a fit, in a model, in a rate and in the emulated device, which has its own", () => {
    // By hand: 63.2 % of the saturation one width above the onset, whatever the shape.
    expect(weibullCm2({ saturatedCm2: 2, onset: 5, width: 10, shape: 0.7 }, 15)).toBeCloseTo(
      2 * 0.6321205588,
      9,
    );
    const parts = { min: Math.fround(1e-3), noNaN: true };
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ ...parts, max: 100 }),
        fc.double({ min: 0.2, max: 6, noNaN: true }),
        fc.double({ ...parts, max: 120 }),
        (onset, width, shape, x) => {
          const own = { saturatedCm2: 3e-7, onset, width, shape };
          const emulated = emulatedWeibull(own, x);
          expect(apart(weibullCm2(own, x), emulated)).toBeLessThan(1e-12);
          expect(
            apart(crossSectionAt(weibull("let"), 3e-7, [onset, width, shape], x), emulated),
          ).toBeLessThan(1e-12);
          expect(apart(crossSection("weibull", [3e-7, onset, width, shape], x), emulated)).toBeLessThan(
            1e-12,
          );
        },
      ),
      { seed: 41, numRuns: 300 },
    );
  });

  test("a Bendel likewise, in the forms of one parameter and of two", () => {
    // Prototype's number (A = 20, B = 24, 60 MeV), 10⁻¹² cm².
    expect(crossSectionAt(bendel1(1), bendelSaturation(20), [20], 60)).toBeCloseTo(2.58807e-12, 17);
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 40, noNaN: true }),
        fc.double({ min: 1, max: 60, noNaN: true }),
        fc.double({ min: 0.1, max: 1000, noNaN: true }),
        (aMeV, bMeV, energyMeV) => {
          const saturatedCm2 = bendelSaturation(aMeV, bMeV);
          const emulated = emulatedBendel({ aMeV, bMeV }, energyMeV);
          expect(apart(bendelCm2({ saturatedCm2, aMeV }, energyMeV), emulated)).toBeLessThan(1e-12);
          expect(apart(crossSectionAt(bendel2, saturatedCm2, [aMeV], energyMeV), emulated)).toBeLessThan(
            1e-12,
          );
          expect(apart(crossSection("bendel", [saturatedCm2, aMeV], energyMeV), emulated)).toBeLessThan(
            1e-12,
          );
          expect(apart(bendel1(8).plateauOf!([aMeV]), 8 * bendelSaturation(aMeV, 24))).toBe(0);
        },
      ),
      { seed: 42, numRuns: 300 },
    );
  });
});
