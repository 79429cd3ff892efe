import { describe, expect, test } from "vitest";
import { judge } from "../../src/board/workloads/judge.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { taskOf } from "../../src/domain/task.ts";
import type { Evidence, OutputFormat } from "../../src/domain/evidence.ts";
import type { Outcome } from "../../src/domain/outcome.ts";

const clean: Evidence = {
  iteration: 0,
  end: "ok",
  digest: "0123456789abcdef",
  wrong: 0,
  nan: 0,
  truncated: false,
  elements: [],
  scores: null,
  detectors: 0,
  corrected: 0,
  cycles: 1,
  struck: [],
  stateDigest: "0123456789abcdef",
  dieC: 25,
};
const one = 0x3f800000;
const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const element = (expected: number, got: number): Partial<Evidence> => ({
  wrong: 1,
  elements: [{ index: 0, expected, got }],
});
const scores = (want: number, got: number, gotBits = one): Partial<Evidence> => ({
  ...element(one, bits(100)),
  scores: { want: [{ label: want, bits: one }], got: [{ label: got, bits: gotBits }] },
});

describe("the judge", () => {
  test.each<[string, Partial<Evidence>, OutputFormat, Outcome]>([
    ["nothing differs", {}, "f32", "masked"],
    ["a trap", { end: "trap" }, "f32", "dueCrash"],
    ["a trap with a right output", { end: "trap", wrong: 0 }, "i32", "dueCrash"],
    ["a trap after a detector fired", { end: "trap", detectors: 1 }, "f32", "dueDetected"],
    ["a detector fired", { detectors: 4 }, "f32", "dueDetected"],
    [
      "a detector fired and the output is wrong",
      { ...element(one, bits(2)), detectors: 4 },
      "f32",
      "dueDetected",
    ],
    ["a detector corrected", { corrected: 1 }, "f32", "masked"],
    ["one corrected, another could not", { detectors: 4, corrected: 1 }, "f32", "dueDetected"],
    ["corrected, and trapped all the same", { end: "trap", corrected: 1 }, "f32", "dueCrash"],
    [
      "a detector corrected and the output is wrong",
      { ...element(one, bits(2)), corrected: 1 },
      "f32",
      "sdcCritical",
    ],
    ["0.9 % off", element(one, bits(1.009)), "f32", "sdcTolerable"],
    ["1.1 % off", element(one, bits(1.011)), "f32", "sdcCritical"],
    ["1.1 % off below a negative", element(bits(-1), bits(-1.011)), "f32", "sdcCritical"],
    ["off where golden is 0", element(0, bits(1e-30)), "f32", "sdcCritical"],
    ["the sign of 0 alone", element(0, 0x80000000), "f32", "sdcTolerable"],
    ["not a number", { ...element(one, 0x7fc00000), nan: 1 }, "f32", "sdcCritical"],
    [
      "not a number beyond those listed",
      { ...element(one, bits(1.001)), wrong: 9, nan: 1, truncated: true },
      "f32",
      "sdcCritical",
    ],
    ["infinite", element(one, 0x7f800000), "f32", "sdcCritical"],
    ["an integer 0.5 % off", element(1_000, 1_005), "i32", "sdcTolerable"],
    ["an integer 1.1 % off", element(1_000, 1_011), "i32", "sdcCritical"],
    ["a negative integer 0.5 % off", element(-1_000 >>> 0, -1_005 >>> 0), "i32", "sdcTolerable"],
    ["the same class, scores far off", scores(3, 3), "f32", "sdcTolerable"],
    ["another class", scores(3, 4), "f32", "sdcCritical"],
    ["the same class by a score that is none", scores(3, 3, 0x7fc00000), "f32", "sdcCritical"],
  ])("%s", (_, evidence, format, outcome) => {
    expect(judge("anything", { ...clean, ...evidence }, { format })).toBe(outcome);
  });

  test.each<[string, Outcome]>([
    ["decoder-f32", "sdcCritical"],
    ["memory-march-c", "sdcCritical"],
    ["gemm-i8", "sdcTolerable"],
    ["a-workload-of-somebody-else", "sdcTolerable"],
  ])("a wrong word 0.1 %% off: %s has its own tolerance", (workload, outcome) => {
    const wrong = { ...clean, ...element(1_000, 1_001) };
    expect(judge(workload, wrong, { format: "i32" })).toBe(outcome);
    expect(judge(workload, { ...wrong, wrong: 0, elements: [] }, { format: "i32" })).toBe("masked");
    expect(judge(workload, { ...wrong, end: "trap" }, { format: "i32" })).toBe("dueCrash");
  });

  test("every program's task is known by its family", () => {
    for (const { name, task } of programs) expect([name, taskOf(name)]).toEqual([name, task]);
    expect([taskOf("digits-i8"), taskOf("unheard-of-f32"), taskOf("constructor")]).toEqual([
      "classes",
      null,
      null,
    ]);
  });

  test("a digest unlike golden is never masked", () => {
    const context = { format: "f32", goldenDigest: clean.digest } as const;
    expect(judge("gemm-f32", clean, context)).toBe("masked");
    expect(judge("gemm-f32", { ...clean, digest: "fedcba9876543210" }, context)).toBe("sdcCritical");
  });
});
