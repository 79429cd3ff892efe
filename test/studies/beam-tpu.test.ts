import { expect, test } from "vitest";
import { beamOnSefiRig } from "./beam-tpu.ts";

test("the emulated beam on the TPU-like board gives back its SEFI cross-section: two chips of the study", async () => {
  const report = await beamOnSefiRig(2, 60);
  expect(report.meanEvents).toBeGreaterThan(27);
  expect(report.truth.errorCm2).toBeLessThan(0.05 * report.truth.cm2);
  expect(report.covered).toBeGreaterThanOrEqual(report.atLeast);
  expect(report.width).toBeLessThan(1.1);
}, 120_000);
