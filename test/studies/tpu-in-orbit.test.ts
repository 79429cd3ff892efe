import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/cli/package-root.ts";
import { lineNamed, tpuInOrbit } from "./tpu-in-orbit.ts";

describe("the published TPU in orbit, a slice of the study", async () => {
  const { predictions } = await tpuInOrbit(2_000, ["quiet"]);
  const quiet = predictions.get("quiet")!;
  const [sdc, hbm] = [lineNamed(quiet, "SDC"), lineNamed(quiet, "hbm uncorrected")];
  const page = readFileSync(join(packageRoot, "docs/tpu-v6e-in-orbit.md"), "utf8");

  /** First number after the name in the page's first table. */
  const written = (words: string): number =>
    Number(new RegExp(`\\| ${words} *\\| ([\\d.]+)`).exec(page)?.[1]);

  test("the page says what is computed today, to 15 %", () => {
    expect(
      Math.abs(written("silent data corruption \\(SDC\\)") / sdc.rates!.perYear!.value - 1),
    ).toBeLessThan(0.15);
    expect(Math.abs(written("uncorrectable error of HBM") / hbm.rates!.perYear!.value - 1)).toBeLessThan(
      0.15,
    );
  });

  test("protons are the headline, ions stand apart and in no sum", () => {
    for (const line of [sdc, hbm]) {
      expect(line.bySource.map(({ source }) => source)).toEqual(["trappedProtons", "galacticProtons"]);
      expect(line.unmeasured).toMatchObject({ particles: "ions" });
    }
  });

  test("the source's own 8.8 SDC a chip-year (at 150 rad a year) lies in the interval, which a value without a count makes wide", () => {
    const { lower, upper } = sdc.rates!.perYear!;
    expect(lower).toBeLessThan(8.8);
    expect(upper).toBeGreaterThan(8.8);
    const width = (line: typeof sdc): number => line.rates!.perYear!.upper! / line.rates!.perYear!.lower;
    expect(width(sdc)).toBeGreaterThan(2 * width(hbm));
  });

  test("150 rad a year, as the source has it, lies below a quiet Sun's dose (187 to 5 %)", () => {
    expect(Math.abs(quiet.surroundings.dose!.value / 187 - 1)).toBeLessThan(0.05);
  });
});
