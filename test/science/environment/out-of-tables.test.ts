import { describe, expect, test } from "vitest";
import { galacticProtons } from "../../../src/science/galactic/galactic-ions.ts";
import { lShellsOf } from "../../../src/science/trapped/l-shells-of.ts";
import { transmissionTo } from "../../../src/science/orbit/transmission.ts";
import { exposureFactor } from "../../../src/science/solar-events/at-orbit.ts";
import { valueAt } from "../../../src/science/spectra/log-line.ts";
import { spenvisHydrogen } from "../published.ts";

describe("825 km, 98.8°, out of the tables that radrig brings: SPENVIS", () => {
  const orbit = { kind: "circular", altitudeKm: 825, inclinationDeg: 98.8 } as const;
  const transmission = transmissionTo(orbit, lShellsOf(orbit, { kind: "tables" }));

  test("solar exposure factor: 0.2138 up to 150 MeV to 3 %, and more above (orbital-model.md §3, §10 #10)", () => {
    expect(Math.abs(exposureFactor(transmission, 10) / 0.2138 - 1)).toBeLessThan(0.03);
    expect(Math.abs(exposureFactor(transmission, 150) / 0.2138 - 1)).toBeLessThan(0.03);
    // 0.2524 at 400 MeV; its cut-off is a finer one than ours, which is none of the fit.
    expect(exposureFactor(transmission, 400) / 0.2524).toBeGreaterThan(0.85);
    expect(exposureFactor(transmission, 400) / 0.2524).toBeLessThan(1.1);
  });

  test("galactic hydrogen of its CREME96 to 12 % (§10 #9)", () => {
    const { energyMeV, perCm2SecondMeV } = galacticProtons(20, transmission);
    for (const [e, flux] of spenvisHydrogen)
      expect(
        Math.abs((valueAt(energyMeV, perCm2SecondMeV, e) * 1e4) / (4 * Math.PI) / flux - 1),
      ).toBeLessThan(0.12);
  });
});
