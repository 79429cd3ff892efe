import { describe, expect, test } from "vitest";
import { environmentLines } from "../../src/report/environment-lines.ts";
import { paintLine, plainCanvas } from "../../src/report/line.ts";
import { environmentAt } from "../science/environment/plain-sources.ts";

describe("the environment on a screen", () => {
  const shown = (...asked: Parameters<typeof environmentAt>): string =>
    environmentLines(environmentAt(...asked))
      .map((line) => paintLine(line, plainCanvas))
      .join("\n");

  test("names place, Sun and shield, and has the maps' own flux", () => {
    const text = shown("825x98.8", 0);
    expect(text).toMatch(
      /^825x98\.8 · W = 20 \(solar min by convention\) · behind 0 mm of aluminium \(sphere\)\n/,
    );
    expect(text).toMatch(/trapped protons > 10 MeV +1\.00e2 +1\.00e2\n/);
    expect(text).not.toContain("worst day");
  });

  test("says how well each part is known: e^0.5, and e^0.05 behind 100 mil", () => {
    const text = shown("825x98.8", 2.54);
    expect(text).toMatch(/trapped protons, AP-8 +× or ÷ +1\.65\n/);
    expect(text).toMatch(/slowing down and LET +× or ÷ +1\.05$/);
    expect(shown("ground:new-york", 0)).toMatch(/neutrons above 1 MeV +× or ÷ +1\.13$/);
  });

  test("flags a worst day's ions", () => {
    expect(shown("800x90", 2.54, "worst-day")).toMatch(/solar ions are scaled from protons: ×5 uncertain/);
  });

  test("at the ground has neutrons by the hour, and no shield", () => {
    const text = shown("ground:new-york", 0);
    expect(text).not.toContain("aluminium");
    expect(text).toMatch(/> 10 MeV +13\.\d/);
  });
});
