import { describe, expect, test } from "vitest";
import type { CorrectedRec, EccRec } from "../../src/domain/error-records.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { EccResult, Result } from "../../src/domain/result.ts";
import { plainCanvas } from "../../src/report/line.ts";
import { resultTable } from "../../src/report/table.ts";
import { analyze } from "../../src/science/analyze.ts";
import { resultSchema } from "../../src/science/result-schema.ts";
import {
  beam,
  beamPlan,
  campaignStart,
  dead,
  evidence,
  folded,
  runEnd,
  runPlan,
  runStart,
  s,
  strike,
} from "./records.ts";

let event = 0;
const ecc = (
  at: number,
  structure: string,
  corrected: number,
  uncorrected: number,
  changes: Partial<EccRec> = {},
): EccRec => ({
  type: "ecc",
  tNs: s(at),
  run: 1,
  dut: "cpu-f32",
  structure,
  corrected,
  uncorrected,
  live: true,
  event: ++event,
  bootId: 1,
  ...changes,
});
const correctedAt = (at: number, changes: Partial<CorrectedRec> = {}): CorrectedRec => ({
  type: "corrected",
  tNs: s(at),
  run: 1,
  iteration: 4,
  corrected: 2,
  live: true,
  event: ++event,
  bootId: 1,
  ...changes,
});

/** Ten seconds in a beam of 1e6/cm²/s, and what befell in them. */
function exposed(...records: readonly Rec[]): Result {
  return analyze(
    folded([
      campaignStart(),
      runStart(0, beamPlan(1)),
      beam(0, 1, 0),
      ...records,
      beam(10, 1, 1e7),
      runEnd(10, 1, "time"),
    ]),
  );
}

function injected(...records: readonly Rec[]): Result {
  return analyze(folded([campaignStart(), runStart(0, runPlan(1)), ...records, runEnd(10, 1, "strikes")]));
}

const counts = (results: readonly EccResult[]): unknown[] =>
  results.map(({ structure, corrected, uncorrected }) => [structure, corrected.errors, uncorrected.errors]);

describe("error counters in a beam", () => {
  test("are summed by place, with the cross-section of the count, in the run and in the pool", () => {
    const result = exposed(
      ecc(1, "dram", 2, 0),
      ecc(2, "dram", 1, 0),
      ecc(3, "l2", 0, 1),
      ecc(4, "dram", 0, 0),
    );
    const [run] = result.runs;
    expect(counts(run!.ecc)).toEqual([
      ["dram", 3, 0],
      ["l2", 0, 1],
    ]);
    expect(result.pooled[0]!.ecc).toEqual(run!.ecc);
    const { rate } = run!.ecc[0]!.corrected;
    // Garwood's table: 3 events, 0.6187 to 8.767.
    expect(rate).toMatchObject({ kind: "crossSection", unit: "cm2", n: 3, value: 3e-7, limitOnly: false });
    expect(rate!.lower).toBeCloseTo(0.6187e-7, 10);
    expect(rate!.upper).toBeCloseTo(8.767e-7, 9);
    // 0 events: no more than 3.689 in 95 % of the cases.
    expect(run!.ecc[0]!.uncorrected.rate).toMatchObject({ limitOnly: true, n: 0 });
    expect(run!.ecc[0]!.uncorrected.rate!.upper).toBeCloseTo(3.689e-7, 10);
    expect(run!.ecc[0]!.corrected.strikes).toBeNull();
    expect(run!.outcomes.dueDetected.primary).toBe(0);
    resultSchema.parse(result);
  });

  test("heard twice count once, and what no live time belongs to does not count", () => {
    const twice = ecc(1, "dram", 2, 0);
    const kept = ecc(3, "dram", 4, 0, { live: false });
    const result = exposed(twice, twice, kept, ecc(4, "dram", 1, 0));
    expect(counts(result.runs[0]!.ecc)).toEqual([["dram", 3, 0]]);
    expect(counts(exposed(ecc(2, "dram", 9, 0), dead(1, 1, 3, "counter")).runs[0]!.ecc)).toEqual([]);
    expect(counts(exposed(ecc(2, "dram", 9, 0), dead(1, 1, 3, "recovery")).runs[0]!.ecc)).toHaveLength(1);
  });

  test("an iteration whose errors were all corrected is no event", () => {
    const once = correctedAt(2);
    const { runs } = exposed(once, once, correctedAt(3, { live: false }));
    expect(runs[0]!.corrected).toBe(2);
    expect(runs[0]!.detection).toEqual({ missed: 0, detected: 0, corrected: 1, miscorrected: 0 });
    const { masked, ...events } = runs[0]!.outcomes;
    expect([masked, Object.values(events).every(({ primary }) => primary === 0)]).toEqual([null, true]);
  });
});

describe("error counters by injection", () => {
  test("give the share of strikes in which any was counted, without the strike that proves the path", () => {
    const hit = evidence({ wrong: 0, corrected: 1 });
    const result = injected(
      ecc(0.5, "dram", 0, 1),
      {
        type: "check",
        tNs: s(0.6),
        run: 1,
        check: "self_check",
        target: "hbm",
        pass: true,
        outcome: "dueDetected",
        event: null,
        bootId: null,
        detail: "",
      },
      ecc(1, "dram", 1, 0),
      strike(1.1, 1, 1, "masked", { evidence: hit }),
      strike(2, 1, 2, "masked"),
      ecc(3, "dram", 5, 0),
      ecc(3.1, "dram", 0, 2),
      strike(3.2, 1, 3, "dueDetected"),
      // Nobody knows what became of it: it is in no share.
      ecc(4, "dram", 1, 0),
      strike(4.1, 1, 4, null),
      strike(5, 1, 5, "sdcCritical"),
    );
    const [dram] = result.runs[0]!.ecc;
    expect([dram!.corrected.errors, dram!.corrected.strikes]).toEqual([7, 2]);
    expect([dram!.uncorrected.errors, dram!.uncorrected.strikes]).toEqual([2, 1]);
    // Clopper and Pearson, 1 of 4 and 2 of 4.
    expect(dram!.uncorrected.rate).toMatchObject({ kind: "vulnerability", unit: "1", n: 1, value: 0.25 });
    expect(dram!.uncorrected.rate!.lower).toBeCloseTo(0.00631, 4);
    expect(dram!.uncorrected.rate!.upper).toBeCloseTo(0.80588, 4);
    expect(dram!.corrected.rate).toMatchObject({ n: 2, value: 0.5 });
    resultSchema.parse(result);
    const text = resultTable(result, plainCanvas).join("\n");
    expect(text).toContain("What memories caught");
    expect(text).toMatch(/cpu-f32 +gemm\n +dram +7 +50/);
  });

  test("leave no table where they never moved", () => {
    const result = injected(strike(1, 1, 1, "masked"));
    const text = resultTable(result, plainCanvas).join("\n");
    expect(text).not.toContain("What memories caught");
  });
});
