import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linuxSurroundings } from "../../src/board/linux-surroundings.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "radrig-sys-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function sensor(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}
const surroundings = () =>
  linuxSurroundings({
    clockKHz: 90_000,
    dieC: 31,
    thermalFolder: join(root, "thermal"),
    powerFolder: join(root, "hwmon"),
  });

describe("the surroundings of a Linux board", () => {
  test("are its hottest zone, its trip points and its power sensors", () => {
    sensor("thermal/thermal_zone0/temp", "41000");
    sensor("thermal/thermal_zone1/temp", "85500");
    sensor("thermal/thermal_zone1/trip_point_0_type", "passive");
    sensor("thermal/thermal_zone1/trip_point_0_temp", "85000");
    sensor("thermal/thermal_zone1/trip_point_1_type", "hot");
    sensor("thermal/thermal_zone1/trip_point_1_temp", "95000");
    sensor("thermal/cooling_device0/type", "fan");
    sensor("hwmon/hwmon3/power1_input", "2500000");
    sensor("hwmon/hwmon4/power1_average", "500000");
    const board = surroundings();
    expect([board.dieC(), board.throttle(), board.powerMilliW(), board.clockKHz()]).toEqual([
      85.5, 0x20, 3_000, 90_000,
    ]);
    sensor("thermal/thermal_zone1/temp", "96000");
    expect([board.dieC(), board.throttle()]).toEqual([96, 0x60]);
  });

  test("fall back on what its maker states where a sensor is absent, goes away or talks nonsense", () => {
    expect([surroundings().dieC(), surroundings().throttle(), surroundings().powerMilliW()]).toEqual([
      31, 0, 0,
    ]);
    sensor("thermal/thermal_zone0/temp", "55000");
    sensor("thermal/thermal_zone1/temp", "N/A");
    const board = surroundings();
    expect(board.dieC()).toBe(55);
    rmSync(join(root, "thermal"), { recursive: true });
    expect(board.dieC()).toBe(31);
  });

  test("tell of no strike: particles hit unseen", () => {
    expect(surroundings().strikesDue(0, 4_096)).toEqual([]);
  });
});
