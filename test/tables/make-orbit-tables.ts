import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../src/cli/package-root.ts";
import { shellFinder } from "../../src/science/geomagnetism/shell.ts";
import type { SolarCondition } from "../../src/science/orbit/orbit.ts";
import { meanFluxAbove, shellsAt } from "../../src/science/trapped/orbit-average.ts";
import { packProfiles } from "../../src/science/trapped/profile-table.ts";
import type { ProfileGrid } from "../../src/science/trapped/profile-table.ts";
import { readMaps } from "../../src/science/trapped/read-maps.ts";
import type { TrappedMapsOf } from "../../src/science/trapped/read-maps.ts";
import {
  electronGrid,
  fluxFloor,
  openL,
  protonGrid,
  shellGrid,
  shellRanks,
  tableElectronEnergies,
  tableProtonEnergies,
} from "../../src/science/trapped/table-grids.ts";
import { textsUnder } from "../science/maps-folder.ts";

/**
 * `npm run make:orbit-tables -- --maps DIR [--solar min|max]`: the package's own tables out of the maps in a folder, some minutes. Longitudes are
 * those of the full computation, so that a table and it share what the sampling makes of a place.
 */
const { values } = parseArgs({ options: { maps: { type: "string" }, solar: { type: "string" } } });
if (values.maps === undefined)
  throw new Error("--maps DIR: the folder with the AP-8 and AE-8 maps and IGRF13.shc");
const maps = readMaps(textsUnder(values.maps));
for (const solar of ["min", "max"] as const)
  if (values.solar === undefined || values.solar === solar) make(solar, maps[solar]);

function make(solar: SolarCondition, { protons, electrons, field }: TrappedMapsOf): void {
  const findShell = shellFinder(field);
  const proton = new Map<string, Float64Array>();
  const electron = new Map<string, Float64Array>();
  const shells = new Map<string, Float64Array>();
  for (const altitude of protonGrid.altitudesKm) {
    for (const latitude of new Set([...protonGrid.latitudesDeg, ...electronGrid.latitudesDeg])) {
      const isCoarse = within(electronGrid, latitude, altitude);
      if (!isCoarse && !within(protonGrid, latitude, altitude)) continue;
      const key = `${latitude} ${altitude}`;
      const here = shellsAt(findShell, latitude, altitude);
      proton.set(key, meanFluxAbove(protons, here, tableProtonEnergies).map(logFlux));
      if (!isCoarse) continue;
      electron.set(key, meanFluxAbove(electrons, here, tableElectronEnergies).map(logFlux));
      const sorted = here.map(({ l }) => Math.log(Math.min(l, openL))).sort((one, other) => one - other);
      shells.set(
        key,
        Float64Array.from(shellRanks, (rank) => sorted[rank]!),
      );
    }
    console.log(`${solar}: ${altitude} km`);
  }
  write(`protons-${solar}`, protonGrid, proton);
  write(`electrons-${solar}`, electronGrid, electron);
  // Cut-offs are taken in the field of 1970.
  if (solar === "max") write("shells", shellGrid, shells);
}

function within({ latitudesDeg, altitudesKm }: ProfileGrid, latitude: number, altitude: number): boolean {
  return latitudesDeg.includes(latitude) && altitudesKm.includes(altitude);
}

function logFlux(flux: number): number {
  return Math.log10(flux + fluxFloor);
}

function write(name: string, grid: ProfileGrid, profiles: ReadonlyMap<string, Float64Array>): void {
  const text = packProfiles(
    grid,
    (latitude, column, altitude) =>
      profiles.get(`${grid.latitudesDeg[latitude]} ${grid.altitudesKm[altitude]}`)![column]!,
  );
  const path = join(packageRoot, `src/science/trapped/tables/${name}-data.ts`);
  writeFileSync(
    path,
    `// Written by \`npm run make:orbit-tables\` (test/tables/make-orbit-tables.ts), its own computation out of AP-8, AE-8 and the IGRF.\nexport const packed =\n  "${text}";\n`,
  );
  console.log(`${path}: ${text.length} characters`);
}
