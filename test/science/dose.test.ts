import { describe, expect, test } from "vitest";
import { analyze } from "../../src/science/analyze.ts";
import type { Rec } from "../../src/domain/records.ts";
import { dosesOf, fluenceTaken } from "../../src/science/dose.ts";
import { soFar } from "../../src/science/so-far.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  campaignStart,
  dead,
  evidence,
  folded,
  runEnd,
  runStart,
  s,
  telemetry,
} from "./records.ts";

const reading = (fluencePerCm2: number, fluxPerCm2PerSecond = 100, gapSeconds = 0) => ({
  fluencePerCm2,
  fluxPerCm2PerSecond,
  gapSeconds,
});

describe("fluence that a part took", () => {
  test("is what the counter gained, and after a restart what it shows", () => {
    expect(fluenceTaken(reading(1_000), reading(1_100))).toBe(100);
    expect(fluenceTaken(reading(1_000), reading(40))).toBe(40);
  });

  test("over a gap that nobody counted the higher flux lasts", () => {
    expect(fluenceTaken(reading(1_000, 100), reading(1_000, 250, 8))).toBe(2_000);
  });

  test("over a gap that a log counted, what it counted", () => {
    expect(fluenceTaken(reading(1_000, 100), reading(1_850, 100, 8))).toBe(850);
  });
});

describe("a gap of the counter", () => {
  /** Raw words of float32 by hand: 1, 2 and 8. */
  const [one, two, eight] = [0x3f800000, 0x40000000, 0x41000000];
  const corrected = (at: number, event: number): Rec => ({
    type: "corrected",
    tNs: s(at),
    run: 1,
    iteration: at,
    corrected: 1,
    live: true,
    event,
    bootId: 1,
  });
  const lit = (at: number, fluencePerCm2: number) => ({
    ...beam(at, 1, fluencePerCm2),
    fluxPerCm2PerSecond: 100,
  });
  const state = folded([
    campaignStart(),
    runStart(0, beamPlan(1)),
    lit(0, 0),
    beamEvent(5, 1, 1, "sdcCritical"),
    lit(10, 1_000),
    beamEvent(12, 1, 2, "sdcCritical"),
    beamEvent(15, 1, 3, "sdcCritical"),
    { ...lit(20, 1_000), gapSeconds: 10 },
    dead(1, 10, 20, "counter"),
    beamEvent(21, 1, 4, "sdcCritical"),
    lit(30, 2_000),
    runEnd(30, 1, "time"),
  ]);
  const run = analyze(state).runs[0]!;

  test("is dead time, and its fluence not live", () => {
    expect(run.live.deadSeconds).toBeCloseTo(10, 9);
    expect(run.exposure).toMatchObject({ fluenceLivePerCm2: 2_000, fluenceGrossPerCm2: 2_000 });
    expect(run.flags).toContain("counter_gap");
  });

  test("takes its events out of every rate: nobody knows the beam they came from", () => {
    expect(run.outcomes.sdcCritical.primary).toBe(2);
    expect(run.outcomes.unattributed.primary).toBe(2);
    const sdc = run.estimates.find(({ outcome, per }) => outcome === "sdc" && per === "device");
    expect(sdc).toMatchObject({ n: 2, value: 2 / 2_000 });
  });

  test("takes their elements, their detectors' findings and their throttle out as well", () => {
    const off = (got: number) => evidence({ corrected: 1, elements: [{ index: 0, expected: one, got }] });
    const best = (got: number) => ({ want: [{ label: 0, bits: one }], got: [{ label: got, bits: one }] });
    const ofGap = [
      beamEvent(12, 1, 2, "sdcCritical", { evidence: { ...off(eight), scores: best(1) } }),
      beamEvent(13, 1, 3, "sdcCritical", { evidence: off(eight), repeatOf: 2 }),
      beamEvent(14, 1, 4, "dueDetected", { evidence: evidence({ detectors: 1 }) }),
      corrected(15, 5),
    ];
    const counts = (...within: readonly Rec[]): unknown => {
      const found = analyze(
        folded([
          campaignStart(),
          runStart(0, beamPlan(1)),
          telemetry(0, 1, "cpu-f32", { throttle: 1 }),
          lit(1, 100),
          beamEvent(5, 1, 1, "sdcTolerable", { evidence: { ...off(two), scores: best(0) } }),
          corrected(6, 2),
          ...within,
          { ...lit(20, 1_000), gapSeconds: 10 },
          dead(1, 10, 20, "counter"),
          runEnd(30, 1, "time"),
        ]),
      ).runs[0]!;
      return [found.severity, found.detection, found.corrected, found.throttled.events];
    };
    expect(counts(...ofGap)).toEqual(counts());
    expect(counts()).toMatchObject([
      { outputs: 1, classes: { largestConfidenceChange: 0 } },
      { missed: 0, detected: 0, corrected: 1, miscorrected: 1 },
      2,
      1,
    ]);
  });

  test("is taken from above for the dose", () => {
    // 1e-7 rad(Si) cm²: 2,000 counted and 10 s of 100 not counted.
    expect(run.exposure).toMatchObject({ doseRadSi: expect.closeTo(3e-4, 12) as unknown });
    expect(dosesOf(state)).toEqual([
      {
        serial: "S-cpu-f32",
        dut: "cpu-f32",
        priorRadSi: 0,
        campaignRadSi: expect.closeTo(3e-4, 12) as unknown,
      },
    ]);
    expect(soFar(state).doseRadSi("S-cpu-f32")).toBeCloseTo(3e-4, 12);
    expect(soFar(state).doseRadSi("another")).toBe(0);
  });
});

