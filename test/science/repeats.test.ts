import { describe, expect, test } from "vitest";
import { repeatOf } from "../../src/science/repeats.ts";
import type { SeenError } from "../../src/science/repeats.ts";
import { evidence } from "./records.ts";

const wrongAt = (digest: string, ...indices: readonly number[]) =>
  evidence({
    digest,
    wrong: Math.max(1, indices.length),
    elements: indices.map((index) => ({ index, expected: 0, got: 1 })),
  });

const before: SeenError = { number: 4, primary: 2, step: 10, evidence: wrongAt("a", 1, 2, 3) };

describe("primary or repeat (WL-4)", () => {
  test("the next iteration, wrong on an element that was wrong before, repeats the primary of the one before", () => {
    expect(repeatOf(before, { step: 11, evidence: wrongAt("b", 3, 9) }, false)).toBe(2);
  });

  test("a stuck weight gives one primary and k repeats", () => {
    let last: SeenError | null = null;
    const found: (number | null)[] = [];
    for (let step = 1; step <= 5; step++) {
      const now = { step, evidence: wrongAt(`d${step}`, 7, step + 20) };
      const primary = repeatOf(last, now, false);
      found.push(primary);
      last = { ...now, number: step, primary: primary ?? step };
    }
    expect(found).toEqual([null, 1, 1, 1, 1]);
  });

  test("the same wrong output is a repeat though the board reports no element", () => {
    expect(repeatOf({ ...before, evidence: wrongAt("a") }, { step: 11, evidence: wrongAt("a") }, false)).toBe(
      2,
    );
  });

  test.each([
    ["other elements", { step: 11, evidence: wrongAt("b", 8) }, false],
    ["an iteration between", { step: 12, evidence: wrongAt("b", 3) }, false],
    ["a full refresh between", { step: 11, evidence: wrongAt("b", 3) }, true],
    [
      "an output that is right",
      { step: 11, evidence: evidence({ wrong: 0, digest: "a", elements: [] }) },
      false,
    ],
  ])("%s: a primary", (_, now, refreshed) => {
    expect(repeatOf(before, now, refreshed)).toBeNull();
  });

  test("the first error of a run is a primary", () => {
    expect(repeatOf(null, { step: 1, evidence: wrongAt("a", 1) }, false)).toBeNull();
  });
});
