import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { environmentOf } from "../../../src/science/environment/environment-of.ts";
import type { EnvironmentSources } from "../../../src/science/environment/environment.ts";
import { placeNames, placeOf } from "../../../src/science/environment/place.ts";
import { sunOf } from "../../../src/science/environment/sun.ts";

describe("a place", () => {
  test("by its name", () => {
    expect(placeOf("iss")).toMatchObject({ orbit: { altitudeKm: 420, inclinationDeg: 51.64 } });
    expect(placeOf("sso-650")).toMatchObject({ orbit: { altitudeKm: 650, inclinationDeg: 97.99 } });
    expect(placeOf("1200")).toMatchObject({ orbit: { altitudeKm: 1_200, inclinationDeg: 87.9 } });
    expect(placeOf("geo")).toMatchObject({ orbit: { kind: "geostationary" } });
    expect(placeOf("ground:denver")).toMatchObject({ site: { altitudeM: 1_609, cutOffGV: 2.8 } });
    for (const name of placeNames) expect(placeOf(name).name).toBe(name);
  });

  test.each(["825x98.8", "825kmx98.8deg"])("a circular orbit as %s", (text) => {
    expect(placeOf(text)).toMatchObject({
      kind: "orbit",
      orbit: { kind: "circular", altitudeKm: 825, inclinationDeg: 98.8 },
    });
  });

  test("sun-synchronous orbits turn their planes once a year", () => {
    // Ω̇ = −3/2·J2·√μ·Re²·a^(−7/2)·cos i (Vallado), to be 360° in 365.2422 days.
    for (const name of ["sso-500", "sso-550", "sso-650"]) {
      const place = placeOf(name);
      if (place.kind !== "orbit" || place.orbit.kind !== "circular") throw new Error("no circular orbit");
      const a = 6378.137 + place.orbit.altitudeKm;
      const turn =
        -1.5 *
        1.08263e-3 *
        Math.sqrt(398600.44) *
        6378.137 ** 2 *
        a ** -3.5 *
        Math.cos((place.orbit.inclinationDeg * Math.PI) / 180);
      expect((turn * 365.2422 * 86_400 * 180) / Math.PI).toBeCloseTo(360, -1);
    }
  });

  test.each([
    ["-100x51", /inside the Earth/],
    ["0x0", /inside the Earth/],
    ["120x51", /an altitude from 150 to 36000 km/],
    ["99999x5", /an altitude from 150 to 36000 km/],
    ["500x181", /an inclination from 0 to 180°/],
    ["500x-1", /an inclination from 0 to 180°/],
    ["ground:paris", /one of new-york, denver, milam/],
    ["ground:toString", /one of new-york/],
    ["constructor", /ALTITUDExINCLINATION/],
    ["", /found ''; expected ALTITUDExINCLINATION/],
  ])("'%s' is refused in a line", (text, message) => {
    expect(() => placeOf(text)).toThrow(RigError);
    expect(() => placeOf(text)).toThrow(message);
  });
});

describe("the Sun", () => {
  test("by condition, by number, by date: each model has its word for it", () => {
    expect(sunOf("min")).toMatchObject({ activity: { w: 20 }, maps: "min", ground: "quiet" });
    expect(sunOf("mean")).toMatchObject({ activity: { w: 55 }, maps: "mean", ground: "mean" });
    expect(sunOf("max")).toMatchObject({ activity: { w: 120 }, maps: "max", ground: "active" });
    expect(sunOf("W=95")).toMatchObject({ activity: { w: 95 }, maps: "max" });
    expect(sunOf("8")).toMatchObject({ activity: { w: 8 }, maps: "min" });
    expect(sunOf("2009-06")).toMatchObject({ maps: "min", ground: "quiet" });
    expect(sunOf("1991-01")).toMatchObject({ maps: "max", ground: "active" });
  });

  test.each(["quiet", "201", "2030", "W=-4", ""])("'%s' is refused", (text) => {
    expect(() => sunOf(text)).toThrow(RigError);
  });
});

describe("the environment of a place", () => {
  const nothing = { energyMeV: [1, 10, 100], perCm2SecondMeV: [0, 0, 0] };
  const belt = (level: number) => ({ energyMeV: [1, 10, 100], perCm2SecondMeV: [level, level, level] });
  const above = (level: number) => ({ energyMeV: [1, 10], perCm2Second: [2 * level, level] });
  const sources: EnvironmentSources = {
    trapped: (_, solar) => ({
      protons: belt(solar === "min" ? 3 : 1),
      electrons: nothing,
      protonsAbove: above(solar === "min" ? 3 : 1),
      electronsAbove: above(0),
    }),
    shells: () => ({ fractionAbove: (l) => (l < 1.2 ? 1 : 0) }),
  };
  const ask = (place: string, sun: string, shieldMmAl = 0) =>
    environmentOf(
      { place: placeOf(place), sun: sunOf(sun), shieldMmAl, shieldShape: "sphere", condition: "quiet" },
      sources,
    );

  test("of a mean Sun has half of both maps", () => {
    const mean = ask("iss", "mean");
    if (mean.kind !== "orbit") throw new Error("no orbit");
    expect(mean.trappedProtons.outside.perCm2SecondMeV).toEqual([2, 2, 2]);
    expect(mean.trappedProtonsAbove.perCm2Second).toEqual([4, 2]);
  });

  test("behind a shield has fewer protons than outside, without one the same, and no rate of a worst day", () => {
    const bare = ask("iss", "min");
    const behind = ask("iss", "min", 10);
    if (bare.kind !== "orbit" || behind.kind !== "orbit") throw new Error("no orbit");
    expect(bare.trappedProtons.behind).toEqual(bare.trappedProtons.outside);
    expect(behind.doseRadPerSecond.trappedProtons).toBeLessThan(bare.doseRadPerSecond.trappedProtons);
    expect(behind.solar).toBeNull();
    expect(behind.doseRadPerSecond.solarProtons).toBe(0);
  });

  test("in geostationary orbit has more ions than anywhere within the field, and at the ground neutrons alone", () => {
    const geo = ask("geo", "min");
    const low = ask("iss", "min");
    if (geo.kind !== "orbit" || low.kind !== "orbit") throw new Error("no orbit");
    const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b);
    expect(sum(geo.let.perCm2Second)).toBeGreaterThan(sum(low.let.perCm2Second));
    const ground = ask("ground:denver", "mean");
    if (ground.kind !== "ground") throw new Error("no ground");
    expect(ground.relativeFlux).toBeCloseTo(3.759, 1);
  });

  test("a shield below 0 is refused", () => {
    expect(() => ask("iss", "min", -1)).toThrow(/shield of -1 mm/);
  });
});
