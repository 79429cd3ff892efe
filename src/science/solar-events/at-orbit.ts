import type { Transmission } from "../orbit/transmission.ts";
import { protonRigidityGV, rigidityGV } from "../spectra/rigidity.ts";
import type { EnergySpectrum, IonSpectrum } from "../spectra/spectra.ts";
import type { FluenceSpectrum } from "./sapphire.ts";

/*
 * outside the magnetosphere ─× T(R)→ averaged over the orbit. An event shorter than a few orbits, or than a day, may find the orbit in a better or
 * a worse place: T is an average over all longitudes.
 */

/** Share of an event's protons of `energyMeV` that reach the orbit: what SPENVIS calls the exposure factor. */
export function exposureFactor(transmission: Transmission, energyMeV: number): number {
  return transmission(protonRigidityGV(energyMeV));
}

export function protonsAtOrbit(outside: EnergySpectrum, transmission: Transmission): EnergySpectrum {
  return {
    energyMeV: outside.energyMeV,
    perCm2SecondMeV: attenuated(outside.energyMeV, outside.perCm2SecondMeV, transmission),
  };
}

export function fluenceAtOrbit(outside: FluenceSpectrum, transmission: Transmission): FluenceSpectrum {
  return {
    energyMeV: outside.energyMeV,
    perCm2MeV: attenuated(outside.energyMeV, outside.perCm2MeV, transmission),
  };
}

/** Ions taken as bare: solar ions are only partly stripped, and so reach deeper than this. */
export function ionsAtOrbit(outside: readonly IonSpectrum[], transmission: Transmission): IonSpectrum[] {
  return outside.map((ion) => ({
    ...ion,
    perCm2SecondMeVPerNucleon: ion.perCm2SecondMeVPerNucleon.map(
      (flux, i) => flux * transmission(rigidityGV(ion.z, ion.massNumber, ion.energyMeVPerNucleon[i]!)),
    ),
  }));
}

const attenuated = (
  energyMeV: readonly number[],
  outside: readonly number[],
  transmission: Transmission,
): number[] => outside.map((flux, i) => flux * exposureFactor(transmission, energyMeV[i]!));
