import { describe, expect, test } from "vitest";
import { plainCanvas } from "../../src/report/line.ts";
import { predictionTable } from "../../src/report/prediction-table.ts";
import type { Model } from "../../src/science/model/model.ts";
import { fit, modelOf, predicted, protonsAlone, response, sdc } from "../science/predict/small-model.ts";

const once = response(sdc, [fit("proton", "bendel", [[1e-9, 20]], { basis: "prior-shape" })]);

const page = (
  more: Partial<Model> = {},
  columns = 100,
  species: "proton" | "neutron" = "proton",
): string[] => {
  const around = protonsAlone();
  const parts = around.parts.map((part) => (part.strike === "nucleons" ? { ...part, species } : part));
  const device = { model: "a-board-of-a-long-name", accelerator: "tpu", serials: [] };
  return predictionTable(predicted(modelOf([once], { device, ...more }), { ...around, parts }), {
    ...plainCanvas,
    columns,
  });
};

describe("the table of a prediction", () => {
  test("says first that no device was measured, where the page is narrow too", () => {
    expect(page({ emulated: true }, 80)[0]).toContain("emulated bench, no device was measured");
    expect(page({ emulated: true }).join("\n")).toContain("Counted in an emulated beam");
    expect(page().join("\n")).not.toContain("emulated");
  });

  test("says what is supposed: a curve through one energy, and protons for neutrons", () => {
    expect(page().join("\n")).toMatch(/measured with protons at one energy: at all others/);
    expect(page().join("\n")).not.toMatch(/stand for/);
    expect(page({}, 100, "neutron").join(" ")).toMatch(/never measured with neutrons: its protons stand/);
  });
});
