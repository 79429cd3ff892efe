import { describe, expect, test } from "vitest";
import type { Evidence } from "../../src/domain/evidence.ts";
import { addDetection, nothingDetected, sumDetections } from "../../src/science/detection.ts";
import { addWrong, noSeverity, severityOf, sumSeverities } from "../../src/science/severity.ts";
import type { OutputKind } from "../../src/science/severity.ts";
import { folded, runPlan, runStart, strike } from "./records.ts";

function evidence(more: Partial<Evidence>): Evidence {
  return {
    iteration: 0,
    end: "ok",
    digest: "",
    wrong: 0,
    nan: 0,
    truncated: false,
    elements: [],
    scores: null,
    detectors: 0,
    corrected: 0,
    cycles: 1,
    struck: [],
    stateDigest: "",
    dieC: 25,
    ...more,
  };
}

const matrix: OutputKind = {
  format: "f32",
  outputs: 256,
  axes: [
    { name: "row", size: 16 },
    { name: "column", size: 16 },
  ],
  tokens: false,
};
/** Raw words of float32 by hand: 1, 1 + 2^-23, 1.5, 2, infinity. */
const [one, justAbove, oneAndHalf, two, infinite] = [
  0x3f800000, 0x3f800001, 0x3fc00000, 0x40000000, 0x7f800000,
] as const;

const wrongBy = (...got: readonly number[]): Evidence =>
  evidence({ wrong: got.length, elements: got.map((bits, index) => ({ index, expected: one, got: bits })) });

describe("how bad wrong outputs were", () => {
  test("each output counts at every threshold that its furthest element passes", () => {
    const tally = [wrongBy(justAbove), wrongBy(justAbove, oneAndHalf), wrongBy(two)].reduce(
      (sum, one) => addWrong(sum, one, matrix),
      noSeverity,
    );
    expect(severityOf(tally)?.relativeError).toEqual([
      { above: 0, outputs: 3 },
      { above: 1e-6, outputs: 2 },
      { above: 1e-3, outputs: 2 },
      { above: 1e-2, outputs: 2 },
      { above: 1e-1, outputs: 2 },
      // 2 is off by exactly 1, and not by more.
      { above: 1, outputs: 0 },
    ]);
    expect(severityOf(tally)?.shapes).toEqual({ single: 2, line: 1, block: 0, random: 0 });
  });

  test("what is not finite is beyond every threshold, and said so", () => {
    const found = severityOf(addWrong(noSeverity, { ...wrongBy(infinite), nan: 1 }, matrix));
    expect(found?.notFinite).toBe(1);
    expect(found?.relativeError.at(-1)).toEqual({ above: 1, outputs: 1 });
  });

  test("a cut list is counted as one", () => {
    expect(
      severityOf(addWrong(noSeverity, { ...wrongBy(two), wrong: 9, truncated: true }, matrix))?.censored,
    ).toBe(1);
  });

  test("a classifier: another first class, the same five in another order, and how sure it still is", () => {
    const scores = (list: readonly [number, number][]): { label: number; bits: number }[] =>
      list.map(([label, bits]) => ({ label, bits }));
    const want = scores([
      [3, two],
      [1, one],
    ]);
    const got = scores([
      [1, two],
      [3, one],
    ]);
    const found = severityOf(addWrong(noSeverity, { ...wrongBy(two), scores: { want, got } }, matrix));
    // Softmax of 2 and 1: e/(e + 1) = 0.7311 turns into 0.2689.
    expect(found?.classes).toMatchObject({ top1Flips: 1, top5Changes: 1 });
    expect(found?.classes?.meanConfidenceChange).toBeCloseTo(0.4621, 4);
  });

  test("a generator: where it left the way, and how much of it is another", () => {
    const tokens: OutputKind = { ...matrix, format: "i32", outputs: 4, tokens: true };
    const wrong = evidence({
      wrong: 2,
      elements: [
        { index: 1, expected: 7, got: 8 },
        { index: 3, expected: 7, got: 9 },
      ],
    });
    expect(severityOf(addWrong(noSeverity, wrong, tokens))?.tokens).toEqual({
      meanFirstDiffering: 1,
      meanWrongShare: 0.5,
    });
  });

  test.each([
    ["decoder-bf16", { meanFirstDiffering: 1, meanWrongShare: 0.25 }],
    ["gemm-i8", null],
  ])("the workload's family says whether its words are tokens: %s", (workload, told) => {
    const wrong = evidence({ wrong: 1, elements: [{ index: 1, expected: 7, got: 8 }] });
    const start = runStart(1, runPlan(1), { workload, format: "i32", outputs: 4 });
    const { severity } = folded([start, strike(2, 1, 1, "sdcCritical", { evidence: wrong })]).runs.get(1)!;
    expect(severityOf(severity)?.tokens).toEqual(told);
  });

  test("runs add up", () => {
    const a = addWrong(noSeverity, wrongBy(two), matrix);
    const b = addWrong(a, wrongBy(justAbove, two), matrix);
    expect(sumSeverities([a, b]).beyond).toEqual(a.beyond.map((count, at) => count + b.beyond[at]!));
    expect(severityOf(sumSeverities([noSeverity]))).toBeNull();
  });
});

test("missed, detected, corrected and miscorrected", () => {
  const all = [
    evidence({ wrong: 1 }),
    evidence({ wrong: 1, detectors: 2 }),
    evidence({ detectors: 1, end: "trap" }),
    evidence({ corrected: 1 }),
    evidence({ corrected: 1, wrong: 1 }),
    evidence({}),
  ];
  const counts = all.reduce((sum, one) => addDetection(sum, one, "gemm-f32", "f32"), nothingDetected);
  expect(counts).toEqual({ missed: 1, detected: 2, corrected: 1, miscorrected: 1 });
  expect(sumDetections([counts, counts]).detected).toBe(4);
});

describe("a float that a checksum restored", () => {
  // By hand: 1 + 2^-6 is off by 0.0156, 1 + 2^-5 by 0.0313; the bound is 0.02.
  const [near, far] = [0x3f820000, 0x3f840000];
  test.each([
    ["right to rounding", "gemm-f32-checksum", wrongBy(near), "corrected"],
    ["off by more", "gemm-f32-checksum", wrongBy(near, far), "miscorrected"],
    ["beside one that is not finite", "gemm-f32-checksum", { ...wrongBy(near), nan: 1 }, "miscorrected"],
    ["of a list that is cut", "gemm-f32-checksum", { ...wrongBy(near), wrong: 2 }, "miscorrected"],
    ["by another workload's detector", "gemm-f32", wrongBy(near), "miscorrected"],
  ] as const)("%s", (_, workload, found, what) => {
    const start = runStart(1, runPlan(1), { workload, format: "f32", outputs: 4 });
    const struck = strike(2, 1, 1, "sdcTolerable", { evidence: { ...found, corrected: 1 } });
    expect(folded([start, struck]).runs.get(1)!.detection).toEqual({ ...nothingDetected, [what]: 1 });
  });

  test("an integer is right to the bit or not at all", () => {
    const off = evidence({ wrong: 1, corrected: 1, elements: [{ index: 0, expected: 1, got: 2 }] });
    expect(addDetection(nothingDetected, off, "gemm-i8-checksum", "i32").miscorrected).toBe(1);
  });
});
