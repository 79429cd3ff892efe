import { describe, expect, test } from "vitest";
import { campaignOn, ofType, smallRig } from "../../../campaign/emulated.ts";

/** Campaigns over the wire on an emulated board with the TPU-like accelerator: the agent of a real board, and the host's own verdicts. */
const tpuRig = (ecc: "on" | "off", array = "{ rows: 8, columns: 8 }"): string =>
  smallRig()
    .replace("accelerator: cpu", "accelerator: tpu")
    .replace("format: i8", `ecc: ${ecc}\n      array: ${array}`);

const strikeOn = (target: string, strikes: number, workload = "gemm-i8"): string =>
  `{ kind: injection, dut: dut, workload: ${workload}, target: ${target}, stop: { strikes: ${strikes} } }`;

const outcomesOf = async (ecc: "on" | "off", target: string, strikes: number, workload?: string) => {
  const { records, result } = await campaignOn(tpuRig(ecc), [strikeOn(target, strikes, workload)]);
  const fates = ofType(records, "strike").map(({ outcome }) => outcome);
  expect(fates).toHaveLength(strikes);
  return { fates, result, records };
};

describe("strikes on an emulated TPU-like board", () => {
  test("an element's weight that is in use when struck corrupts silently, one that is not is masked", async () => {
    const { fates } = await outcomesOf("on", "weight", 25);
    expect(fates.filter((fate) => fate === "masked").length).toBeGreaterThan(0);
    expect(fates.filter((fate) => fate?.startsWith("sdc")).length).toBeGreaterThan(2);
  });

  test("a partial sum reaches one output at most, and a weight one column of a tile", async () => {
    const { records } = await outcomesOf("off", "partial-sum", 20, "gemm-f32");
    for (const { evidence } of ofType(records, "strike")) expect(evidence!.wrong).toBeLessThanOrEqual(1);
    const weights = await outcomesOf("off", "weight", 12, "gemm-f32");
    const columns = ofType(weights.records, "strike").map(
      ({ evidence }) => new Set(evidence!.elements.map(({ index }) => index % 64)).size,
    );
    // A weight is wrong until the next swap, and is shifted out before it could come back: one column of one tile.
    expect(Math.max(...columns)).toBe(1);
  });

  test("HBM under ECC corrects what would be silent without", async () => {
    const on = await outcomesOf("on", "hbm", 15);
    expect(new Set(on.fates)).toEqual(new Set(["masked"]));
    const off = await outcomesOf("off", "hbm", 15);
    expect(off.fates.some((fate) => fate?.startsWith("sdc"))).toBe(true);
  });

  test("control state struck hangs, crashes or does nothing", async () => {
    const { fates } = await outcomesOf("on", "scalars", 30);
    expect(new Set(fates)).toContain("dueCrash");
    const control = await outcomesOf("on", "control", 30);
    expect(new Set(control.fates)).toContain("dueCrash");
  });

  test("the same seed gives the same records, on an array of odd shape too", async () => {
    const once = await campaignOn(tpuRig("on", "{ rows: 5, columns: 7 }"), [strikeOn("activation", 6)]);
    const again = await campaignOn(tpuRig("on", "{ rows: 5, columns: 7 }"), [strikeOn("activation", 6)]);
    expect(again.records).toEqual(once.records);
    expect(ofType(once.records, "run_start")[0]!.outputAxes).toEqual([
      { name: "row", size: 64 },
      { name: "column", size: 64 },
    ]);
    expect(once.result.runs[0]!.exposure).toMatchObject({ confirmed: 6 });
  });
});
