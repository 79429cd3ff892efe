import type { Transmission } from "../orbit/transmission.ts";
import { atomicWeight } from "../spectra/atomic-weights.ts";
import { fullSphereSr } from "../spectra/full-sphere.ts";
import { logGrid } from "../spectra/log-line.ts";
import { rigidityGV } from "../spectra/rigidity.ts";
import type { EnergySpectrum, IonSpectrum } from "../spectra/spectra.ts";
import { beyondNickel } from "./beyond-nickel.ts";
import { dlrFlux, heaviestOfModel, lowestMeVPerNucleon, modelMassNumber } from "./dlr-model.ts";

/*
 * W ─dlrFlux→ directional, outside ─× T(R) of each ion's own rigidity→ at the orbit ─× 4π→ IonSpectrum, EnergySpectrum
 */

const iron = 26;

/** 60 points a decade: between them the spectrum is off a straight line in logarithms by less than a part in a thousand. */
const defaultGrid: readonly number[] = logGrid(lowestMeVPerNucleon, 1e5, 60);

/**
 * Ions from helium to uranium at an orbit, omnidirectional: Z = 2..28 of the DLR model, above nickel iron's spectrum times a ratio, each with its own
 * rigidity. Protons are not among them: they upset by nuclear reactions, and stand in a rate of their own (`galacticProtons`).
 * `w`: activity of the Sun, 0..200. Valid from 10 MeV per nucleon, below which it is 0; one standard deviation about 15 %, above nickel rather 50 %.
 */
export function galacticIons(
  w: number,
  transmission: Transmission,
  mevPerNucleon: readonly number[] = defaultGrid,
): IonSpectrum[] {
  const outside = (z: number): number[] => mevPerNucleon.map((e) => fullSphereSr * dlrFlux(z, e, w));
  const at = (z: number, massNumber: number, flux: readonly number[], share: number): IonSpectrum => ({
    z,
    massNumber,
    energyMeVPerNucleon: mevPerNucleon,
    perCm2SecondMeVPerNucleon: mevPerNucleon.map(
      (e, i) => share * flux[i]! * transmission(rigidityGV(z, massNumber, e)),
    ),
  });
  const light = Array.from({ length: heaviestOfModel - 1 }, (_, i) => i + 2).map((z) =>
    at(z, modelMassNumber(z), outside(z), 1),
  );
  const ofIron = outside(iron);
  return [...light, ...beyondNickel.map(({ z, ofIron: share }) => at(z, atomicWeight(z), ofIron, share))];
}

/** Galactic protons at an orbit, omnidirectional, as `galacticIons` has the rest. */
export function galacticProtons(
  w: number,
  transmission: Transmission,
  energyMeV: readonly number[] = defaultGrid,
): EnergySpectrum {
  return {
    energyMeV,
    perCm2SecondMeV: energyMeV.map(
      (e) => fullSphereSr * dlrFlux(1, e, w) * transmission(rigidityGV(1, 1, e)),
    ),
  };
}
