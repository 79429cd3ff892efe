import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { orbitDataIsHere, orbitFolder } from "./maps-folder.ts";

/** Text of a file of the orbit data, by its path there. */
export const orbitData = (path: string): string => readFileSync(join(orbitFolder, path), "latin1");

/** Tests that read the data; where they are absent, one that says so. */
export function withOrbitData(what: string, tests: () => void): void {
  if (orbitDataIsHere) tests();
  else
    test(`NOT HELD AGAINST THE DATA (${what}): ../shared/data/orbit is not here`, () => {
      expect(orbitDataIsHere).toBe(false);
    });
}
