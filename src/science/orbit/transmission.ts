import { earthRadiusKm } from "../geomagnetism/geodetic.ts";
import type { LShells } from "./l-shells.ts";
import type { Orbit } from "./orbit.ts";

/**
 * Share of the particles of a rigidity that reach an orbit from outside, averaged over the orbit: the Earth stands in the way of some,
 * and its field turns back those below the cut-off of the place.
 *
 *   T(R) = shadow · share of the orbit's time where Rc(L) < R,   Rc = 14.5·L⁻² GV, and none where L > 4.8
 *
 * 14.5 is lower than the vertical cut-off (15.96·L^-2.005; M. A. Shea, D. F. Smart, L. C. Gentile, Phys. Earth Planet. Inter. 48 (1987) 200):
 * it stands in for the lower cut-offs of westerly directions, and was chosen on a run of CREME96 (800 km, 90°), which it meets to 2 %.
 * No cut-off above L = 4.8 is what CREME96 and SPENVIS have over the polar caps; chosen on SPENVIS's exposure factor of 0.2138 (825 km, 98.8°).
 * Of one run each, so 10 % is the claim. Quiet field; a storm lowers cut-offs, and is not in it.
 */
export type Transmission = (rigidityGV: number) => number;

/** Rc = factorGV·L^-exponent, none above openAboveL. */
export interface CutOff {
  readonly factorGV: number;
  readonly exponent: number;
  readonly openAboveL: number;
}

export const cutOffOfCreme: CutOff = { factorGV: 14.5, exponent: 2, openAboveL: 4.8 };

/** Share of all directions that the Earth leaves open at an altitude: 0.73 at 800 km. Straight lines; no dip of the horizon for what the field bends. */
export function openSky(altitudeKm: number): number {
  if (!(altitudeKm >= 0))
    throw new RangeError(`${altitudeKm} km is inside the Earth; expected an altitude of 0 or more`);
  const sine = earthRadiusKm / (earthRadiusKm + altitudeKm);
  return (1 + Math.sqrt(1 - sine * sine)) / 2;
}

/** Everything arrives: outside the magnetosphere, and by convention at geostationary altitude (L = 6.6: a cut-off of some 0.3 GV is left out). */
export const unhindered: Transmission = () => 1;

/** What reaches `orbit`, whose time is spread over L as `shells` say; `shells` is not asked for a geostationary orbit. */
export function transmissionTo(orbit: Orbit, shells: LShells, cutOff: CutOff = cutOffOfCreme): Transmission {
  if (orbit.kind === "geostationary") return unhindered;
  const sky = openSky(orbit.altitudeKm);
  return (rigidityGV) => {
    if (!(rigidityGV > 0)) return 0;
    const l = (cutOff.factorGV / rigidityGV) ** (1 / cutOff.exponent);
    return sky * shells.fractionAbove(Math.min(l, cutOff.openAboveL));
  };
}
