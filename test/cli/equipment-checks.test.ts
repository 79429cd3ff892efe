import { expect, test } from "vitest";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRig } from "../../src/cli/cross-checks.ts";
import { readRig } from "../../src/cli/files.ts";

/** The bench of first light with one thing wrong in it; what is said of it. */
function complaint(found: string, wrong: string): string {
  const folder = mkdtempSync(join(tmpdir(), "radrig-"));
  try {
    const text = readFileSync("rigs/emulated.yaml", "utf8");
    expect(text).toContain(found);
    const path = join(folder, "rig.yaml");
    writeFileSync(path, text.replace(found, wrong));
    checkRig(readRig(path));
    return "in order";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ["volts for millivolts", "milliV: 5000", "milliV: 5", /rig\.yaml:\d+:\d+: found 5 mV.*write 5000/],
  [
    "a supply for a heater",
    "thermal: { device: tec, channel: 1",
    "thermal: { device: korad, channel: 1",
    /rig\.yaml:\d+:\d+: 'korad' speaks korad and is a supply, expected a thermal: .*mecom/,
  ],
  [
    "a heater for a supply",
    "supply: { device: psu, channel: 2",
    "supply: { device: tec, channel: 2",
    /rig\.yaml:\d+:\d+: 'tec' speaks mecom and is a thermal, expected a supply or switch/,
  ],
  [
    "a shutter for a counter",
    "counter: picoammeter",
    "counter: relay",
    /rig\.yaml:\d+:\d+: 'relay' speaks modbus-relay and is a switch, expected a counter/,
  ],
  [
    "two boards on one output",
    "psu, channel: 3",
    "psu, channel: 2",
    /rig\.yaml:\d+:\d+: channel 2 of 'psu' already feeds rail 'core' of 'soft-x7', found for rail 'core' of 'soft-usp'/,
  ],
  [
    "limits swapped",
    "channel: 1, lowestC: 0, highestC: 90",
    "channel: 1, lowestC: 90, highestC: 0",
    /rig\.yaml:\d+:\d+: lowestC 90 is above highestC 0/,
  ],
])("%s", (_what, found, wrong, said) => {
  expect(complaint(found, wrong)).toMatch(said);
});

test("two boards on one zone take turns, and are in order", () => {
  expect(complaint("thermal: { device: tec, channel: 2", "thermal: { device: tec, channel: 1")).toBe(
    "in order",
  );
});
