import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { readCremeDlt } from "../../../src/science/creme/let-file.ts";
import { logGrid } from "../../../src/science/spectra/log-line.ts";
import type { EnergySpectrum, LetSpectrum } from "../../../src/science/spectra/spectra.ts";
import { bendelCm2, bendelSaturation } from "../../../src/science/upset/bendel.ts";
import { surfaceOf } from "../../../src/science/upset/chord-lengths.ts";
import { fluxAboveLet } from "../../../src/science/upset/effective-flux.ts";
import { exceedanceAt, meanOverThresholds } from "../../../src/science/upset/exceedance.ts";
import {
  figureOfMerit,
  figureOfMeritFromProtons,
  protonLimitFromIons,
  ratePerDay,
} from "../../../src/science/upset/figure-of-merit.ts";
import {
  bendelRate,
  fluxAboveEnergy,
  neutronRate,
  weibullRate,
} from "../../../src/science/upset/nucleon-rate.ts";
import { boxRate, fluxThroughBox, squareCells } from "../../../src/science/upset/rpp.ts";
import { weibullCm2, weibullQuantile } from "../../../src/science/upset/weibull.ts";
import type { Weibull } from "../../../src/science/upset/weibull.ts";
import { randomChords } from "./random-chords.ts";
import { bendelValues } from "../published.ts";

const off = (value: number, expected: number): number => Math.abs(value / expected - 1);
const perSquareMetreSteradian = 4 * Math.PI * 1e-4;

/** φ of a power law of LET with a cliff, as iron makes one. */
const steep: LetSpectrum = (() => {
  const edgesMeVCm2PerG = logGrid(1, 1e5, 200);
  const middle = edgesMeVCm2PerG.slice(1).map((edge, i) => Math.sqrt(edge * edgesMeVCm2PerG[i]!));
  return { edgesMeVCm2PerG, perCm2Second: middle.map((l) => l ** -2 * (l > 3e4 ? 1e-3 : 1)) };
})();
const anyWeibull: fc.Arbitrary<Weibull> = fc.record({
  saturatedCm2: fc.double({ min: 1e-9, max: 1e-7, noNaN: true }),
  onset: fc.double({ min: 0.1, max: 20, noNaN: true }),
  width: fc.double({ min: 1, max: 100, noNaN: true }),
  shape: fc.double({ min: 0.5, max: 8, noNaN: true }),
});
const seeded = { seed: 1996, numRuns: 20, endOnFailure: true };

const creme = join(import.meta.dirname, "../../../../shared/data/orbit/creme96_800km_90deg");
describe("against a run of CREME96: 800 km, 90°, behind 100 mil", () => {
  if (!existsSync(creme)) {
    test("NOT HELD AGAINST CREME96: ../shared/data/orbit is not here", () => {
      expect(existsSync(creme)).toBe(false);
    });
    return;
  }
  const ions = readCremeDlt(
    readFileSync(join(creme, "q800a90i100Z2.DLT"), "utf8"),
    "q800a90i100Z2.DLT",
  ).spectrum;

  test.each([
    ["HUP 1", 44.72136, { saturatedCm2: 2000e-8, onset: 0.5, width: 30, shape: 1 }, 1.00594e-7],
    ["HUP 2", 70.71068, { saturatedCm2: 5000e-8, onset: 10, width: 120, shape: 1.5 }, 2.54608e-9],
  ])("%s: its LET spectrum, our rate of 100 boxes, to 0.5 %", (_, a, weibull, expected) => {
    const box = { a, b: a, h: 1 };
    const rate = 100 * boxRate(fluxThroughBox(ions, box), box, weibull);
    expect(off(rate, expected), `${rate}`).toBeLessThan(0.005);
    expect(off(100 * squareCells(ions).bitRate(weibull, 1), rate)).toBeLessThan(0.001);
  });

  test("PUP: its protons, our integral, to 0.1 %", () => {
    const rows = readFileSync(join(creme, "flx_tfx_selected_ions.csv"), "utf8")
      .split("\n")
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split(",").map(Number));
    const protons: EnergySpectrum = {
      energyMeV: rows.map(([energy]) => energy!),
      perCm2SecondMeV: rows.map((row) => row[7]! * perSquareMetreSteradian),
    };
    const rate = weibullRate(fluxAboveEnergy(protons), {
      saturatedCm2: 1e-11,
      onset: 30,
      width: 10,
      shape: 1,
    });
    expect(off(rate, 1.10564e-9), `${rate}`).toBeLessThan(0.001);
  });
});

