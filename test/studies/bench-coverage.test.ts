import { expect, test } from "vitest";
import { benchCoverage } from "./bench-coverage.ts";

test("the whole bench: intervals over twenty seeds hold the truth that follows from bits, and are no wider than the method's", async () => {
  const report = await benchCoverage(20, 3_000);
  expect(report.meanEvents).toBeGreaterThan(30);
  expect(report.truthRelError).toBeLessThan(0.02);
  expect(report.covered).toBeGreaterThanOrEqual(report.atLeast);
  expect(report.width).toBeLessThan(1.1);
}, 120_000);
