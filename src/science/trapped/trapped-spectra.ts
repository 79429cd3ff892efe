import { shellFinder } from "../geomagnetism/shell.ts";
import type { CircularOrbit, Orbit, SolarCondition } from "../orbit/orbit.ts";
import type { EnergySpectrum } from "../spectra/spectra.ts";
import { differential, integralFluxAt } from "./integral-spectrum.ts";
import type { IntegralSpectrum } from "./integral-spectrum.ts";
import { latitudesOf, meanFluxAbove, shellsAt } from "./orbit-average.ts";
import { tabulatedElectrons, tabulatedProtons } from "./orbit-tables.ts";
import type { TrappedMaps, TrappedMapsOf } from "./read-maps.ts";
import { tableElectronEnergies, tableProtonEnergies } from "./table-grids.ts";

/** Trapped particles, averaged over an orbit, outside of any shield. */
export interface TrappedSpectra {
  readonly protons: EnergySpectrum;
  readonly electrons: EnergySpectrum;
  readonly protonsAbove: IntegralSpectrum;
  readonly electronsAbove: IntegralSpectrum;
}

/** The AP-8 and AE-8 maps themselves, or what this package computed from them. */
export type TrappedSource =
  { readonly kind: "tables" } | { readonly kind: "maps"; readonly maps: TrappedMaps };

/** MeV: the sheets of AP-8 and what lies between them, 0.1 to 400. */
export const protonEnergies: readonly number[] = [
  0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10, 12, 13.5,
  15, 17.5, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 90, 100, 110, 120, 130, 140, 150, 160, 175,
  190, 200, 225, 250, 275, 300, 325, 350, 375, 400,
];

/** MeV: the same of AE-8, 0.04 to 7. */
export const electronEnergies: readonly number[] = [
  0.04, 0.05, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.75, 0.85, 1, 1.25,
  1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4, 4.25, 4.5, 4.75, 5, 5.25, 5.5, 5.75, 6, 6.25, 6.5,
  6.75, 7,
];

/**
 * Trapped protons and electrons over an orbit (units and grids at the types). Solar minimum is AP-8 MIN and AE-8 MIN in the field of 1964, maximum the
 * MAX maps in the field of 1970. A geostationary orbit is averaged over its longitudes.
 * The tables hold circular orbits of 300 to 35,786 km; others are refused with RigError `config`.
 */
export function trappedSpectra(orbit: Orbit, solar: SolarCondition, source: TrappedSource): TrappedSpectra {
  const circular = circularOf(orbit);
  return source.kind === "maps"
    ? fromMaps(circular, source.maps[solar])
    : spectraOf(
        between(tableProtonEnergies, tabulatedProtons(circular, solar), protonEnergies),
        between(tableElectronEnergies, tabulatedElectrons(circular, solar), electronEnergies),
      );
}

function fromMaps(orbit: CircularOrbit, { protons, electrons, field }: TrappedMapsOf): TrappedSpectra {
  const findShell = shellFinder(field);
  const protonsAbove = new Float64Array(protonEnergies.length);
  const electronsAbove = new Float64Array(electronEnergies.length);
  for (const { latitudeDeg, share } of latitudesOf(orbit)) {
    const shells = shellsAt(findShell, latitudeDeg, orbit.altitudeKm);
    addShare(protonsAbove, meanFluxAbove(protons, shells, protonEnergies), share);
    addShare(electronsAbove, meanFluxAbove(electrons, shells, electronEnergies), share);
  }
  return spectraOf(protonsAbove, electronsAbove);
}

function between(
  energyMeV: readonly number[],
  fluxes: Float64Array,
  wanted: readonly number[],
): Float64Array {
  const spectrum = { energyMeV, perCm2Second: [...fluxes] };
  return Float64Array.from(wanted, (energy) => integralFluxAt(spectrum, energy));
}

/** Where a geostationary satellite stands: 35,786 km above the equator. */
export function circularOf(orbit: Orbit): CircularOrbit {
  return orbit.kind === "circular" ? orbit : { kind: "circular", altitudeKm: 35_786, inclinationDeg: 0 };
}

function addShare(sum: Float64Array, part: Float64Array, share: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += share * part[i]!;
}

function spectraOf(protons: Float64Array, electrons: Float64Array): TrappedSpectra {
  const protonsAbove = { energyMeV: protonEnergies, perCm2Second: [...protons] };
  const electronsAbove = { energyMeV: electronEnergies, perCm2Second: [...electrons] };
  return {
    protons: differential(protonsAbove),
    electrons: differential(electronsAbove),
    protonsAbove,
    electronsAbove,
  };
}
