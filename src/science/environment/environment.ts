import type { SolarCondition, Orbit } from "../orbit/orbit.ts";
import type { LShells } from "../orbit/l-shells.ts";
import type { Transmission } from "../orbit/transmission.ts";
import type { EnergySpectrum, IonSpectrum, LetSpectrum } from "../spectra/spectra.ts";
import type { ThermalFlux } from "../ground/neutrons.ts";
import type { IntegralSpectrum } from "../trapped/integral-spectrum.ts";
import type { TrappedSpectra } from "../trapped/trapped-spectra.ts";
import type { Place } from "./place.ts";
import type { Sun } from "./sun.ts";

/** What an environment is asked for. */
export interface EnvironmentQuestion {
  readonly place: Place;
  readonly sun: Sun;
  readonly shieldMmAl: number;
  readonly shieldShape: "sphere" | "slab";
  /** Worst day: solar protons and ions beside the quiet environment. */
  readonly condition: "quiet" | "worst-day";
}

/** What is computed once a field model and the maps of trapped particles are at hand, or read from tables of it. */
export interface EnvironmentSources {
  readonly trapped: (orbit: Orbit, solar: SolarCondition) => TrappedSpectra;
  readonly shells: (orbit: Orbit) => LShells;
}

/** The same particles outside and behind the shield. */
export interface Shielded<Spectrum> {
  readonly outside: Spectrum;
  readonly behind: Spectrum;
}

export interface OrbitEnvironment {
  readonly kind: "orbit";
  readonly question: EnvironmentQuestion;
  /** Share of what is outside the magnetosphere that reaches the orbit, by rigidity. */
  readonly transmission: Transmission;
  readonly trappedProtons: Shielded<EnergySpectrum>;
  /** Outside alone: electrons' way through a shield is not computed. */
  readonly trappedElectrons: EnergySpectrum;
  /** As AP-8 and AE-8 tell it, outside: it counts what is beyond the last energy of the spectra, which they do not. */
  readonly trappedProtonsAbove: IntegralSpectrum;
  readonly trappedElectronsAbove: IntegralSpectrum;
  readonly galacticProtons: Shielded<EnergySpectrum>;
  /** Z = 2 to 92. */
  readonly galacticIons: Shielded<readonly IonSpectrum[]>;
  /** null in a quiet environment. */
  readonly solar: SolarPart | null;
  /** Of galactic ions, and of solar ones where there are any, behind the shield; no protons. */
  readonly let: LetSpectrum;
  /** rad(Si) a second behind the shield. Protons alone. */
  readonly doseRadPerSecond: {
    readonly trappedProtons: number;
    readonly galacticProtons: number;
    readonly solarProtons: number;
  };
}

export interface SolarPart {
  readonly protons: Shielded<EnergySpectrum>;
  readonly ions: Shielded<readonly IonSpectrum[]>;
  /** Truth of the ions may lie this factor above or below. */
  readonly ionsUncertaintyFactor: number;
  readonly flag: string;
}

export interface GroundEnvironment {
  readonly kind: "ground";
  readonly question: EnvironmentQuestion;
  /** Above 1 MeV; a shield of some mm takes away none. */
  readonly neutrons: EnergySpectrum;
  readonly thermal: ThermalFlux;
  /** Of neutrons above 10 MeV, to New York at sea level and mean Sun. */
  readonly relativeFlux: number;
}

export type Environment = OrbitEnvironment | GroundEnvironment;
