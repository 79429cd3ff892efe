import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emulatedInstruments } from "../../src/emulator/instruments/all.ts";
import { drivers } from "../../src/instruments/all.ts";

/** One page a family: every key that its device may have in a rig file stands there, and how sure each fact is. */
const pageOf = (protocol: string): string =>
  readFileSync(join(import.meta.dirname, "../../docs/instruments", `${protocol}.md`), "utf8");
const keysOf = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);
const unnamed = (page: string, keys: readonly string[]): string[] =>
  keys.filter((key) => !new RegExp(`\`${key}\\b`).test(page));

describe.each(drivers.map((driver) => [driver.protocol, driver] as const))(
  "docs/instruments/%s.md",
  (protocol, driver) => {
    const page = pageOf(protocol);

    test("names every key of the driver, and none in its table that the driver lacks", () => {
      expect(unnamed(page, [...keysOf(driver.schema), "answerMs"])).toEqual([]);
      const table = page.slice(page.indexOf("## Keys"), page.indexOf("\n## ", page.indexOf("## Keys") + 1));
      const named = Array.from(table.matchAll(/^\| ((?:`\w+`(?:, )?)+)/gm), (row) =>
        row[1]!.match(/\w+/g)!,
      ).flat();
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((key) => ![...keysOf(driver.schema), "answerMs"].includes(key))).toEqual([]);
    });

    test("names every key of the emulated one", () => {
      const emulated = emulatedInstruments.find((one) => one.protocol === protocol)!;
      expect(unnamed(page, keysOf(emulated.schema))).toEqual([]);
    });

    test("tells how sure each fact is, and what it cannot do", () => {
      expect(page).toMatch(/^## How sure is this$/m);
      expect(page).toMatch(/^## (What it cannot do or prove|How far it can be verified)$/m);
    });
  },
);
