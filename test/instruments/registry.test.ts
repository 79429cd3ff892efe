import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emulatedInstruments } from "../../src/emulator/instruments/all.ts";
import { drivers } from "../../src/instruments/all.ts";
import { fixtures } from "./fixtures/all.ts";

test("every driver has an emulated instrument and a fixture, and every one of these a driver", () => {
  const protocols = drivers.map(({ protocol }) => protocol).sort();
  expect(emulatedInstruments.map(({ protocol }) => protocol).sort()).toEqual(protocols);
  expect(fixtures.map(({ protocol }) => protocol).sort()).toEqual(protocols);
  expect(new Set(protocols).size).toBe(protocols.length);
});

test("the conformance suite runs for every kind that has a driver", () => {
  for (const { kind } of drivers)
    expect([kind, existsSync(join(import.meta.dirname, `conformance-${kind}.test.ts`))]).toEqual([
      kind,
      true,
    ]);
});
