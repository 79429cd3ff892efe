import type { EnvironmentSources } from "../environment/environment.ts";
import { geocentricOf } from "../geomagnetism/geodetic.ts";
import { shellFinder } from "../geomagnetism/shell.ts";
import type { Shell } from "../geomagnetism/shell.ts";
import type { FieldCoefficients } from "../geomagnetism/field-coefficients.ts";
import type { SolarCondition } from "../orbit/orbit.ts";
import { fluxAlong, passesAbove } from "../trapped/along-track.ts";
import type { Pass, TrackPoint } from "../trapped/along-track.ts";
import { differential } from "../trapped/integral-spectrum.ts";
import { fluxAbove } from "../trapped/map-flux.ts";
import type { TrappedMap } from "../trapped/read-map.ts";
import type { TrappedMaps } from "../trapped/read-maps.ts";
import { electronEnergies, protonEnergies } from "../trapped/trapped-spectra.ts";

/** What an environment asks for, along a track instead of averaged over all places of an orbit: each point counts alike. */
export function trackSources(track: readonly TrackPoint[], maps: TrappedMaps): EnvironmentSources {
  const shellsIn = (field: FieldCoefficients): Shell[] => {
    const find = shellFinder(field);
    return track.map(({ latitudeDeg, longitudeDeg, altitudeKm }) =>
      find(geocentricOf(latitudeDeg, longitudeDeg, altitudeKm)),
    );
  };
  return {
    trapped: (_, solar) => {
      const { protons, electrons, field } = maps[solar];
      const shells = shellsIn(field);
      const above = (map: TrappedMap, energyMeV: readonly number[]) => ({
        energyMeV,
        perCm2Second: meanOver(shells, map, energyMeV),
      });
      const protonsAbove = above(protons, protonEnergies);
      const electronsAbove = above(electrons, electronEnergies);
      return {
        protons: differential(protonsAbove),
        electrons: differential(electronsAbove),
        protonsAbove,
        electronsAbove,
      };
    },
    shells: () => {
      const ls = Float64Array.from(shellsIn(maps.max.field), ({ l }) => l);
      return { fractionAbove: (l) => ls.reduce((n, at) => (at > l ? n + 1 : n), 0) / ls.length };
    },
  };
}

function meanOver(shells: readonly Shell[], map: TrappedMap, energies: readonly number[]): number[] {
  const sum = new Float64Array(energies.length);
  for (const shell of shells)
    fluxAbove(map, shell, energies).forEach((flux, i) => (sum[i]! += flux / shells.length));
  return [...sum];
}

/** Stays in the South Atlantic Anomaly, where it is one: trapped protons above 30 MeV beyond 10 a second and cm². */
export const passEnergyMeV = 30;
export const passPerCm2Second = 10;

export interface TrackPasses {
  readonly passes: readonly Pass[];
  readonly seconds: number;
  /** Of the time, and of the trapped protons above 30 MeV. */
  readonly shareOfTime: number;
  readonly shareOfProtons: number;
}

export function passesOf(
  track: readonly TrackPoint[],
  maps: TrappedMaps,
  solar: SolarCondition,
): TrackPasses {
  const fluxes = fluxAlong(track, maps, solar, "protons", passEnergyMeV);
  const passes = passesAbove(track, fluxes, passPerCm2Second);
  const seconds = track.at(-1)!.seconds - track[0]!.seconds;
  let all = 0;
  for (let i = 1; i < track.length; i++)
    all += ((fluxes[i - 1]! + fluxes[i]!) / 2) * (track[i]!.seconds - track[i - 1]!.seconds);
  return {
    passes,
    seconds,
    shareOfTime: passes.reduce((sum, pass) => sum + pass.toSeconds - pass.fromSeconds, 0) / seconds,
    shareOfProtons: all > 0 ? passes.reduce((sum, pass) => sum + pass.fluencePerCm2, 0) / all : 0,
  };
}
