import { RigError } from "../../domain/errors.ts";
import { fullSphereSr } from "../spectra/full-sphere.ts";
import type { EnergySpectrum } from "../spectra/spectra.ts";
import { bandPerMeV } from "./band.ts";
import { eventGrid } from "./event-grid.ts";

/**
 * Solar proton events that are passed once in N years: SAPPHIRE (P. Jiggens, D. Heynderickx, I. Sandberg, P. Truscott, O. Raukunen, R. Vainio,
 * J. Space Weather Space Clim. 8 (2018) A31, table 8), Band fits of the event's fluence and of its peak flux. At 1 AU, outside the magnetosphere.
 */
interface EventFit {
  readonly gammaA: number;
  readonly r0GV: number;
  /** Fluence: cm⁻² sr⁻¹ GV⁻¹; peak flux: cm⁻² s⁻¹ sr⁻¹ GV⁻¹. */
  readonly scale: number;
}

const fit = (gammaA: number, r0GV: number, scale: number): EventFit => ({ gammaA, r0GV, scale });

const table: ReadonlyMap<number, { readonly fluence: EventFit; readonly peak: EventFit }> = new Map([
  [10, { fluence: fit(0.85, 0.0722, 1.33e10), peak: fit(2.55, 0.13, 6.03e3) }],
  [20, { fluence: fit(0.71, 0.0701, 2.81e10), peak: fit(2.35, 0.121, 1.55e4) }],
  [50, { fluence: fit(0.56, 0.0681, 5.85e10), peak: fit(2.18, 0.114, 3.58e4) }],
  [100, { fluence: fit(0.48, 0.0671, 8.73e10), peak: fit(2.09, 0.111, 5.64e4) }],
  [300, { fluence: fit(0.38, 0.0658, 1.45e11), peak: fit(1.99, 0.107, 9.6e4) }],
  [1_000, { fluence: fit(0.315, 0.065, 2.14e11), peak: fit(1.9, 0.105, 1.53e5) }],
  [10_000, { fluence: fit(0.195, 0.0636, 3.95e11), peak: fit(1.77, 0.101, 2.96e5) }],
]);
const gammaBOfFluence = 5.7;
const gammaBOfPeak = 5.25;

/** Years between events that the table knows. */
export const sapphireYears: readonly number[] = [...table.keys()];

/** A spectrum of a whole event, omnidirectional; grid and lines between its points as of an EnergySpectrum. */
export interface FluenceSpectrum {
  readonly energyMeV: readonly number[];
  readonly perCm2MeV: readonly number[];
}

/** Fluence of protons, omnidirectional, of the event passed once in `years` (`sapphireYears`, else refused). */
export function sapphireFluence(years: number, energyMeV: readonly number[] = eventGrid): FluenceSpectrum {
  const band = { ...fitsOf(years).fluence, gammaB: gammaBOfFluence };
  return { energyMeV, perCm2MeV: energyMeV.map((e) => fullSphereSr * bandPerMeV(band, e)) };
}

/** Peak flux of protons, omnidirectional, passed once in `years` (`sapphireYears`, else refused). */
export function sapphirePeakFlux(years: number, energyMeV: readonly number[] = eventGrid): EnergySpectrum {
  const band = { ...fitsOf(years).peak, gammaB: gammaBOfPeak };
  return { energyMeV, perCm2SecondMeV: energyMeV.map((e) => fullSphereSr * bandPerMeV(band, e)) };
}

function fitsOf(years: number): { readonly fluence: EventFit; readonly peak: EventFit } {
  const fits = table.get(years);
  if (fits !== undefined) return fits;
  throw new RigError(
    "config",
    `solar event: found once in ${years} years; expected once in one of ${sapphireYears.map(String).join(", ")} years`,
  );
}