describe("rate of a box", () => {
  test("is what 20,000 random chords say, the spectrum and the cross-section taken as they are", () => {
    const box = { a: 3, b: 3, h: 0.7 };
    const weibull: Weibull = { saturatedCm2: 9e-8, onset: 0.8, width: 12, shape: 1.6 };
    const chords = randomChords(box, 20_000, randomStream(3, "rpp"));
    const { edgesMeVCm2PerG: edges, perCm2Second } = steep;
    let sum = 0;
    for (let j = 0; j < perCm2Second.length; j += 1) {
      const middle = Math.sqrt(edges[j]! * edges[j + 1]!) / 1000;
      // A hundred chords a bin, other ones each time.
      for (let n = 0; n < 100; n++) {
        const chord = chords[(j * 100 + n) % chords.length]!;
        sum +=
          (perCm2Second[j]! * weibullCm2({ ...weibull, saturatedCm2: 1 }, (middle * chord) / box.h)) / 100;
      }
    }
    const expected = ((surfaceOf(box) * 1e-8) / 4) * sum;
    expect(off(boxRate(fluxThroughBox(steep, box), box, weibull), expected)).toBeLessThan(0.03);
  });

  test("falls with the onset, grows with the saturation, and is never more than every ion through the box", () => {
    const cells = squareCells(steep);
    fc.assert(
      fc.property(anyWeibull, fc.double({ min: 0.1, max: 2, noNaN: true }), (bit, thickness) => {
        const rate = cells.bitRate(bit, thickness);
        expect(rate).toBeGreaterThan(0);
        expect(cells.bitRate({ ...bit, onset: bit.onset * 1.3 }, thickness)).toBeLessThan(rate);
        expect(cells.bitRate({ ...bit, saturatedCm2: bit.saturatedCm2 * 1.2 }, thickness)).toBeGreaterThan(
          rate,
        );
        // A box whose every chord is enough: its mean cross-section times all ions.
        const all = steep.perCm2Second.reduce((sum, flux) => sum + flux, 0);
        const side = Math.sqrt(bit.saturatedCm2) * 1e4;
        expect(rate).toBeLessThan((surfaceOf({ a: side, b: side, h: thickness }) / 4) * 1e-8 * all);
      }),
      seeded,
    );
  });

  test("a table of shapes costs no more than 2 % against the very box", () => {
    const cells = squareCells(steep);
    fc.assert(
      fc.property(anyWeibull, fc.double({ min: 0.1, max: 2, noNaN: true }), (bit, h) => {
        const side = Math.sqrt(bit.saturatedCm2) * 1e4;
        const box = { a: side, b: side, h };
        expect(off(cells.bitRate(bit, h), boxRate(fluxThroughBox(steep, box), box, bit))).toBeLessThan(0.02);
      }),
      seeded,
    );
  });

  test("the sensitive thickness must be one", () => {
    const bit = { saturatedCm2: 1e-8, onset: 1, width: 10, shape: 1 };
    expect(() => squareCells(steep).bitRate(bit, 0)).toThrow(RigError);
  });
});

describe("mean over thresholds", () => {
  test("is that of 20,000 quantiles", () => {
    const above = fluxAboveLet(steep);
    fc.assert(
      fc.property(anyWeibull, (weibull) => {
        let sum = 0;
        const draws = 20_000;
        // Closer together towards u = 0: a steep cross-section far above the spectrum lives of its lowest thresholds.
        for (let i = 0; i < draws; i++) {
          const v = (i + 0.5) / draws;
          sum += 4 * v ** 3 * exceedanceAt(above, weibullQuantile(weibull, v ** 4));
        }
        expect(off(meanOverThresholds(above, weibull), sum / draws)).toBeLessThan(0.001);
      }),
      { seed: 5, numRuns: 20, endOnFailure: true },
    );
  });

  test.each([
    [{ onset: -1 }, /an onset of -1: 0 or more is wanted/],
    [{ width: 0 }, /a width of 0/],
    [{ shape: NaN }, /a shape of NaN/],
    [{ saturatedCm2: -1e-9 }, /a saturation of -1e-9/],
  ])("%o is refused", (wrong, message) => {
    const weibull = { saturatedCm2: 1e-8, onset: 1, width: 10, shape: 1, ...wrong };
    expect(() => meanOverThresholds(fluxAboveLet(steep), weibull)).toThrow(RigError);
    expect(() => meanOverThresholds(fluxAboveLet(steep), weibull)).toThrow(message);
  });
});

