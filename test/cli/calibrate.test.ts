import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readPublishedFile } from "../../src/cli/read-observed.ts";
import { RigError } from "../../src/domain/errors.ts";
import type { Fit, Model } from "../../src/science/model/model.ts";
import { radrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true }));
const suncatcher = "rigs/published/tpu-v6e-suncatcher.yaml";

describe("radrig calibrate on a published result", () => {
  test("gives a model with the numbers of the publication, which model show and diff read", async () => {
    const out = join(folder, "tpu.json");
    const made = await radrig(["calibrate", suncatcher, "--out", out]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toMatch(/^TPU v6e \(tpu\)/);
    const text = readFileSync(out, "utf8");
    const model = JSON.parse(text) as Model;
    const fit = (kind: string): Fit =>
      model.responses.find(({ quantity }) => quantity.kind === kind)!.fits[0]!;
    // 203 events at 44 rad an event and 1.27e-7 rad·cm²: 203 · 44 / 1.27e-7 protons per cm², 2.886e-9 cm².
    expect(fit("memory").points[0]).toMatchObject({ events: 203, energyMeV: 67 });
    expect(fit("memory").points[0]!.fluencePerCm2! / 7.033e10).toBeCloseTo(1, 3);
    expect(fit("memory").measured.value / 2.886e-9).toBeGreaterThan(0.95);
    expect(fit("memory").measured.value / 2.886e-9).toBeLessThan(1.05);
    // 14.4 to 20 rad an event, and nobody says how many: 1.27e-7/20 to 1.27e-7/14.4, and a factor of two about it that is called a prior's.
    const sdc = fit("outcome");
    expect(sdc).toMatchObject({
      basis: "stated",
      measured: { events: null, method: "prior" },
      points: [{ events: null }],
    });
    expect(sdc.points[0]!.statedCm2!.map((value) => Number(value.toPrecision(3)))).toEqual([
      6.35e-9, 8.82e-9,
    ]);
    expect(sdc.measured.upper / sdc.measured.lower).toBeGreaterThan(8);
    expect(fit("effect").measured.value / 2.54e-11).toBeGreaterThan(0.8);

    const again = await radrig(["calibrate", suncatcher, "--out", join(folder, "again.json")]);
    expect(again.code).toBe(0);
    expect(readFileSync(join(folder, "again.json"), "utf8")).toBe(text);
    const shown = await radrig(["model", "show", out]);
    expect(shown.stdout).toBe(made.stdout);
    const diff = await radrig(["model", "diff", out, out, "--json"]);
    expect(JSON.parse(diff.stdout)).toMatchObject([
      { differs: false },
      { differs: false },
      { differs: false },
    ]);
    const wrong = await radrig(["model", "show", suncatcher]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/tpu-v6e-suncatcher.yaml: not JSON/);
    const twice = await radrig(["calibrate", out, "--out", join(folder, "twice.json")]);
    expect(twice).toMatchObject({ code: 2, stdout: "" });
    expect(twice.stderr).toMatch(/^radrig: .*tpu\.json: a model already, and no record/);
    const nowhere = await radrig(["calibrate", suncatcher, "--out", join(folder, "none", "tpu.json")]);
    expect(nowhere).toMatchObject({ code: 3 });
    expect(nowhere.stderr).toMatch(/there is no folder .*; make it first/);
  });
});

describe("a file of published results", () => {
  const file = (results: string, top = ""): string => {
    const path = join(folder, "published.yaml");
    writeFileSync(
      path,
      `published: a-paper\ntitle: A paper\nsource: somewhere\ndevice: { model: chip, accelerator: gpu }\n${top}results:\n  - ${results}\n`,
    );
    return path;
  };
  const problem = (results: string, top = "beam: { species: proton, energyMeV: 67 }\n"): string => {
    try {
      readPublishedFile(file(results, top));
    } catch (error) {
      if (error instanceof RigError) return error.message.replace(/^.*published\.yaml:/, "");
      throw error;
    }
    return "in order";
  };

  test.each([
    ["no exposure", "{ of: { outcome: sdc }, count: 3 }", /^\d+:\d+: a cross-section without exposure/],
    [
      "two of them",
      "{ of: { outcome: sdc }, count: 3, fluencePerCm2: 1.0e+9, crossSectionCm2: 1.0e-9 }",
      /give one of fluencePerCm2, crossSectionCm2/,
    ],
    [
      "a dose without its conversion",
      "{ of: { outcome: sdc }, count: 3, doseRadSi: 100 }",
      /^\d+:\d+: a dose needs the file's radSiPerFluence/,
    ],
    [
      "neither count nor value",
      "{ of: { outcome: sdc }, count: unpublished, fluencePerCm2: 1.0e+9 }",
      /no count and no value/,
    ],
    [
      "a value of no event",
      "{ of: { outcome: sdc }, count: 0, crossSectionCm2: 1.0e-9 }",
      /no event gives no value but a limit/,
    ],
    [
      "a negative LET",
      "{ of: { effect: sel }, count: 1, fluencePerCm2: 1.0e+7, beam: { species: Xe, letMeVCm2PerMg: -3 } }",
      /found -3/,
    ],
    [
      "two things at once",
      "{ of: { outcome: sdc, effect: sel }, count: 1, fluencePerCm2: 1.0e+7 }",
      /say of one thing/,
    ],
    [
      "a misspelt key",
      "{ of: { outcome: sdc }, count: 1, fluencePerCm: 1.0e+7 }",
      /unknown key 'fluencePerCm'/,
    ],
    [
      "an upset without bits",
      "{ of: { upset: hbm }, count: 1, fluencePerCm2: 1.0e+7 }",
      /say how many bits were exposed/,
    ],
    [
      "highest before lowest",
      "{ of: { outcome: sdc }, count: unpublished, crossSectionCm2: [2.0e-9, 1.0e-9] }",
      /lowest first/,
    ],
  ])("with %s is refused at its place", (_, results, expected) => {
    expect(problem(results)).toMatch(expected);
  });

  test("keeps a count over a fluence as it is, and a cross-section of a bit", () => {
    expect(problem("{ of: { outcome: sdc }, count: 0, fluencePerCm2: 1.0e+9 }")).toBe("in order");
    expect(problem("{ of: { outcome: sdc }, count: 3 }", "")).toMatch(/no beam/);
    const { statements } = readPublishedFile(
      file(
        "{ of: { upset: sram }, count: 100, crossSectionCm2: 1.0e-14, bits: 1000 }",
        "beam: { species: neutron, energyMeV: 200 }\n",
      ),
    );
    expect(statements).toMatchObject([{ species: "neutron", events: 100, bits: 1000 }]);
    expect(statements[0]!.fluencePerCm2! / 1e13).toBeCloseTo(1, 9);
  });
});
