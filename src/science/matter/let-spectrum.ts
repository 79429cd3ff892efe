import { lineAt, stretchIntegral } from "../spectra/log-line.ts";
import type { IonSpectrum, LetSpectrum } from "../spectra/spectra.ts";
import { silicon } from "./materials.ts";
import { rangeTable } from "./range.ts";

/** CREME96's bins: 1,002 to the logarithm, from 1 to 1.1·10⁵ MeV·cm²/g. */
const bins = 1002;
const [lowest, highest] = [1, 1.1e5];
const lnSpan = Math.log(highest / lowest);
const perStretch = Math.LN10 / 128;

export const letEdges: readonly number[] = Array.from(
  { length: bins + 1 },
  (_, i) => lowest * (highest / lowest) ** (i / bins),
);

export interface LetOptions {
  /** Protons ionise by themselves: matters to cells of a critical charge below about 1 fC (65 nm and below); CREME96 leaves them out. Default false. */
  readonly protonsIonise?: boolean;
}

/**
 * Ions by their LET in silicon. Each stretch of energy has its flux spread evenly over the LET of its two ends, so that none is lost
 * where LET turns back at its peak; what lies beyond the bins goes into the outermost.
 */
export function letSpectrum(
  ions: readonly IonSpectrum[],
  { protonsIonise = false }: LetOptions = {},
): LetSpectrum {
  const flux = new Float64Array(bins);
  for (const { z, massNumber, energyMeVPerNucleon, perCm2SecondMeVPerNucleon } of ions) {
    if (z === 1 && !protonsIonise) continue;
    const table = rangeTable(silicon, z, massNumber);
    const stopping = (energy: number): number => table.stoppingAt(energy);
    for (let i = 0; i + 1 < energyMeVPerNucleon.length; i++) {
      const [y0, y1] = [perCm2SecondMeVPerNucleon[i]!, perCm2SecondMeVPerNucleon[i + 1]!];
      if (y0 + y1 <= 0) continue;
      const [e0, e1] = [energyMeVPerNucleon[i]!, energyMeVPerNucleon[i + 1]!];
      const parts = Math.ceil(Math.log(e1 / e0) / perStretch);
      let [from, fluxFrom, letFrom] = [e0, y0, stopping(e0)];
      for (let part = 1; part <= parts; part++) {
        const to = e0 * (e1 / e0) ** (part / parts);
        const fluxTo = lineAt(e0, y0, e1, y1, to);
        const letTo = stopping(to);
        spread(flux, letFrom, letTo, stretchIntegral(from, fluxFrom, to, fluxTo));
        [from, fluxFrom, letFrom] = [to, fluxTo, letTo];
      }
    }
  }
  return { edgesMeVCm2PerG: letEdges, perCm2Second: [...flux] };
}

const binOf = (value: number): number =>
  Math.min(bins - 1, Math.max(0, Math.floor((Math.log(value / lowest) / lnSpan) * bins)));

/** Adds an amount, evenly over the LET between two. */
function spread(flux: Float64Array, one: number, other: number, amount: number): void {
  const [low, high] = one < other ? [one, other] : [other, one];
  const [first, last] = [binOf(low), binOf(high)];
  if (first === last) {
    flux[first]! += amount;
    return;
  }
  const density = amount / (high - low);
  flux[first]! += density * (letEdges[first + 1]! - low);
  for (let i = first + 1; i < last; i++) flux[i]! += density * (letEdges[i + 1]! - letEdges[i]!);
  flux[last]! += density * (high - letEdges[last]!);
}

/** A spectrum's bins where they are of one width in the logarithm; else shared out over CREME96's, evenly by LET. */
export function logBins({ edgesMeVCm2PerG: edges, perCm2Second }: LetSpectrum): {
  readonly lnFrom: number;
  readonly lnStep: number;
  readonly flux: Float64Array;
} {
  const lnFrom = Math.log(edges[0]!);
  const lnStep = Math.log(edges.at(-1)! / edges[0]!) / perCm2Second.length;
  const even = edges.every((edge, i) => Math.abs(Math.log(edge) - lnFrom - i * lnStep) < 0.01 * lnStep);
  if (even && lnStep < 0.05) return { lnFrom, lnStep, flux: Float64Array.from(perCm2Second) };
  const flux = new Float64Array(bins);
  perCm2Second.forEach((amount, i) => spread(flux, edges[i]!, edges[i + 1]!, amount));
  return { lnFrom: Math.log(lowest), lnStep: lnSpan / bins, flux };
}
