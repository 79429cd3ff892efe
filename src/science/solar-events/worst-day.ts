import { atomicWeight } from "../spectra/atomic-weights.ts";
import { fullSphereSr } from "../spectra/full-sphere.ts";
import type { EnergySpectrum, IonSpectrum } from "../spectra/spectra.ts";
import type { Band } from "./band.ts";
import { bandPerMeV } from "./band.ts";
import { eventGrid } from "./event-grid.ts";

/**
 * CREME96's 'worst day': the average over 18 h of 20 October 1989 (A. J. Tylka et al., IEEE Trans. Nucl. Sci. 44 (1997) 2150), here as a Band fit
 * to its protons as SPENVIS prints them. It holds from 1 to 500 MeV within 10 % (5 % root mean square); above, the power law goes on, and the flux above
 * 500 MeV is 16 % more than CREME96's. C in m⁻² s⁻¹ sr⁻¹ GV⁻¹.
 */
const worstDay: Band = { scale: 2.865e9, gammaA: 0.736, gammaB: 5.872, r0GV: 0.0754 };
const perCm2 = 1e-4;

/** Solar protons of the worst day at 1 AU, outside the magnetosphere, omnidirectional. A scenario: no probability stands behind it. */
export function worstDayProtons(energyMeV: readonly number[] = eventGrid): EnergySpectrum {
  return {
    energyMeV,
    perCm2SecondMeV: energyMeV.map((e) => fullSphereSr * perCm2 * bandPerMeV(worstDay, e)),
  };
}

/**
 * Ions per proton at the same energy per nucleon. Helium, oxygen and iron as recalled from the literature (He 0.03 to 0.05, O 3·10⁻⁴ to 10⁻³, Fe 10⁻⁴);
 * what lies between by the average abundances of gradual events to oxygen (D. V. Reames, Sol. Phys. 289 (2014) 977).
 */
const oxygen = 5.5e-4;
const perProton: readonly (readonly [z: number, share: number])[] = [
  [2, 0.04],
  [6, 0.42 * oxygen],
  [7, 0.128 * oxygen],
  [8, oxygen],
  [10, 0.157 * oxygen],
  [12, 0.178 * oxygen],
  [14, 0.151 * oxygen],
  [16, 0.025 * oxygen],
  [20, 0.011 * oxygen],
  [26, 1e-4],
];

export interface ScaledIons {
  readonly ions: readonly IonSpectrum[];
  /** Truth may lie this factor above or below. */
  readonly uncertaintyFactor: number;
  /** Line for a report: these are scaled, not measured. */
  readonly flag: string;
}

/**
 * Solar ions of the worst day, outside the magnetosphere, omnidirectional: the protons' spectrum times one number an element, since no closed form of the ions is
 * published. Uncertain by a factor of five either way; whoever needs better reads CREME96's own file (`readCremeFlux`).
 */
export function worstDayIons(mevPerNucleon: readonly number[] = eventGrid): ScaledIons {
  const protons = worstDayProtons(mevPerNucleon).perCm2SecondMeV;
  return {
    ions: perProton.map(([z, share]) => ({
      z,
      massNumber: atomicWeight(z),
      energyMeVPerNucleon: mevPerNucleon,
      perCm2SecondMeVPerNucleon: protons.map((flux) => flux * share),
    })),
    uncertaintyFactor: 5,
    flag: "solar ions are scaled from protons: ×5 uncertain either way",
  };
}
