import { RigError } from "../../domain/errors.ts";
import { integralsAbove, logGrid } from "../spectra/log-line.ts";
import type { EnergySpectrum } from "../spectra/spectra.ts";
import { bendelShare, checkBendel } from "./bendel.ts";
import type { Bendel } from "./bendel.ts";
import { meanOverThresholds } from "./exceedance.ts";
import type { Exceedance } from "./exceedance.ts";
import type { Weibull } from "./weibull.ts";

/**
 * Upsets by the nuclear reactions of protons or fast neutrons: ∫ σ(E)·φ(E) dE, φ from all directions alike, since the reaction products
 * go their own way.
 */

const perDecade = 256;
/** Bendel's cross-section is smooth enough for a fourth of the grid. */
const stride = 4;

/** Flux above an energy, cm⁻²s⁻¹ by MeV. Prepared once for all draws. A RangeError for a spectrum of fewer than two points. */
export function fluxAboveEnergy({ energyMeV, perCm2SecondMeV }: EnergySpectrum): Exceedance {
  const grid = logGrid(energyMeV[0]!, energyMeV.at(-1)!, perDecade);
  return {
    lnFrom: Math.log(grid[0]!),
    lnStep: Math.log(grid.at(-1)! / grid[0]!) / (grid.length - 1),
    values: Float64Array.from(integralsAbove(energyMeV, perCm2SecondMeV, grid)),
  };
}

/** Per second, of what `saturatedCm2` is of. RigError `config` for impossible parameters. */
export function weibullRate(above: Exceedance, weibull: Weibull): number {
  return weibull.saturatedCm2 * meanOverThresholds(above, weibull);
}

/** Per second, of what `saturatedCm2` is of. RigError `config` for impossible parameters. */
export function bendelRate({ lnFrom, lnStep, values }: Exceedance, bendel: Bendel): number {
  checkBendel(bendel);
  const { saturatedCm2, aMeV } = bendel;
  const between = Math.exp((stride * lnStep) / 2);
  let sum = 0;
  const first = Math.max(0, Math.floor((Math.log(aMeV) - lnFrom) / lnStep));
  for (let i = first; i + 1 < values.length; i += stride) {
    const beyond = values[i + stride] ?? 0;
    sum += (values[i]! - beyond) * bendelShare(aMeV, Math.exp(lnFrom + i * lnStep) * between);
  }
  return saturatedCm2 * sum;
}

/** On the ground: a cross-section measured in a spectrum like the atmosphere's, times the flux above 10 MeV, and that of thermal neutrons. */
export interface NeutronCrossSections {
  readonly fastCm2: number;
  /** Left out: nobody measured it, and the rate is of fast neutrons alone. */
  readonly thermalCm2?: number;
}

/** Per second, of what the cross-sections are of. RigError `config` for one or a flux below 0. */
export function neutronRate(
  { fastCm2, thermalCm2 = 0 }: NeutronCrossSections,
  flux: { readonly above10MeVPerCm2Second: number; readonly thermalPerCm2Second: number },
): number {
  for (const value of [fastCm2, thermalCm2, flux.above10MeVPerCm2Second, flux.thermalPerCm2Second])
    if (!(value >= 0 && value < Infinity))
      throw new RigError("config", `a neutron cross-section or flux of ${value}: 0 or more is wanted`);
  return fastCm2 * flux.above10MeVPerCm2Second + thermalCm2 * flux.thermalPerCm2Second;
}
