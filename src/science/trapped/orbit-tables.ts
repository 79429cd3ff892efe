import { RigError } from "../../domain/errors.ts";
import type { CircularOrbit, SolarCondition } from "../orbit/orbit.ts";
import { latitudesOf } from "./orbit-average.ts";
import { profileAt, profileValue, unpackProfiles } from "./profile-table.ts";
import type { ProfileGrid, ProfileTable } from "./profile-table.ts";
import { electronGrid, fluxFloor, protonGrid, shellGrid } from "./table-grids.ts";
import { packed as electronsMax } from "./tables/electrons-max-data.ts";
import { packed as electronsMin } from "./tables/electrons-min-data.ts";
import { packed as protonsMax } from "./tables/protons-max-data.ts";
import { packed as protonsMin } from "./tables/protons-min-data.ts";
import { packed as shells } from "./tables/shells-data.ts";

/** Unpacked when first asked for: some milliseconds each. */
const unpacked = new Map<string, ProfileTable>();
function tableOf(grid: ProfileGrid, text: string): ProfileTable {
  let table = unpacked.get(text);
  if (table === undefined) unpacked.set(text, (table = unpackProfiles(grid, text)));
  return table;
}

/** Fluxes at the tables' energies, averaged over an orbit, cm⁻²s⁻¹. */
export function tabulatedProtons(orbit: CircularOrbit, solar: SolarCondition): Float64Array {
  return average(orbit, tableOf(protonGrid, solar === "min" ? protonsMin : protonsMax));
}

export function tabulatedElectrons(orbit: CircularOrbit, solar: SolarCondition): Float64Array {
  return average(orbit, tableOf(electronGrid, solar === "min" ? electronsMin : electronsMax));
}

/** ln L at `shellRanks` among the longitudes of each latitude an orbit passes, with the latitude's share of the time. */
export function tabulatedShells(
  orbit: CircularOrbit,
): { readonly share: number; readonly logL: readonly number[] }[] {
  const { grid, numbers } = tableOf(shellGrid, shells);
  const profile = profileAt({ grid, numbers }, inside(orbit, grid));
  return latitudesOf(orbit).map(({ latitudeDeg, share }) => ({
    share,
    logL: Array.from({ length: grid.columns }, (_, column) =>
      profileValue(grid, profile, column, latitudeDeg),
    ),
  }));
}

function average(orbit: CircularOrbit, table: ProfileTable): Float64Array {
  const { grid } = table;
  const profile = profileAt(table, inside(orbit, grid));
  const mean = new Float64Array(grid.columns);
  for (const { latitudeDeg, share } of latitudesOf(orbit))
    for (let column = 0; column < mean.length; column++)
      mean[column]! += share * (10 ** profileValue(grid, profile, column, latitudeDeg) - fluxFloor);
  // What rounding leaves of no flux at all.
  return mean.map((flux) => (flux < 1e-6 ? 0 : flux));
}

function inside({ altitudeKm }: CircularOrbit, { altitudesKm }: ProfileGrid): number {
  const [lowest, highest] = [altitudesKm[0]!, altitudesKm.at(-1)!];
  if (altitudeKm < lowest || altitudeKm > highest)
    throw new RigError(
      "config",
      `no table for a circular orbit at ${altitudeKm} km: they hold ${lowest} to ${highest} km; give the maps (--maps DIR) for others`,
    );
  return altitudeKm;
}
