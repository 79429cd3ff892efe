import { RigError } from "../../domain/errors.ts";

/**
 * Cross-section of protons and neutrons by W. Bendel and E. Petersen (IEEE Trans. Nucl. Sci. 30 (1983) 4481), in the form of W. Stapor et al. (37 (1990) 1966):
 *   σ(E) = s·(1 − exp(−0.18·√Y))⁴,   Y = (E − A)·√(18/A), energies in MeV
 * with s of its own, or by A and B: `bendelSaturation`. Named as the columns of a model's posterior are.
 */
export interface Bendel {
  readonly saturatedCm2: number;
  readonly aMeV: number;
}

/** s = (B/A)¹⁴·10⁻¹² cm² a bit; B is 24 in the form of one parameter. */
export function bendelSaturation(aMeV: number, bMeV = 24): number {
  return (bMeV / aMeV) ** 14 * 1e-12;
}

/** RigError `config` for what cannot be a cross-section. */
export function checkBendel({ saturatedCm2, aMeV }: Bendel): void {
  if (!(aMeV > 0 && aMeV < Infinity && saturatedCm2 >= 0 && saturatedCm2 < Infinity))
    throw new RigError(
      "config",
      `a Bendel cross-section with A of ${aMeV} MeV and a saturation of ${saturatedCm2} cm²: A above 0 and a saturation of 0 or more are wanted`,
    );
}

/** What of the saturation is reached at an energy, from 0 to 1. */
export function bendelShare(aMeV: number, energyMeV: number): number {
  if (energyMeV <= aMeV) return 0;
  const share = -Math.expm1(-0.18 * Math.sqrt((energyMeV - aMeV) * Math.sqrt(18 / aMeV)));
  return share * share * (share * share);
}

export function bendelCm2({ saturatedCm2, aMeV }: Bendel, energyMeV: number): number {
  return saturatedCm2 * bendelShare(aMeV, energyMeV);
}
