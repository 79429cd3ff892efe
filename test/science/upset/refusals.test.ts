import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { ionsBehind, protonsBehind } from "../../../src/science/matter/slowing-down.ts";
import { meanOverThresholds } from "../../../src/science/upset/exceedance.ts";
import { figureOfMerit, figureOfMeritFromProtons } from "../../../src/science/upset/figure-of-merit.ts";
import { fluxAboveEnergy, neutronRate } from "../../../src/science/upset/nucleon-rate.ts";
import { fluxThroughBox, squareCells } from "../../../src/science/upset/rpp.ts";
import { weibullQuantile } from "../../../src/science/upset/weibull.ts";

const spectrum = { edgesMeVCm2PerG: [1000, 1010, 1020.1], perCm2Second: [1e-3, 1e-4] };
const cell = { saturatedCm2: 1e-8, onset: 1, width: 10, shape: 1.5 };
const flux = { above10MeVPerCm2Second: 0.0036, thermalPerCm2Second: 0.0018 };

describe("what cannot be is refused in one line, and gives no rate", () => {
  test.each([
    ["a cell of infinite area", () => squareCells(spectrum).bitRate({ ...cell, saturatedCm2: Infinity }, 1)],
    ["a cell of negative area", () => squareCells(spectrum).bitRate({ ...cell, saturatedCm2: -1e-8 }, 1)],
    [
      "a cell of no area but width 0",
      () => squareCells(spectrum).bitRate({ ...cell, saturatedCm2: 0, width: 0 }, 1),
    ],
    ["a box without height", () => fluxThroughBox(spectrum, { a: 1, b: 1, h: 0 })],
    ["a box of side NaN", () => fluxThroughBox(spectrum, { a: NaN, b: 1, h: 1 })],
    ["a figure of merit of width 0", () => figureOfMerit({ ...cell, width: 0 })],
    ["a figure of merit of a limit below 0", () => figureOfMeritFromProtons(-1e-14)],
    ["a neutron cross-section below 0", () => neutronRate({ fastCm2: -1e-14 }, flux)],
    [
      "a neutron flux that is no number",
      () => neutronRate({ fastCm2: 1e-14 }, { ...flux, above10MeVPerCm2Second: NaN }),
    ],
  ])("%s", (_, ask) => expect(ask).toThrow(RigError));

  test.each([
    ["a spectrum without a point", () => fluxAboveEnergy({ energyMeV: [], perCm2SecondMeV: [] })],
    ["a spectrum of one point", () => fluxAboveEnergy({ energyMeV: [10], perCm2SecondMeV: [1] })],
    [
      "a spectrum of one point behind a shield",
      () => protonsBehind({ geometry: "sphere", thicknessMm: 1 }, { energyMeV: [10], perCm2SecondMeV: [1] }),
    ],
    [
      "ions without a point behind a shield",
      () =>
        ionsBehind({ geometry: "slab", thicknessMm: 1 }, [
          { z: 26, massNumber: 56, energyMeVPerNucleon: [], perCm2SecondMeVPerNucleon: [] },
        ]),
    ],
    ["a share of 1.5 of a saturation", () => weibullQuantile(cell, 1.5)],
  ])("%s", (_, ask) => expect(ask).toThrow(RangeError));
});

test("a Weibull so flat that its first thresholds are too small for a number still has its share: 1 − exp(−0.1^0.03) below a tenth of the width", () => {
  // Everything up to x = 1, nothing from 1.001 on.
  const step = Math.log(1.001);
  const through = {
    lnFrom: -step * 2000,
    lnStep: step,
    values: Float64Array.from({ length: 2002 }, (_, i) => (i <= 2000 ? 1 : 0)),
  };
  expect(meanOverThresholds(through, { saturatedCm2: 1, onset: 0, width: 10, shape: 0.03 })).toBeCloseTo(
    0.60672,
    2,
  );
});
