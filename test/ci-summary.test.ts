import { describe, expect, test } from "vitest";
import { summarize } from "./ci-summary.ts";

const file = (name: string, ...tests: readonly (readonly [string, number])[]) => ({
  name,
  status: tests.some(([status]) => status === "failed") ? "failed" : "passed",
  assertionResults: tests.map(([status, duration], index) => ({ fullName: `t${index}`, status, duration })),
});

describe("the end of .ci/run", () => {
  const good = { testResults: [file("a", ["passed", 5], ["passed", 2_500]), file("b", ["passed", 20])] };

  test("the slowest first, the counts last", () => {
    const { lines, ok } = summarize(good, 0, 100, 720);
    expect(lines[1]).toContain("2.50 s");
    expect(lines.at(-1)).toBe("3 passed, 0 failed");
    expect(ok).toBe(true);
  });

  test.each([
    ["the runner failed", good, 1, 100, "3 passed, 0 failed"],
    ["it took too long", good, 0, 721, "3 passed, 0 failed"],
    ["a test failed", { testResults: [file("a", ["passed", 1], ["failed", 1])] }, 0, 1, "1 passed, 1 failed"],
    [
      "a test was left out",
      { testResults: [file("a", ["passed", 1], ["pending", 1])] },
      0,
      1,
      "1 passed, 1 failed",
    ],
    [
      "a file could not be loaded",
      { testResults: [...good.testResults, { ...file("c"), status: "failed" }] },
      0,
      1,
      "3 passed, 1 failed",
    ],
    ["there was nothing to run", { testResults: [] }, 0, 1, "0 passed, 0 failed"],
  ])("fails when %s", (_, report, status, seconds, last) => {
    const verdict = summarize(report, status, seconds, 720);
    expect(verdict.ok).toBe(false);
    expect(verdict.lines.at(-1)).toBe(last);
  });
});
