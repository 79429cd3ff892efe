import { RigError } from "../../domain/errors.ts";
import { checkWeibull, weibullQuantile } from "./weibull.ts";
import type { Weibull } from "./weibull.ts";

/**
 * E. Petersen's figure of merit (IEEE Trans. Nucl. Sci. 43 (1996) 2805): FOM = σ_HL/L0.25², cm² per (MeV·cm²/mg)²; upsets a day = C·FOM.
 * A gate for what is plausible, and a bounded line where ions or protons were never measured: ions from protons and protons from ions
 * scatter by a lognormal σ of 0.7, the constant of the environment by a factor of three. It stays out of a headline.
 */

/** A quantity known by its logarithm only. */
export interface RoughValue {
  readonly median: number;
  /** Standard deviation of its natural logarithm. */
  readonly lnSigma: number;
}

/** FOM over the limiting cross-section of protons, (MeV·cm²/mg)⁻². */
const perProtonLimit = 4.5e4;
export const conversionLnSigma = 0.7;
/** C, per day: geostationary, solar minimum, 100 mil of aluminium. */
export const geostationaryPerDay = 400;

/** From ions: exact, as the Weibull is. L0.25 is where a quarter of the saturation is reached. RigError `config` for impossible parameters. */
export function figureOfMerit(ions: Weibull): number {
  checkWeibull(ions);
  return ions.saturatedCm2 / weibullQuantile(ions, 0.25) ** 2;
}

/** Of a part whose protons were measured: `limitCm2` is their σ far above the threshold. RigError `config` where that is below 0. */
export function figureOfMeritFromProtons(limitCm2: number): RoughValue {
  if (!(limitCm2 >= 0 && limitCm2 < Infinity))
    throw new RigError("config", `a limiting cross-section of ${limitCm2} cm²: 0 or more is wanted`);
  return { median: perProtonLimit * limitCm2, lnSigma: conversionLnSigma };
}

/** Limiting cross-section of protons, cm², of a part whose ions were measured. */
export function protonLimitFromIons(ions: Weibull): RoughValue {
  return { median: figureOfMerit(ions) / perProtonLimit, lnSigma: conversionLnSigma };
}

/** Upsets by ions a day; C of another environment than geostationary orbit is the caller's. */
export function ratePerDay(merit: number, environmentPerDay: number = geostationaryPerDay): number {
  return environmentPerDay * merit;
}
