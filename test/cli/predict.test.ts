import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTrack } from "../../src/cli/read-track.ts";
import { spectraIn } from "../../src/cli/supplied-spectra.ts";
import { placeCalled, weatherOf } from "../../src/cli/surroundings.ts";
import { surroundingsAlong } from "../../src/cli/track-surroundings.ts";
import type { Prediction } from "../../src/science/predict/prediction.ts";
import { radrig } from "./radrig.ts";

const elements = join(import.meta.dirname.replace(/([/\\])dist[/\\]test/, "$1test"), "tracks/iss.tle");

describe("radrig predict and compare", () => {
  const folder = mkdtempSync(join(tmpdir(), "radrig-"));
  const model = join(folder, "tpu.json");
  beforeAll(async () => {
    const { code, stderr } = await radrig([
      "calibrate",
      "rigs/published/tpu-v6e-suncatcher.yaml",
      "--out",
      model,
    ]);
    expect(stderr).toContain("tpu.json");
    expect(code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("a preset without maps, as JSON: every rate with unit, interval and method", async () => {
    const asked = ["predict", model, "--orbit", "sso-650", "--shield", "10mm", "--json", "--draws", "500"];
    const { code, stdout } = await radrig([...asked, "--inferences-per-second", "1"]);
    expect(code).toBe(0);
    const prediction = JSON.parse(stdout) as Prediction;
    const sdc = prediction.lines.find(({ name }) => name === "SDC")!;
    for (const figure of Object.values(sdc.rates!))
      if (figure !== null && typeof figure === "object")
        expect(figure).toMatchObject({ unit: expect.any(String) as string, confidence: 0.95 });
    expect(sdc.unmeasured!.particles).toBe("ions");
    expect(prediction.surroundings.dose!.unit).toBe("rad(Si)/year");
  });

  test("one device in orbit and at the ground, side by side", async () => {
    const { code, stdout } = await radrig([
      "compare",
      model,
      "--orbit",
      "iss",
      "--and-orbit",
      "ground:denver",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/SDC +\S+ +\S+ +.*B lower/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test.each([
    [["--tle", elements], /--tle needs --maps/],
    [["--orbit", "geo", "--shield", "-1mm"], /thickness in mm/],
  ])("refused in one line, exit 2: %j", async (asked, message) => {
    const { code, stderr } = await radrig(["predict", model, ...asked]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("words of where and when", () => {
  test.each([
    ["sso-65", /did you mean 'sso-650'/],
    ["denver", /did you mean 'ground:denver'/],
    ["0x10", /inside the Earth/],
  ])("%s", (text, message) => expect(() => placeCalled(text)).toThrow(message));

  test("quiet is the Sun's minimum, a worst day has its particles, a slip is told", () => {
    expect(weatherOf("quiet")).toMatchObject({ condition: "quiet", sun: { maps: "min" } });
    expect(weatherOf("worst-day").condition).toBe("worst-day");
    expect(weatherOf("2014-04").sun.activity.wUncertainty1Sigma).toBeGreaterThan(0);
    expect(() => weatherOf("quite")).toThrow(/did you mean 'quiet'/);
  });
});

describe("the track of a satellite", () => {
  test("from its elements of 2008 the ISS stays at 342 to 378 km and within 51.7° of the equator, 15.7 rounds a day", async () => {
    const { name, points } = await readTrack(elements, 1);
    expect(name).toBe("ISS (ZARYA)");
    expect(points).toHaveLength(1441);
    const latitudes = points.map(({ latitudeDeg }) => latitudeDeg);
    expect(Math.max(...latitudes)).toBeGreaterThan(51.5);
    // Geodetic latitude is up to 0.19° more than the inclination.
    expect(Math.max(...latitudes)).toBeLessThan(51.84);
    // 15.7213 rounds a day are a radius of 6,731 km: 353 km over the equator, 13 more at 51.6°, ± 5 by eccentricity, ± 6 by the Earth's oblateness.
    for (const { altitudeKm } of points) expect(Math.abs(altitudeKm - 360)).toBeLessThan(18);
    const northward = latitudes.filter(
      (latitude, i) => i > 0 && latitude >= 0 && latitudes[i - 1]! < 0,
    ).length;
    expect(northward).toBeGreaterThanOrEqual(15);
    expect(northward).toBeLessThanOrEqual(16);
  });

  test("a digit that changed on its way is told by its checksum, and what is no TLE by what was expected", async () => {
    const folder = mkdtempSync(join(tmpdir(), "radrig-"));
    try {
      const bad = join(folder, "bad.tle");
      writeFileSync(
        bad,
        "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2926\n2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537\n",
      );
      await expect(readTrack(bad, 1)).rejects.toThrow(/:1: checksum 6, expected 7/);
      writeFileSync(bad, "hello\n");
      await expect(readTrack(bad, 1)).rejects.toThrow(/no TLE: expected two lines/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("needs maps, and says so", async () => {
    const how = { solar: "quiet", shieldMm: 1, shieldShape: "sphere", directIonisation: false } as const;
    await expect(surroundingsAlong(elements, 1, undefined, how)).rejects.toThrow(/--tle needs --maps/);
  });
});

test("spectra of an unknown kind are refused by the end of their name", () => {
  const options = { shieldMm: 1, shieldShape: "sphere", directIonisation: false } as const;
  expect(() => spectraIn([elements], options)).toThrow(/ends in .FLX, .TFX, .LET or .DLT/);
});
