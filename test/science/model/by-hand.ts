import { faultModelNamed } from "../../../src/domain/fault-model.ts";
import type { BeamDescription } from "../../../src/domain/exposure.ts";
import type { Outcome } from "../../../src/domain/outcome.ts";
import type { RunPlan } from "../../../src/domain/plan.ts";
import type { BeamEventRec, Rec, RunStart } from "../../../src/domain/records.ts";
import { createReadings } from "../../../src/science/model/memory-readings.ts";
import { observe } from "../../../src/science/model/observe.ts";
import type { Observed } from "../../../src/science/model/observed.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  campaignStart,
  folded,
  iterations,
  protons,
  runEnd,
  runPlan,
  runStart,
  strike,
  telemetry,
} from "../records.ts";

/** Journals written by hand, as calibration sees them. Each run takes a hundred seconds of the record. */
export function observedOf(
  runs: readonly ((at: number, number: number) => Rec[])[],
  start: Parameters<typeof campaignStart>[0] = {},
): Observed {
  const records = [campaignStart(start), ...runs.flatMap((run, at) => run(100 * at, at + 1))];
  const { add, readings } = createReadings();
  records.forEach(add);
  return observe(folded(records), "a".repeat(64), { readings });
}

export const beamRun =
  (
    fluencePerCm2: number,
    outcomes: Readonly<Partial<Record<Exclude<Outcome, "masked">, number>>>,
    options: {
      readonly beam?: Partial<BeamDescription>;
      readonly plan?: Partial<RunPlan>;
      readonly start?: Partial<RunStart>;
      readonly dieC?: number;
      readonly events?: readonly Partial<BeamEventRec>[];
    } = {},
  ) =>
  (at: number, number: number): Rec[] => {
    const plan = beamPlan(number, { beam: { ...protons, ...options.beam }, ...options.plan });
    const counted = Object.entries(outcomes).flatMap(([outcome, n]) =>
      Array.from({ length: n }, () => outcome as Exclude<Outcome, "masked">),
    );
    return [
      runStart(at, plan, options.start),
      telemetry(at + 0.0005, number, plan.dut, { dieC: options.dieC ?? 40 }),
      beam(at + 0.001, number, 0),
      ...counted.map((outcome, index) =>
        beamEvent(
          at + 1 + (40 * index) / counted.length,
          number,
          index + 1,
          outcome,
          options.events?.[index] ?? {},
        ),
      ),
      iterations(at + 50, number, 1_000_000, 1_000_000 - counted.length),
      beam(at + 50.001, number, fluencePerCm2),
      runEnd(at + 50.001, number, "fluence"),
    ];
  };

export const controlRun =
  (seconds: number, events: number) =>
  (at: number, number: number): Rec[] => [
    runStart(at, beamPlan(number, { kind: "beam_off", beam: null })),
    ...Array.from({ length: events }, (_, index) =>
      beamEvent(at + 1 + index / 100, number, index + 1, "sdcCritical"),
    ),
    runEnd(at + seconds, number, "time"),
  ];

export const strikes =
  (
    counts: Readonly<Partial<Record<Outcome, number>>>,
    changes: Partial<RunPlan> = {},
    start: Partial<RunStart> = {},
  ) =>
  (at: number, number: number): Rec[] => {
    const fates = Object.entries(counts).flatMap(([outcome, n]) =>
      Array.from({ length: n }, () => outcome as Outcome),
    );
    return [
      runStart(at, runPlan(number, changes), start),
      ...fates.map((fate, index) => strike(at + 0.01 * (index + 1), number, index + 1, fate)),
      runEnd(at + 90, number, "strikes"),
    ];
  };

export const adjacent2 = faultModelNamed("adjacent-2");
