/**
 * Spectra of the particles that reach a place, all omnidirectional: integrated over 4π, so a directional isotropic flux times 4π.
 * Grids rise strictly; between their points a spectrum is a straight line in the logarithms of both, beyond them it is 0.
 */

/** Protons, electrons or neutrons. */
export interface EnergySpectrum {
  readonly energyMeV: readonly number[];
  /** dφ/dE; as long as `energyMeV`, none below 0. */
  readonly perCm2SecondMeV: readonly number[];
}

/** One nuclide of a nuclear charge. */
export interface IonSpectrum {
  readonly z: number;
  readonly massNumber: number;
  readonly energyMeVPerNucleon: readonly number[];
  /** dφ/d(E/A); as long as the grid. */
  readonly perCm2SecondMeVPerNucleon: readonly number[];
}

/** By linear energy transfer in silicon, all ions together, in bins: no line is drawn through them, since LET has a peak where it turns back. */
export interface LetSpectrum {
  /** Edges of the bins, one more than there are bins. 1 MeV·cm²/mg is 1,000 of these. */
  readonly edgesMeVCm2PerG: readonly number[];
  /** φ of each bin. */
  readonly perCm2Second: readonly number[];
}
