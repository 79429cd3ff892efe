import { RigError } from "../../domain/errors.ts";
import { groundSites } from "../ground/sites.ts";
import type { GroundSite, GroundSiteName } from "../ground/sites.ts";
import type { Orbit } from "../orbit/orbit.ts";

/** Where a device is. */
export type Place =
  | { readonly kind: "orbit"; readonly name: string; readonly orbit: Orbit }
  | { readonly kind: "ground"; readonly name: string; readonly site: GroundSite };

const circular = (altitudeKm: number, inclinationDeg: number): Orbit => ({
  kind: "circular",
  altitudeKm,
  inclinationDeg,
});

/** Sun-synchronous orbits have the inclination that turns their plane by a year's 360°; of 1,200 km that of OneWeb's constellation. */
const orbits: Readonly<Record<string, Orbit>> = {
  iss: circular(420, 51.64),
  "sso-500": circular(500, 97.4),
  "sso-550": circular(550, 97.59),
  "sso-650": circular(650, 97.99),
  "1200": circular(1_200, 87.9),
  geo: { kind: "geostationary" },
};

/** Names that `placeOf` knows besides ALTITUDExINCLINATION. */
export const placeNames: readonly string[] = [
  ...Object.keys(orbits),
  ...Object.keys(groundSites).map((site) => `ground:${site}`),
];

/** Below it no satellite stays a day; above geostationary altitude the field is the Sun's. */
const [lowestKm, highestKm] = [150, 36_000];

/** A place by its name, or a circular orbit as ALTITUDExINCLINATION (km and degrees: 650x97.99). RigError "config" otherwise. */
export function placeOf(text: string): Place {
  const orbit = Object.hasOwn(orbits, text) ? orbits[text] : undefined;
  if (orbit !== undefined) return { kind: "orbit", name: text, orbit };
  if (text.startsWith("ground:")) {
    const name = text.slice("ground:".length);
    if (Object.hasOwn(groundSites, name))
      return { kind: "ground", name: text, site: groundSites[name as GroundSiteName] };
    throw refusal(text, `ground: with one of ${Object.keys(groundSites).join(", ")}`);
  }
  const parts = /^(-?\d+(?:\.\d+)?)(?:km)?x(-?\d+(?:\.\d+)?)(?:deg)?$/.exec(text);
  if (parts === null)
    throw refusal(
      text,
      `ALTITUDExINCLINATION in km and degrees, such as 650x97.99, or one of ${placeNames.join(", ")}`,
    );
  const [altitudeKm, inclinationDeg] = [Number(parts[1]), Number(parts[2])];
  if (altitudeKm <= 0)
    throw refusal(text, `an altitude from ${lowestKm} to ${highestKm} km: this orbit is inside the Earth`);
  if (altitudeKm < lowestKm || altitudeKm > highestKm)
    throw refusal(text, `an altitude from ${lowestKm} to ${highestKm} km`);
  if (inclinationDeg < 0 || inclinationDeg > 180) throw refusal(text, "an inclination from 0 to 180°");
  return { kind: "orbit", name: text, orbit: circular(altitudeKm, inclinationDeg) };
}

function refusal(found: string, expected: string): RigError {
  return new RigError("config", `orbit: found '${found.slice(0, 60)}'; expected ${expected}`);
}
