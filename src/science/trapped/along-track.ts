import { geocentricOf } from "../geomagnetism/geodetic.ts";
import { shellFinder } from "../geomagnetism/shell.ts";
import type { SolarCondition } from "../orbit/orbit.ts";
import { fluxAbove } from "./map-flux.ts";
import type { TrappedMaps } from "./read-maps.ts";

/** Where a satellite is at a moment: seconds from any start, geodetic (WGS84). */
export interface TrackPoint {
  readonly seconds: number;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeKm: number;
}

/** A stay where the flux is above a threshold, as over the South Atlantic. */
export interface Pass {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly peakPerCm2Second: number;
  /** ∫ flux dt from the one to the other, cm⁻². */
  readonly fluencePerCm2: number;
}

/**
 * Trapped particles at places, out of the maps alone: integral flux above each energy (MeV, rising), cm⁻²s⁻¹, 0 where the maps have none. The field is that
 * of the maps' epoch: in another the South Atlantic Anomaly would lie where AP-8 never was. So it lies where it lay then, some 0.3° a year east of today's.
 */
export function fluxAtPlaces(
  maps: TrappedMaps,
  solar: SolarCondition,
  particles: "protons" | "electrons",
): (at: Omit<TrackPoint, "seconds">, energiesMeV: readonly number[]) => Float64Array {
  const findShell = shellFinder(maps[solar].field);
  const map = maps[solar][particles];
  return ({ latitudeDeg, longitudeDeg, altitudeKm }, energiesMeV) =>
    fluxAbove(map, findShell(geocentricOf(latitudeDeg, longitudeDeg, altitudeKm)), energiesMeV);
}

/** Flux above one energy at each point of a track. */
export function fluxAlong(
  track: readonly TrackPoint[],
  maps: TrappedMaps,
  solar: SolarCondition,
  particles: "protons" | "electrons",
  energyMeV: number,
): number[] {
  const fluxAt = fluxAtPlaces(maps, solar, particles);
  return track.map((point) => fluxAt(point, [energyMeV])[0]!);
}

/**
 * The passes of a track through flux above a threshold, the moments of crossing by a straight line between the points about them. A pass that is under way
 * at the first or last point begins or ends there. `fluxes` is as long as the track.
 */
export function passesAbove(
  track: readonly TrackPoint[],
  fluxes: readonly number[],
  thresholdPerCm2Second: number,
): Pass[] {
  const passes: Pass[] = [];
  let open: { from: number; peak: number; fluence: number } | null = null;
  const close = (toSeconds: number): void => {
    if (open !== null)
      passes.push({
        fromSeconds: open.from,
        toSeconds,
        peakPerCm2Second: open.peak,
        fluencePerCm2: open.fluence,
      });
    open = null;
  };
  for (const [i, { seconds }] of track.entries()) {
    const flux = fluxes[i]!;
    const above = flux > thresholdPerCm2Second;
    const before = i === 0 ? null : { seconds: track[i - 1]!.seconds, flux: fluxes[i - 1]! };
    const crossing = (): number =>
      before === null
        ? seconds
        : before.seconds +
          ((thresholdPerCm2Second - before.flux) / (flux - before.flux)) * (seconds - before.seconds);
    if (above) {
      const from: number = open === null ? crossing() : before!.seconds;
      const start = open === null ? thresholdPerCm2Second : before!.flux;
      open ??= { from, peak: flux, fluence: 0 };
      open.peak = Math.max(open.peak, flux);
      open.fluence += (seconds - from) * ((start + flux) / 2);
    } else if (open !== null) {
      const to = crossing();
      open.fluence += (to - before!.seconds) * ((before!.flux + thresholdPerCm2Second) / 2);
      close(to);
    }
  }
  if (track.length > 0) close(track.at(-1)!.seconds);
  return passes;
}
