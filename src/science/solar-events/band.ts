import { protonGeV, protonRigidityGV } from "../spectra/rigidity.ts";

/**
 * The double power law in rigidity that solar proton spectra are fitted with (D. Band et al., Astrophys. J. 413 (1993) 281; for events of the Sun
 * A. J. Tylka, W. F. Dietrich, 2009): a power law that an exponential ends, and joined smoothly to it a steeper power law.
 *
 *   dJ/dR = C·R^−γa·exp(−R/R₀)                          R ≤ (γb − γa)·R₀
 *         = C·R^−γb·[(γb − γa)·R₀]^(γb−γa)·e^(γa−γb)     above
 */
export interface Band {
  /** Per GV; in whatever the fit is of. */
  readonly scale: number;
  readonly gammaA: number;
  readonly gammaB: number;
  readonly r0GV: number;
}

/** The fit at a proton's energy, per MeV instead of per GV: dJ/dE = dJ/dR·(E + m)/√(E(E + 2m)). */
export function bandPerMeV({ scale, gammaA, gammaB, r0GV }: Band, energyMeV: number): number {
  const r = protonRigidityGV(energyMeV);
  const steeper = gammaB - gammaA;
  const perGV =
    r <= steeper * r0GV
      ? scale * r ** -gammaA * Math.exp(-r / r0GV)
      : scale * r ** -gammaB * (steeper * r0GV) ** steeper * Math.exp(-steeper);
  return (perGV * (energyMeV / 1_000 + protonGeV)) / r / 1_000;
}