test("a counter that states how well it knows its fluence is believed before the plan", () => {
  const runs = [0.04, null].map((relUncertainty1Sigma) =>
    analyze(
      folded([
        campaignStart(),
        runStart(0, beamPlan(1)),
        { ...beam(0, 1, 0), relUncertainty1Sigma: null },
        { ...beam(10, 1, 1_000), relUncertainty1Sigma },
        runEnd(10, 1, "time"),
      ]),
    ).runs.map(({ exposure }) => exposure),
  );
  expect(runs[0]).toMatchObject([{ fluenceRelUncertainty1Sigma: 0.04 }]);
  expect(runs[1]).toMatchObject([{ fluenceRelUncertainty1Sigma: 0.1 }]);
});

test("restarts that the counter took out of its own count are flagged all the same", () => {
  const { flags } = analyze(
    folded([
      campaignStart(),
      runStart(0, beamPlan(1)),
      beam(0, 1, 0),
      { ...beam(10, 1, 1_000), restarts: 1 },
      runEnd(10, 1, "time"),
    ]),
  ).runs[0]!;
  expect(flags).toContain("counter_restarted");
});

test("events of an outage of the bench leave the rates too", () => {
  const { outcomes } = analyze(
    folded([
      campaignStart(),
      runStart(0, beamPlan(1)),
      beam(0, 1, 0),
      beamEvent(5, 1, 1, "sdcCritical"),
      dead(1, 4, 6, "bench"),
      runEnd(10, 1, "time"),
    ]),
  ).runs[0]!;
  expect(outcomes.unattributed.primary).toBe(1);
});

describe("a stated dose onset", () => {
  // 1e-7 rad(Si)·cm², 4e9 particles/cm² a run: 400 rad(Si) each.
  const flagsOf = (onset: number | null, prior: number): readonly boolean[] => {
    const run = (number: number) => {
      const plan = beamPlan(number);
      const its = { ...plan, beam: { ...plan.beam!, doseOnsetRadSi: onset } };
      const at = number * 100;
      return [
        { ...runStart(at, its), priorDoseRadSi: prior },
        beam(at, number, 0),
        beam(at + 10, number, 4e9),
        runEnd(at + 11, number, "time"),
      ];
    };
    const state = folded([campaignStart(), ...[1, 2, 3].flatMap(run)]);
    return analyze(state).runs.map(({ flags }) => flags.includes("dose_onset_passed"));
  };

  test("flags the run in which the part passes it, and all after; what it took before counts", () => {
    expect(flagsOf(1_000, 0)).toEqual([false, false, true]);
    expect(flagsOf(1_000, 500)).toEqual([false, true, true]);
    expect(flagsOf(1_000, 1_000)).toEqual([true, true, true]);
    expect(flagsOf(null, 1_000)).toEqual([false, false, false]);
  });
});
