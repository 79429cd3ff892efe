import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Data of orbits lie beside the repository, never in it. */
const folder = join(import.meta.dirname, "../../../shared/data/orbit");

/** Text of a file of the orbit data, by its path there. */
export const orbitData = (path: string): string => readFileSync(join(folder, path), "latin1");

export const haveOrbitData: boolean = existsSync(folder);

/** Tests that read the data; where they are absent, one that says so. */
export function withOrbitData(what: string, tests: () => void): void {
  if (haveOrbitData) tests();
  else
    test(`NOT HELD AGAINST THE DATA (${what}): ../shared/data/orbit is not here`, () => {
      expect(haveOrbitData).toBe(false);
    });
}
