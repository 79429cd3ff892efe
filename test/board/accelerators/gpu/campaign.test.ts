import { describe, expect, test } from "vitest";
import type { Rec } from "../../../../src/domain/records.ts";
import { mismatchShape } from "../../../../src/science/mismatch-shape.ts";
import { campaignOn, ofType, smallRig } from "../../../campaign/emulated.ts";

/** Campaigns over the wire on an emulated board with the GPU-like accelerator: the agent of a real board, and the host's own verdicts. */
const gpuRig = (ecc: "on" | "off", gpu = "{}"): string =>
  smallRig()
    .replace("accelerator: cpu", "accelerator: gpu")
    .replace("format: i8", `ecc: ${ecc}\n      gpu: ${gpu}`);

const strikeOn = (target: string, strikes: number, workload = "gemm-bf16"): string =>
  `{ kind: injection, dut: dut, workload: ${workload}, target: ${target}, stop: { strikes: ${strikes} } }`;

const outcomesOf = async (ecc: "on" | "off", target: string, strikes: number, workload?: string) => {
  const { records, result } = await campaignOn(gpuRig(ecc), [strikeOn(target, strikes, workload)]);
  const fates = ofType(records, "strike").map(({ outcome }) => outcome);
  expect(fates).toHaveLength(strikes);
  return { fates, result, records };
};

const shapesOf = (records: readonly Rec[]): ReadonlySet<unknown> =>
  new Set(
    ofType(records, "strike").map(({ evidence }) =>
      mismatchShape(evidence?.elements.map(({ index }) => index) ?? [], 64),
    ),
  );

describe("strikes on an emulated GPU-like board", () => {
  test("HBM: lines without ECC, nothing wrong with it", async () => {
    const off = await outcomesOf("off", "hbm", 40);
    expect(shapesOf(off.records)).toContain("line");
    const on = await outcomesOf("on", "hbm", 20);
    expect(new Set(on.fates)).toEqual(new Set(["masked"]));
  });

  test("the tensor core's latch has no ECC, and reaches a line of it", async () => {
    const { records } = await outcomesOf("on", "tensor-operands", 60);
    const wrong = ofType(records, "strike").map(({ evidence }) => evidence?.wrong ?? 0);
    expect(wrong.some((count) => count > 0)).toBe(true);
    expect(Math.max(...wrong)).toBeLessThanOrEqual(16);
  });
});
