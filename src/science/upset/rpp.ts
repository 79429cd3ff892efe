import { RigError } from "../../domain/errors.ts";
import { logBins } from "../matter/let-spectrum.ts";
import type { LetSpectrum } from "../spectra/spectra.ts";
import { chordsLongerThan, surfaceOf } from "./chord-lengths.ts";
import type { Box } from "./chord-lengths.ts";
import { meanOverThresholds } from "./exceedance.ts";
import type { Exceedance } from "./exceedance.ts";
import { checkWeibull } from "./weibull.ts";
import type { Weibull } from "./weibull.ts";

/**
 *   LET spectrum f(L) ─┐
 *                      ├─▶ ions through the box that leave the critical charge, by critical LET Lc ──▶ mean over the Weibull's Lc
 *   chords C(s) of box ┘     RPP(Lc) = (A/4) · ∫ f(L)·C(Lc·h/L) dL                                       = rate of a bit (IRPP)
 *
 * Rectangular parallelepiped, as CREME96's HUP has it: Lc is the LET that upsets at normal incidence, through the height h; along a
 * chord l, Lc·h/l does. No funnel. The Weibull's LET is in MeV·cm²/mg, a spectrum's in MeV·cm²/g.
 */
const mgPerG = 1000;
const cm2PerUm2 = 1e-8;

/** RPP(Lc) over the box's mean cross-section A/4, cm⁻²s⁻¹, by MeV·cm²/mg. Only the box's shape counts. RigError `config` for no box. */
export function fluxThroughBox(spectrum: LetSpectrum, box: Box): Exceedance {
  const { a, b, h } = box;
  if (![a, b, h].every((side) => side > 0 && side < Infinity))
    throw new RigError("config", `a box of ${a} × ${b} × ${h} µm: three sides above 0 are wanted`);
  const { lnFrom, lnStep, flux } = logBins(spectrum);
  const bins = flux.length;
  // Below a hundredth of the lowest LET hardly a chord is short enough to matter; above the longest chord none is long enough.
  const before = Math.ceil(Math.log(100) / lnStep);
  const beyond = Math.ceil(Math.log(Math.hypot(box.a, box.b, box.h) / box.h) / lnStep) + 1;
  // The middle of bin j lies i − before − j − ½ steps below the critical LET of place i, so C is wanted by the difference alone.
  const chords = Float64Array.from({ length: bins + before + beyond }, (_, k) =>
    chordsLongerThan(box, box.h * Math.exp((k - bins - before + 0.5) * lnStep)),
  );
  const values = new Float64Array(chords.length);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let j = Math.max(0, i + bins - chords.length); j < bins; j++)
      sum += flux[j]! * chords[i - j + bins - 1]!;
    values[i] = sum;
  }
  return { lnFrom: lnFrom - Math.log(mgPerG) - before * lnStep, lnStep, values };
}

/** Upsets of one box per second, from what `fluxThroughBox` prepared; `box` in µm. The Weibull gives thresholds only: its saturation is the box's a·b. */
export function boxRate(through: Exceedance, box: Box, thresholds: Weibull): number {
  return (surfaceOf(box) / 4) * cm2PerUm2 * meanOverThresholds(through, thresholds);
}

/** Rates of square cells whose area is the saturation cross-section and whose sensitive thickness is stated. */
export interface SquareCells {
  /** Upsets of a bit per second; `thicknessUm` is h. Microseconds, once the shape was met. RigError `config` for an impossible cell. */
  bitRate(bit: Weibull, thicknessUm: number): number;
}

/** Shapes side over thickness in steps of an eighth of a factor of two: between them a straight line in the logarithms of both. */
const shapesPerOctave = 8;

export function squareCells(spectrum: LetSpectrum): SquareCells {
  const prepared = new Map<number, Exceedance>();
  const throughShape = (place: number): Exceedance => {
    let through = prepared.get(place);
    if (through === undefined) {
      const side = 2 ** (place / shapesPerOctave);
      through = fluxThroughBox(spectrum, { a: side, b: side, h: 1 });
      prepared.set(place, through);
    }
    return through;
  };
  return {
    bitRate: (bit, thicknessUm) => {
      checkThickness(thicknessUm);
      checkWeibull(bit);
      const side = Math.sqrt(bit.saturatedCm2 / cm2PerUm2);
      if (side === 0) return 0;
      const place = shapesPerOctave * Math.log2(side / thicknessUm);
      const low = Math.floor(place);
      const [below, above] = [low, low + 1].map((p) => meanOverThresholds(throughShape(p), bit));
      const mean =
        below! > 0 && above! > 0
          ? below! * (above! / below!) ** (place - low)
          : below! + (place - low) * (above! - below!);
      return (surfaceOf({ a: side, b: side, h: thicknessUm }) / 4) * cm2PerUm2 * mean;
    },
  };
}

function checkThickness(thicknessUm: number): void {
  if (!(thicknessUm > 0 && thicknessUm < Infinity))
    throw new RigError("config", `a sensitive thickness of ${thicknessUm} µm: more than 0 is wanted`);
}
