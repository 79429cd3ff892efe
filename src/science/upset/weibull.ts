import { RigError } from "../../domain/errors.ts";

/**
 * σ(x) = s·(1 − exp(−((x − x0)/W)^S)) above x0, else 0 (E. Petersen et al., IEEE Trans. Nucl. Sci. 39 (1992) 1577). For ions x is LET in MeV·cm²/mg; for protons and neutrons, energy in MeV.
 * Named as the columns of a model's posterior are.
 */
export interface Weibull {
  /** s: of a bit or of a device, as the rate is wanted. */
  readonly saturatedCm2: number;
  /** x0. */
  readonly onset: number;
  /** W. */
  readonly width: number;
  /** S. */
  readonly shape: number;
}

/** RigError `config` for what cannot be a cross-section. */
export function checkWeibull({ saturatedCm2, onset, width, shape }: Weibull): void {
  const wrong = (what: string, value: number, wanted: string): never => {
    throw new RigError("config", `a Weibull cross-section with ${what} of ${value}: ${wanted} is wanted`);
  };
  if (!(saturatedCm2 >= 0 && saturatedCm2 < Infinity)) wrong("a saturation", saturatedCm2, "0 cm² or more");
  if (!(onset >= 0 && onset < Infinity)) wrong("an onset", onset, "0 or more");
  if (!(width > 0 && width < Infinity)) wrong("a width", width, "more than 0");
  if (!(shape > 0 && shape < Infinity)) wrong("a shape", shape, "more than 0");
}

/**
 * What of the saturation is reached at x, from 0 to 1; the logarithm of the width, since a fit asks for one width a thousand times. A power as exp
 * and ln: most of a fit's time goes here, and pow takes two thirds longer.
 */
export function weibullShare(onset: number, lnWidth: number, shape: number, x: number): number {
  const above = x - onset;
  return above > 0 ? -Math.expm1(-Math.exp(shape * (Math.log(above) - lnWidth))) : 0;
}

export function weibullCm2({ saturatedCm2, onset, width, shape }: Weibull, x: number): number {
  return saturatedCm2 * weibullShare(onset, Math.log(width), shape, x);
}

/** x at which the share `u` of the saturation, 0 to 1, is reached: x0 + W·(−ln(1 − u))^(1/S). A RangeError for no share. */
export function weibullQuantile({ onset, width, shape }: Omit<Weibull, "saturatedCm2">, u: number): number {
  if (!(u >= 0 && u <= 1)) throw new RangeError(`a share of ${u} of a saturation; expected 0 to 1`);
  return onset + width * (-Math.log1p(-u)) ** (1 / shape);
}
