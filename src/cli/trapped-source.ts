import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { RigError } from "../domain/errors.ts";
import type { EnvironmentSources } from "../science/environment/environment.ts";
import { lShellsOf } from "../science/trapped/l-shells-of.ts";
import { readMaps } from "../science/trapped/read-maps.ts";
import type { TrappedSource } from "../science/trapped/trapped-spectra.ts";
import { trappedSpectra } from "../science/trapped/trapped-spectra.ts";

/** Spectra of trapped particles and shells of an orbit, out of this source. */
export const environmentSources = (source: TrappedSource): EnvironmentSources => ({
  trapped: (orbit, solar) => trappedSpectra(orbit, solar, source),
  shells: (orbit) => lShellsOf(orbit, source),
});

/** Maps and field coefficients of a folder and of what is under it. RigError "config" where they are not there, or are not whole. */
export function mapsIn(folder: string): TrappedSource {
  const texts = new Map<string, string>();
  try {
    for (const path of filesUnder(folder)) texts.set(relative(folder, path), readFileSync(path, "latin1"));
  } catch (error) {
    throw new RigError(
      "config",
      `--maps ${folder}: ${(error as Error).message}; expected a folder with the AP-8 and AE-8 maps and IGRF`,
      {
        cause: error,
      },
    );
  }
  return { kind: "maps", maps: readMaps(texts) };
}

/** Maps are text of a hundred kilobytes; whatever else lies there, a home directory even, is not read. */
const wanted = /\.(asc|shc|dat)$/i;
const largest = 5e6;

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => wanted.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= largest);
}
