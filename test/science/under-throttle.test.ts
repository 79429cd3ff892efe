import { expect, test } from "vitest";
import { analyze } from "../../src/science/analyze.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  campaignStart,
  folded,
  iterations,
  runEnd,
  runStart,
  telemetry,
} from "./records.ts";

test("what happened under throttle is counted apart, so that a rate can leave it out", () => {
  const hot = (at: number, throttle: number) => ({ ...telemetry(at, 1, "cpu-f32"), throttle });
  const { runs } = analyze(
    folded([
      campaignStart(),
      runStart(0, beamPlan(1)),
      beam(0, 1, 0),
      hot(1, 0),
      beamEvent(2, 1, 1, "sdcCritical"),
      iterations(3, 1, 100, 99),
      beam(10, 1, 1_000),
      hot(10, 0x20),
      beamEvent(11, 1, 2, "sdcCritical"),
      beamEvent(12, 1, 3, "sdcCritical", { repeatOf: 2 }),
      beamEvent(13, 1, 4, "unattributed"),
      iterations(14, 1, 70, 69),
      beam(15, 1, 1_500),
      hot(16, 0x20),
      hot(18, 0),
      beam(20, 1, 2_000),
      beamEvent(21, 1, 5, "dueDetected"),
      iterations(22, 1, 100, 99),
      runEnd(23, 1, "events"),
    ]),
  );
  // From 1 to 10 s one end is throttled, so it counts, and so do 10 to 16 and 16 to 18 s.
  expect(runs[0]!.throttled).toEqual({ seconds: 17, events: 1, iterations: 70, fluencePerCm2: 500 });
  expect(runs[0]!.flags).toContain("throttled");
});

test("a board that never throttles has nothing apart", () => {
  const { runs } = analyze(
    folded([
      campaignStart(),
      runStart(0, beamPlan(1)),
      telemetry(1, 1, "cpu-f32"),
      beamEvent(2, 1, 1, "sdcCritical"),
      runEnd(3, 1, "events"),
    ]),
  );
  expect(runs[0]!.throttled).toEqual({ seconds: 0, events: 0, iterations: 0, fluencePerCm2: 0 });
});
