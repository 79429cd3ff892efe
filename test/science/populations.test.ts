import { describe, expect, test } from "vitest";
import { faultModelNamed } from "../../src/domain/fault-model.ts";
import type { FaultModel } from "../../src/domain/fault-model.ts";
import { plainAxes, plainFlip } from "../../src/domain/strike.ts";
import { strikeInWords } from "../../src/domain/strike-words.ts";
import { analyze } from "../../src/science/analyze.ts";
import { addErrors, eccResults, noErrors } from "../../src/science/ecc.ts";
import { resultSchema } from "../../src/science/result-schema.ts";
import {
  beam,
  beamPlan,
  campaignStart,
  evidence,
  folded,
  runEnd,
  runPlan,
  runStart,
  strike,
} from "./records.ts";

const arithmetic: FaultModel = {
  name: "arithmetic fadd (measured)",
  mix: [
    {
      name: "arithmetic fadd (measured)",
      weight: 1,
      fault: { kind: "arithmetic", operation: "fadd", anyTarget: true },
    },
  ],
};
const struckBy = (...models: readonly FaultModel[]) =>
  analyze(
    folded([
      campaignStart(),
      ...models.flatMap((faultModel, at) => [
        runStart(at, runPlan(at + 1, { faultModel })),
        strike(at + 0.5, at + 1, 1, "masked"),
      ]),
    ]),
  );

describe("what is of another population is not pooled", () => {
  test("beams under another refresh: every iteration, or at an error", () => {
    const result = analyze(
      folded([
        campaignStart(),
        ...(["every", "error", "error"] as const).flatMap((refreshAfter, at) => [
          runStart(10 * at, beamPlan(at + 1, { refreshAfter })),
          beam(10 * at, at + 1, 0),
          beam(10 * at + 9, at + 1, 1e7),
          runEnd(10 * at + 9, at + 1, "time"),
        ]),
      ]),
    );
    expect(result.pooled.map(({ runs }) => runs)).toEqual([[1], [2, 3]]);
    expect(result.runs.map(({ refresh }) => refresh.after)).toEqual(["every", "error", "error"]);
    resultSchema.parse(result);
  });

  test("two fault models that somebody gave one name", () => {
    const named = (model: string): FaultModel => ({ ...faultModelNamed(model), name: "orbit" });
    const { pooled } = struckBy(named("single-bit"), named("adjacent-2"), named("single-bit"));
    const parts = pooled.filter(({ target }) => target !== null);
    expect(parts.map(({ runs }) => runs)).toEqual([[1, 3], [2]]);
  });

  test("corruption of arithmetic units is in no total of upsets, and its own total says what it is", () => {
    const { pooled } = struckBy(faultModelNamed("single-bit"), faultModelNamed("adjacent-2"), arithmetic);
    const totals = pooled.filter(({ target }) => target === null);
    expect(totals.map(({ runs, faultModel }) => [runs, faultModel])).toEqual([
      [[1, 2], null],
      [[3], arithmetic.name],
    ]);
  });
});

test("a strike of unknown end is in no count of what detectors made of errors", () => {
  const state = folded([
    campaignStart(),
    runStart(0, runPlan(1)),
    strike(1, 1, 1, null, { evidence: evidence({ wrong: 3 }) }),
    strike(2, 1, 2, "sdcTolerable", { evidence: evidence({ wrong: 3 }) }),
  ]);
  expect(analyze(state).runs[0]!.detection.missed).toBe(1);
});

test("a board may call a memory what every object has", () => {
  const told = { type: "ecc", tNs: 1, run: 1, dut: "a", live: true, event: 1, bootId: 1 } as const;
  const tally = addErrors(
    noErrors(),
    { ...told, structure: "constructor", corrected: 2, uncorrected: 0 },
    true,
  );
  const [place] = eccResults(tally, { kind: "time" } as Parameters<typeof eccResults>[1], 0);
  expect(place!.corrected.errors).toBe(2);
});

test("where one of several struck words was lost, nobody says which word the others were", () => {
  const several = { ...plainFlip, id: 1, target: "t", word: 0, mask: 1, iteration: 0, cycle: 0, words: 2 };
  const lost = strikeInWords(several, plainAxes(8), 8, [{ before: 6, after: 7 }]);
  expect(lost).toEqual(["word 0: 01 flipped", "word 1: 01 flipped"]);
});