describe("rate of a device by effective flux", () => {
  // TI SBOK044B: latch-up bound above 43 MeV·cm²/mg behind 100 mil; flux in cm⁻² a day.
  test.each([
    ["ISS", 6.4e-4, 5.91e-11, 2.5e-3, 4.63e7],
    ["geostationary", 2.2e-3, 2.0e-10, 8.4e-3, 1.36e7],
  ])("%s", (_, flux, perDay, fit, years) => {
    const edgesMeVCm2PerG = logGrid(43_000, 50_000, 200);
    const bins = edgesMeVCm2PerG.length - 1;
    const spectrum: LetSpectrum = {
      edgesMeVCm2PerG,
      perCm2Second: edgesMeVCm2PerG.slice(1).map(() => flux / 86_400 / bins),
    };
    const step: Weibull = { saturatedCm2: 9.23e-8, onset: 43, width: 1e-6, shape: 1 };
    const rate = step.saturatedCm2 * meanOverThresholds(fluxAboveLet(spectrum), step);
    expect(off(rate * 86_400, perDay)).toBeLessThan(0.02);
    expect(off(rate * 3.6e12, fit)).toBeLessThan(0.02);
    expect(off(1 / (rate * 86_400 * 365.25), years)).toBeLessThan(0.02);
  });

  test("is less than the rate of thin boxes, the more so the harder they are", () => {
    const share = (onset: number): number => {
      const weibull: Weibull = { saturatedCm2: 1e-7, onset, width: 10, shape: 1.5 };
      const flat = weibull.saturatedCm2 * meanOverThresholds(fluxAboveLet(steep), weibull);
      return flat / squareCells(steep).bitRate(weibull, 0.3);
    };
    expect(share(1)).toBeLessThan(1);
    expect(share(40)).toBeLessThan(share(1));
  });
});

describe("protons and neutrons", () => {
  // CREME96 help, Bendel's forms, 10⁻¹² cm² a bit.
  test.each(bendelValues)("Bendel, A = %d, B = %d, at %d MeV: %d", (aMeV, bMeV, energy, expected) => {
    const bendel = { aMeV, saturatedCm2: bendelSaturation(aMeV, bMeV) };
    expect(off(bendelCm2(bendel, energy) * 1e12, expected)).toBeLessThan(1e-5);
    expect(bendelCm2(bendel, aMeV)).toBe(0);
  });

  const energyMeV = logGrid(0.1, 1e4, 40);
  const protons: EnergySpectrum = { energyMeV, perCm2SecondMeV: energyMeV.map((e) => 3 * (e + 40) ** -2.2) };
  const above = fluxAboveEnergy(protons);
  const midpoints = (sigma: (energy: number) => number): number => {
    let sum = 0;
    const parts = 100_000;
    const growth = 1e5 ** (1 / parts);
    for (let i = 0, e = 0.1 * Math.sqrt(growth); i < parts; i++, e *= growth)
      sum += sigma(e) * 3 * (e + 40) ** -2.2 * e * Math.log(growth);
    return sum;
  };

  test("Weibull: ∫ σ·φ dE by the midpoint rule", () => {
    for (const shape of [0.7, 1, 3]) {
      const weibull = { saturatedCm2: 1e-9, onset: 12, width: 25, shape };
      expect(
        off(
          weibullRate(above, weibull),
          midpoints((e) => weibullCm2(weibull, e)),
        ),
      ).toBeLessThan(0.001);
    }
  });

  test("Bendel: the same", () => {
    for (const aMeV of [3, 15, 40]) {
      const bendel = { aMeV, saturatedCm2: 1e-9 };
      expect(
        off(
          bendelRate(above, bendel),
          midpoints((e) => bendelCm2(bendel, e)),
        ),
      ).toBeLessThan(0.001);
    }
    expect(() => bendelRate(above, { aMeV: 0, saturatedCm2: 1 })).toThrow(RigError);
  });

  test("neutrons: fast and thermal add", () => {
    const flux = { above10MeVPerCm2Second: 13 / 3600, thermalPerCm2Second: 6.5 / 3600 };
    expect(neutronRate({ fastCm2: 1e-9 }, flux) * 3600).toBeCloseTo(13e-9, 18);
    expect(neutronRate({ fastCm2: 1e-9, thermalCm2: 2e-9 }, flux) * 3600).toBeCloseTo(26e-9, 18);
  });
});

describe("figure of merit", () => {
  const ions: Weibull = { saturatedCm2: 1e-8, onset: 1, width: 15, shape: 1 };
  test("saturation over the square of the LET of a quarter of it", () => {
    // 1 + 15·ln(4/3) = 5.31523
    expect(figureOfMerit(ions)).toBeCloseTo(3.53962e-10, 14);
    expect(weibullCm2(ions, 5.31523) / 1e-8).toBeCloseTo(0.25, 5);
    expect(ratePerDay(figureOfMerit(ions))).toBeCloseTo(1.41585e-7, 11);
  });
  test("from protons and back it is itself, and says how rough it is", () => {
    const limit = protonLimitFromIons(ions);
    expect(figureOfMeritFromProtons(limit.median).median).toBeCloseTo(figureOfMerit(ions), 20);
    expect([limit.lnSigma, figureOfMeritFromProtons(1e-14).lnSigma]).toEqual([0.7, 0.7]);
  });
});
