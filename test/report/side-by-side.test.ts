import { describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { plainCanvas } from "../../src/report/line.ts";
import { resultTable } from "../../src/report/table.ts";
import { analyze } from "../../src/science/analyze.ts";
import { beam, beamEvent, beamPlan, campaignStart, folded, runEnd, runStart } from "../science/records.ts";

/** So many wrong and lost in 1e8 particles/cm². */
function exposed(
  number: number,
  dut: string,
  accelerator: string,
  workload: string,
  wrong: number,
  lost: number,
): Rec[] {
  const at = 100 * number;
  const start = runStart(at, beamPlan(number, { dut, workload }));
  const events = [
    ...Array<"sdcCritical">(wrong).fill("sdcCritical"),
    ...Array<"dueCrash">(lost).fill("dueCrash"),
  ];
  return [
    { ...start, dut: { ...start.dut, accelerator } },
    beam(at + 1, number, 0),
    ...events.map((outcome, index) => beamEvent(at + 2 + index / 100, number, index + 1, outcome)),
    beam(at + 10, number, 1e8),
    runEnd(at + 10, number, "events"),
  ];
}

const table = (...runs: readonly Rec[][]): string =>
  resultTable(analyze(folded([campaignStart(), ...runs.flat()])), plainCanvas).join("\n");

describe("accelerators side by side", () => {
  const text = table(
    exposed(1, "tpu", "tpu", "gemm-i8", 100, 10),
    exposed(2, "gpu", "gpu", "gemm-i8", 3, 0),
    exposed(3, "tpu", "tpu", "sort-i32", 20, 1),
    exposed(4, "gpu", "gpu", "scan-i32", 20, 1),
  );

  test("one row a workload and kind of error, one column a board, all in one round unit, with exact intervals", () => {
    // 100 events in 1e8/cm² are 1e-6 cm²: 10 in 1e7. Garwood: 100 → [81.4, 121.6], 10 → [4.80, 18.4], 3 → [0.62, 8.77], 0 → 3.69.
    expect(text).toMatch(/per 1e7 particles\/cm²/);
    expect(text).toMatch(/^gemm-i8 +wrong +10 \[8\.1, 12\] +0\.30 \[0\.06, 0\.88\]$/m);
    expect(text).toMatch(/^ +lost +1\.0 \[0\.48, 1\.8\] +<0\.37$/m);
  });

  test("what only one of them did is no comparison, nor are boards of one accelerator", () => {
    const compared = text.slice(text.indexOf("Side by side"));
    expect(compared).not.toMatch(/sort-i32|scan-i32/);
    expect(table(exposed(1, "a", "cpu", "gemm", 4, 0), exposed(2, "b", "cpu", "gemm", 5, 0))).not.toContain(
      "Side by side",
    );
  });
});
