import { geocentricOf } from "../geomagnetism/geodetic.ts";
import type { GeocentricPlace } from "../geomagnetism/geodetic.ts";
import type { Shell } from "../geomagnetism/shell.ts";
import { RigError } from "../../domain/errors.ts";
import type { CircularOrbit } from "../orbit/orbit.ts";
import { fluxAbove } from "./map-flux.ts";
import type { TrappedMap } from "./read-map.ts";

/**
 * The average over a circular orbit that does not repeat its track, as orbits are averaged everywhere here: 90 arguments of latitude u × 48 longitudes,
 * each uniform, at the middle of its share. sin φ = sin i · sin u gives the geodetic latitude φ. u and 180° − u share a latitude, as do i and 180° − i.
 */
const arguments90 = 90;
export const longitudes = 48;

/** A latitude an orbit passes and its share of the time. */
export interface LatitudeShare {
  readonly latitudeDeg: number;
  readonly share: number;
}

/** Shares add up to 1. Refuses an orbit inside the Earth, or an inclination that is none. */
export function latitudesOf({ altitudeKm, inclinationDeg }: CircularOrbit): LatitudeShare[] {
  if (!(altitudeKm > 0 && altitudeKm < 100_000))
    throw new RigError(
      "config",
      `a circular orbit at ${altitudeKm} km: an altitude above the ground and below 100,000 km was expected`,
    );
  if (!(inclinationDeg >= 0 && inclinationDeg <= 180))
    throw new RigError("config", `an inclination of ${inclinationDeg}°: 0 to 180 was expected`);
  const sine = Math.sin((inclinationDeg * Math.PI) / 180);
  const found: LatitudeShare[] = [];
  for (let i = 0; i < arguments90; i++) {
    const u = ((i + 0.5) * 2 * Math.PI) / arguments90;
    // The falling halves of the orbit pass the same latitudes again; at 90° and 270° there is one alone.
    if (Math.cos(u) < -1e-9) continue;
    const share = (Math.cos(u) > 1e-9 ? 2 : 1) / arguments90;
    found.push({ latitudeDeg: (Math.asin(sine * Math.sin(u)) * 180) / Math.PI, share });
  }
  return found;
}

/** The shells at one latitude and altitude, all longitudes; `shift` is where in its share of 7.5° a longitude lies, the middle unless told. */
export function shellsAt(
  findShell: (place: GeocentricPlace) => Shell,
  latitudeDeg: number,
  altitudeKm: number,
  shift = 0.5,
): Shell[] {
  return Array.from({ length: longitudes }, (_, i) =>
    findShell(geocentricOf(latitudeDeg, ((i + shift) * 360) / longitudes, altitudeKm)),
  );
}

/** Mean integral flux over these shells above each energy, cm⁻²s⁻¹. */
export function meanFluxAbove(
  map: TrappedMap,
  shells: readonly Shell[],
  energiesMeV: readonly number[],
): Float64Array {
  const mean = new Float64Array(energiesMeV.length);
  for (const shell of shells) {
    const fluxes = fluxAbove(map, shell, energiesMeV);
    for (let i = 0; i < mean.length; i++) mean[i]! += fluxes[i]! / shells.length;
  }
  return mean;
}
