import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readMaps } from "../../src/science/trapped/read-maps.ts";
import type { TrappedMaps } from "../../src/science/trapped/read-maps.ts";

/** What belongs to others and stays outside of the repository: the AP-8 and AE-8 maps, coefficients of the field, check values. */
export const orbitFolder = resolve(
  import.meta.dirname.replace(/([/\\])dist[/\\]test/, "$1test"),
  "../../../shared/data/orbit",
);
export const orbitDataIsHere = existsSync(orbitFolder);

/** Every text under a folder, by its path within. */
export function textsUnder(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

let read: TrappedMaps | undefined;
export function mapsOfTheFolder(): TrappedMaps {
  return (read ??= readMaps(textsUnder(orbitFolder)));
}

export function checkValues(name: string): unknown {
  return JSON.parse(readFileSync(join(orbitFolder, "oracles", name), "utf8"));
}
