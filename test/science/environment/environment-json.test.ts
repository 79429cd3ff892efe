import { describe, expect, test } from "vitest";
import { environmentJson } from "../../../src/science/environment/environment-json.ts";
import { energyMeV, environmentAt } from "./plain-sources.ts";

interface Json {
  readonly trappedProtons: {
    readonly integral: readonly { readonly energyMeV: number; readonly fluxPerCm2PerSecond: number }[];
    readonly outside: {
      readonly integral: readonly { readonly energyMeV: number; readonly fluxPerCm2PerSecond: number }[];
    };
  };
  readonly trappedElectrons: { readonly behindShield: boolean };
  readonly galacticIons: readonly { readonly z: number }[];
  readonly transmission: readonly { readonly rigidityGV: number; readonly share: number }[];
  readonly let: {
    readonly integral: readonly { readonly letMeVCm2PerMg: number; readonly fluxPerCm2PerSecond: number }[];
  };
  readonly doseRadPerYear: {
    readonly trappedProtons: number;
    readonly galacticProtons: number;
    readonly total: number;
  };
  readonly solarIons: null | { readonly flag: string };
}

const jsonOf = (...asked: Parameters<typeof environmentAt>): Json =>
  JSON.parse(JSON.stringify(environmentJson(environmentAt(...asked)))) as Json;

describe("the environment as JSON", () => {
  test("without a shield has the integral fluxes of the maps themselves, beyond the last energy too", () => {
    const json = jsonOf("825x98.8", 0);
    expect(json.trappedProtons.integral).toEqual([
      { energyMeV: 10, fluxPerCm2PerSecond: 100 },
      { energyMeV: 100, fluxPerCm2PerSecond: 10 },
      { energyMeV: 400, fluxPerCm2PerSecond: 2.5 },
    ]);
    expect(json.trappedElectrons.behindShield).toBe(true);
  });

  test("behind a shield has them at the same energies, fewer, and those outside beside them", () => {
    const json = jsonOf("825x98.8", 10);
    expect(json.trappedProtons.outside.integral).toHaveLength(3);
    expect(json.trappedProtons.integral.map(({ energyMeV: e }) => e)).toEqual(energyMeV);
    expect(json.trappedProtons.integral[0]!.fluxPerCm2PerSecond).toBeLessThan(100);
    expect(json.trappedProtons.integral[0]!.fluxPerCm2PerSecond).toBeGreaterThan(10);
    expect(json.trappedElectrons.behindShield).toBe(false);
    expect(json.doseRadPerYear.total).toBeCloseTo(
      json.doseRadPerYear.trappedProtons + json.doseRadPerYear.galacticProtons,
      0,
    );
  });

  test("LET falls from bin to bin in MeV·cm²/mg, and transmission rises to the open sky", () => {
    const json = jsonOf("825x98.8", 2.54);
    expect(json.galacticIons[0]!.z).toBe(2);
    expect(json.let.integral[0]!.letMeVCm2PerMg).toBe(0.001);
    for (const [i, { fluxPerCm2PerSecond }] of json.let.integral.entries())
      if (i > 0)
        expect(fluxPerCm2PerSecond).toBeLessThanOrEqual(json.let.integral[i - 1]!.fluxPerCm2PerSecond);
    expect(json.transmission[0]!.share).toBeCloseTo(0.3 * 0.731, 2);
    expect(json.transmission.at(-1)!.share).toBeCloseTo(0.731, 2);
  });

  test("a worst day says what its ions are worth, a quiet one has none", () => {
    expect(jsonOf("800x90", 2.54, "worst-day").solarIons!.flag).toContain("×5");
    expect(jsonOf("800x90", 2.54).solarIons).toBeNull();
  });

  test("at the ground: neutrons", () => {
    expect(environmentJson(environmentAt("ground:denver", 0))).toMatchObject({
      place: "ground:denver",
      thermalNeutrons: { uncertaintyFactor: 3 },
      // A quiet Sun's; of a mean Sun it is 3.76.
      relativeFlux: expect.closeTo(4.06, 1) as unknown,
    });
  });
});
