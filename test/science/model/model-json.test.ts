import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { calibrate } from "../../../src/science/model/calibrate.ts";
import { diffModels } from "../../../src/science/model/diff-models.ts";
import type { Model } from "../../../src/science/model/model.ts";
import { modelJsonSchema } from "../../../src/science/model/model-schema.ts";
import { modelJson, parseModel } from "../../../src/science/model/model-json.ts";
import { differenceTable } from "../../../src/report/model-difference.ts";
import { modelTable } from "../../../src/report/model-table.ts";
import { plainCanvas } from "../../../src/report/line.ts";
import { beamRun, observedOf, strikes } from "./by-hand.ts";

const modelOf = (events: number, harmful: number): Model =>
  calibrate(
    [
      observedOf([
        strikes({ masked: 400 - harmful, sdcCritical: harmful }, { target: "weights" }),
        beamRun(1e12, { sdcCritical: events }),
      ]),
    ],
    { tool: "radrig test" },
  );
const model = modelOf(200, 100);
const text = modelJson(model);

describe("model.json", () => {
  test("read back and written again is the same file; numbers have 6 digits, rows one line each", () => {
    expect(modelJson(parseModel(text, "model.json")) === text).toBe(true);
    const broken = text
      .match(/-?\d+\.\d+(e-?\d+)?/g)!
      .filter((number) => Number(number) !== Number(Number(number).toPrecision(6)));
    expect(broken).toEqual([]);
    expect(text).toMatch(/\n\[[\d.e-]+,[\d.e-]+\],\n/);
  });

  test("has a JSON Schema", () => {
    expect(modelJsonSchema()).toMatchObject({
      type: "object",
      properties: { schemaVersion: { const: 1 }, responses: { type: "array" } },
    });
  });

  test.each([
    ["cut short", text.slice(0, 5000), /^m.json: not JSON, or cut short/],
    ["another file", '{ "schemaVersion": 3, "runs": [] }', /^m.json: no model: expected a model.json/],
    ["no object", "null", /^m.json: no model/],
    [
      "a later version",
      text.replace('"schemaVersion": 1', '"schemaVersion": 2'),
      /^m.json: schemaVersion 2, expected 1/,
    ],
    [
      "a number that became text",
      text.replace('"trials": 400', '"trials": "400"'),
      /^m.json: damaged at vulnerabilities\.0\.trials/,
    ],
    [
      "a row that lost a number",
      text.replace(/\n\[([\d.e-]+),[\d.e-]+\],\n/, "\n[$1],\n"),
      /damaged at responses\.0\.fits\.0\.posterior: a row of a bendel curve has 2 numbers/,
    ],
    [
      "events without fluence",
      text.replace('"fluencePerCm2": 1000000000000', '"fluencePerCm2": null'),
      /a cross-section without exposure/,
    ],
    ["an energy in eV", text.replace('"energyMeV": 67', '"energyMeV": 67000000'), /an energy above/],
    [
      "a cross-section in barn",
      text.replace(/("posterior": \[\s*\[)[^,]*/, "$11e24"),
      /a cross-section above 1000000 cm² is no device's/,
    ],
    [
      "an interval upside down",
      text.replace(/("measured": \{[^}]*?"lower": )[^,]*/, "$1 1"),
      /measured: its interval is none/,
    ],
    [
      "more outcomes than strikes",
      text.replace(/"masked": \d+/, '"masked": 1000000'),
      /outcomes of \d+ strikes/,
    ],
    [
      "a share above 1",
      text.replace(/("shares": \[\s*\{[^}]*?"upper": )[^,]*/, "$1 20"),
      /a share is from 0 to 1/,
    ],
    ["a number that is none", text.replace(/("masked": )\d+/, "$1 1e400"), /damaged at vulnerabilities/],
  ])("refuses %s in one line", (_, damaged, expected) => {
    expect(damaged === text).toBe(false);
    let message = "not refused";
    try {
      parseModel(damaged, "m.json");
    } catch (error) {
      if (!(error instanceof RigError)) throw error;
      message = error.message;
    }
    expect(message).toMatch(expected);
    expect(message).not.toContain("\n");
  });
});

describe("two models", () => {
  test("differ where their counts do, and not where they do not", () => {
    const differing = (b: Model): string[] =>
      diffModels(model, b).flatMap(({ what, differs }) => (differs ? [what] : []));
    expect(differing(model)).toEqual([]);
    const harmless = differing(modelOf(200, 20));
    expect(harmless.some((what) => what.startsWith("weights under gemm, codes off: harmful"))).toBe(true);
    expect(harmless.some((what) => what.startsWith("sdc under gemm"))).toBe(false);
    expect(differing(modelOf(800, 100)).some((what) => what.startsWith("sdc under gemm"))).toBe(true);
    expect(differenceTable(diffModels(model, modelOf(800, 100)), plainCanvas).join("\n")).toMatch(
      /differs\n/,
    );
  });

  test("a device with its codes at work stands beside the same without, row by row, and says so", () => {
    const protectedModel = JSON.parse(
      JSON.stringify(modelOf(20, 10)).replaceAll('"protection":"off"', '"protection":"on"'),
    ) as Model;
    const found = diffModels(model, protectedModel);
    expect(found.every(({ ratio }) => ratio !== null)).toBe(true);
    const sdc = found.find(({ what }) => what.startsWith("sdc under gemm"))!;
    expect(sdc.what).toContain("codes off in A, on in B");
    expect(sdc.differs).toBe(true);
    expect(sdc.ratio!.value).toBeCloseTo(0.1, 1);
  });

  test("a person reads what was measured, how well, and what is missing", () => {
    const page = modelTable(model, plainCanvas);
    const shown = page.join("\n");
    expect(Math.max(...page.map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(shown).toMatch(/from an emulated bench, no device was measured/);
    expect(shown).toMatch(/sdc under gemm.* proton 67 MeV +200 +\d\.\d\de-10 \[/);
    expect(shown).toMatch(/gemm +weights +off +1 +400 +25\.0 \[20\.\d, 29\.\d\]/);
    expect(shown).toMatch(/Its parts together[^]*gemm +off +SDC .*\*/);
    expect(shown).toMatch(/no control run of cpu-f32/);
  });
});
