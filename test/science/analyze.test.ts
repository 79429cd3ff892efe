import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { RigError } from "../../src/domain/errors.ts";
import { outcomes } from "../../src/domain/outcome.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { Estimate, Result } from "../../src/domain/result.ts";
import { analyze } from "../../src/science/analyze.ts";
import { clopperPearson } from "../../src/science/clopper-pearson.ts";
import { garwood } from "../../src/science/garwood.ts";
import { resultJson } from "../../src/science/result-json.ts";
import { resultJsonSchema, resultSchema } from "../../src/science/result-schema.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  campaignStart,
  dead,
  folded,
  iterations,
  links,
  resumed,
  runEnd,
  runPlan,
  runStart,
  s,
  strike,
  telemetry,
} from "./records.ts";

const result = (records: readonly Rec[]): Result => analyze(folded([campaignStart(), ...records]));

const pick = (
  estimates: readonly Estimate[],
  outcome: Estimate["outcome"],
  per: Estimate["per"] = "device",
): Estimate => estimates.find((estimate) => estimate.outcome === outcome && estimate.per === per)!;

/** 40 strikes of run `number`: 20 masked, 10 tolerable, 5 critical, 3 crashes, 2 hangs. */
function injection(number: number, at: number, changes: Parameters<typeof runPlan>[1] = {}): Rec[] {
  const fates = [
    ...Array.from({ length: 20 }, () => "masked" as const),
    ...Array.from({ length: 10 }, () => "sdcTolerable" as const),
    ...Array.from({ length: 5 }, () => "sdcCritical" as const),
    ...Array.from({ length: 3 }, () => "dueCrash" as const),
    ...Array.from({ length: 2 }, () => "dueHang" as const),
  ];
  return [
    runStart(at, runPlan(number, changes)),
    ...fates.map((fate, index) => strike(at + index + 1, number, index + 1, fate)),
    runEnd(at + 50, number, "strikes"),
  ];
}

/** 10 s of 1e6 /cm²/s, with these events. */
function exposure(number: number, at: number, ...events: Parameters<typeof beamEvent>[3][]): Rec[] {
  return [
    runStart(at, beamPlan(number)),
    beam(at + 0.001, number, 0),
    ...events.map((fate, index) => beamEvent(at + 1 + index / 10, number, index + 1, fate)),
    iterations(at + 9, number, 1000, 1000 - events.length),
    beam(at + 10.001, number, 1e7),
    runEnd(at + 10.001, number, "fluence"),
  ];
}

describe("an injection run", () => {
  const run = result(injection(1, 0)).runs[0]!;

  test("gives vulnerabilities with exact binomial intervals, and no cross-section", () => {
    expect(run.exposure).toEqual({ kind: "injection", asked: 40, confirmed: 40, unknown: 0 });
    expect(pick(run.estimates, "sdc")).toEqual({
      outcome: "sdc",
      kind: "vulnerability",
      value: 15 / 40,
      lower: clopperPearson(15, 40).lower,
      upper: clopperPearson(15, 40).upper,
      confidence: 0.95,
      method: "clopper-pearson",
      unit: "1",
      n: 15,
      per: "device",
      bits: null,
      limitOnly: false,
      unknownBounds: { allMasked: 15 / 40, allDue: 15 / 40 },
    });
    expect(pick(run.estimates, "due").n).toBe(5);
    expect(run.estimates.map((estimate) => estimate.outcome)).toEqual([
      "sdc",
      "due",
      "masked",
      "sdcTolerable",
      "sdcCritical",
      "dueDetected",
      "dueCrash",
      "dueHang",
    ]);
    expect(run.estimates.every((estimate) => estimate.kind === "vulnerability")).toBe(true);
  });

  test("no event gives an upper limit, never zero", () => {
    const { upper } = clopperPearson(0, 40);
    expect(pick(run.estimates, "dueDetected")).toMatchObject({
      n: 0,
      limitOnly: true,
      lower: 0,
      value: upper,
      upper,
    });
  });

  test("unknown and unattributed strikes leave the denominator and widen the bounds", () => {
    const found = result([
      runStart(0, runPlan(1)),
      strike(1, 1, 1, "masked"),
      strike(2, 1, 2, "dueHang"),
      strike(3, 1, 3, "unattributed"),
      strike(4, 1, 4, null),
    ]).runs[0]!;
    expect(found.exposure).toEqual({ kind: "injection", asked: 4, confirmed: 3, unknown: 1 });
    expect(pick(found.estimates, "due")).toMatchObject({
      value: 1 / 2,
      n: 1,
      unknownBounds: { allMasked: 1 / 4, allDue: 3 / 4 },
    });
    expect(pick(found.estimates, "masked").unknownBounds).toEqual({ allMasked: 3 / 4, allDue: 1 / 4 });
    expect(found.flags).toContain("unknown>1%");
  });

  test("the primaries add up to `confirmed`, whatever happened to the strikes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            outcome: fc.constantFrom(...outcomes, null),
            repeat: fc.boolean(),
            armed: fc.boolean(),
          }),
          { minLength: 1 },
        ),
        (fates) => {
          const found = result([
            runStart(0, runPlan(1)),
            ...fates.map(({ outcome, repeat, armed }, index) =>
              strike(index + 1, 1, index + 1, outcome, { repeatOf: repeat ? 1 : null, confirmed: armed }),
            ),
          ]).runs[0]!;
          const counts = outcomes.map((outcome) => found.outcomes[outcome]!);
          const primary = counts.reduce((sum, count) => sum + count.primary, 0);
          const repeat = counts.reduce((sum, count) => sum + count.repeat, 0);
          expect(found.exposure).toMatchObject({ confirmed: primary, asked: fates.length });
          expect(found.exposure.kind === "injection" && found.exposure.unknown).toBe(
            fates.length - primary - repeat,
          );
          for (const estimate of found.estimates) {
            expect(estimate.lower).toBeLessThanOrEqual(estimate.value);
            expect(estimate.value).toBeLessThanOrEqual(estimate.upper);
          }
        },
      ),
    );
  });
});

describe("a beam run", () => {
  const run = result(exposure(1, 0, "sdcCritical", "sdcTolerable", "sdcTolerable", "dueHang")).runs[0]!;

  test("gives cross-sections with exact Poisson intervals, per device and per bit", () => {
    expect(run.exposure).toMatchObject({
      kind: "beam",
      species: "proton",
      fluenceLivePerCm2: 1e7,
      fluenceGrossPerCm2: 1e7,
      doseRadSi: 1,
      emulated: true,
    });
    expect(pick(run.estimates, "sdc")).toMatchObject({
      kind: "crossSection",
      value: 3e-7,
      lower: garwood(3).lower / 1e7,
      upper: garwood(3).upper / 1e7,
      method: "garwood",
      unit: "cm2",
      bits: null,
      unknownBounds: null,
    });
    expect(pick(run.estimates, "sdc", "bit")).toMatchObject({ value: 3e-7 / 6400, bits: 6400 });
  });

  test("nothing is masked in a beam, and no vulnerability comes from it", () => {
    expect(run.outcomes.masked).toBeNull();
    expect(run.estimates.every(({ kind, outcome }) => kind === "crossSection" && outcome !== "masked")).toBe(
      true,
    );
  });

  test("no event gives 3.69 by the fluence, two-sided", () => {
    const limit = pick(run.estimates, "dueCrash");
    expect(limit.limitOnly).toBe(true);
    expect(limit.value).toBe(limit.upper);
    expect(limit.upper).toBeCloseTo(3.6888794541139354e-7, 15);
  });

  test("rates use primaries", () => {
    const records = exposure(1, 0, "sdcCritical", "sdcCritical");
    const repeated = records.map((record) =>
      record.type === "beam_event" && record.number === 2 ? { ...record, repeatOf: 1 } : record,
    );
    const found = result(repeated).runs[0]!;
    expect(found.outcomes.sdcCritical).toEqual({ primary: 1, repeat: 1 });
    expect(pick(found.estimates, "sdc").n).toBe(1);
  });

  test("a counter never read gives no exposure and no rate", () => {
    const found = result([runStart(0, beamPlan(1)), beamEvent(1, 1, 1, "dueCrash"), runEnd(2, 1, "time")]);
    expect(found.runs[0]).toMatchObject({ exposure: { kind: "unknown" }, estimates: [] });
    expect(found.pooled).toEqual([]);
  });

  test("a shutter that stayed closed gives no rate either", () => {
    const found = result([runStart(0, beamPlan(1)), beam(1, 1, 7), beam(2, 1, 7), runEnd(2, 1, "time")])
      .runs[0]!;
    expect(found.exposure).toMatchObject({ fluenceLivePerCm2: 0 });
    expect(found.estimates).toEqual([]);
  });

  test("control runs count time, and take the flag away", () => {
    const records = [
      ...exposure(1, 0),
      runStart(20, beamPlan(2), { runKind: "beam_off" }),
      runEnd(50, 2, "time"),
    ];
    expect(result(exposure(1, 0)).flags).toEqual(["no_control"]);
    expect(result(records)).toMatchObject({
      flags: [],
      runs: [{ flags: [] }, { exposure: { kind: "time", liveSeconds: 30 }, estimates: [] }],
    });
  });
});

describe("pooling", () => {
  const found = result([
    ...injection(1, 0, { temperatureC: 25 }),
    ...injection(2, 100, { temperatureC: 70 }),
    ...injection(3, 200, { target: "control" }),
    ...injection(4, 300, { dut: "cpu-i8" }),
  ]);

  test("runs that differ in temperature alone are one answer; each board's workload has a total", () => {
    expect(found.pooled.map(({ dut, target, runs }) => [dut, target, runs])).toEqual([
      ["cpu-f32", "weights", [1, 2]],
      ["cpu-f32", "control", [3]],
      ["cpu-f32", null, [1, 2, 3]],
      ["cpu-i8", "weights", [4]],
      ["cpu-i8", null, [4]],
    ]);
    expect(pick(found.pooled[0]!.estimates, "sdc")).toMatchObject({ n: 30, value: 30 / 80 });
    expect(found.pooled[2]).toMatchObject({ exposure: { confirmed: 120 }, faultModel: null });
  });

  test("exposures of one beam add up", () => {
    const beams = result([...exposure(1, 0, "sdcCritical"), ...exposure(2, 20, "sdcCritical")]).pooled;
    expect(beams).toHaveLength(1);
    expect(beams[0]).toMatchObject({
      runs: [1, 2],
      exposure: { fluenceLivePerCm2: 2e7, doseRadSi: 2, liveSeconds: expect.closeTo(20.002, 6) as number },
    });
    expect(pick(beams[0]!.estimates, "sdc")).toMatchObject({ n: 2, value: 1e-7 });
  });

  test("what was refreshed otherwise, or struck nothing, is no like run", () => {
    const mixed = result([
      ...injection(1, 0),
      ...injection(2, 100, { refresh: "none" }),
      runStart(200, runPlan(3)),
      strike(201, 3, 1, "masked"),
      runEnd(202, 3, "self_check_masked"),
    ]);
    expect(mixed.pooled.filter(({ target }) => target !== null).map(({ runs }) => runs)).toEqual([[1], [2]]);
    expect(mixed.runs[2]!.flags).toContain("not_pooled");
  });
});

describe("flags and ends", () => {
  test.each([
    [11, "dead>10%"],
    [21, "dead>20%"],
  ])("%d %% of dead time is told", (seconds, flag) => {
    const { flags } = result([runStart(0, beamPlan(1)), dead(1, 10, 10 + seconds), runEnd(100, 1, "time")])
      .runs[0]!;
    expect(flags).toContain(flag);
  });

  test("10 % is not, nor any share of an injection run: its strikes are counted one by one", () => {
    const quiet = result([runStart(0, beamPlan(1)), dead(1, 10, 20), runEnd(100, 1, "time")]);
    expect(quiet.runs[0]!.flags.filter((flag) => flag.startsWith("dead"))).toEqual([]);
    const patient = result([runStart(0, runPlan(1)), dead(1, 10, 90), runEnd(100, 1, "time")]);
    expect(patient.runs[0]!.flags).toEqual([]);
  });

  test("pile-up, throttling, dropped bytes, grouped strikes, weights, doubles are told", () => {
    const piled = [runStart(0, beamPlan(1)), beamEvent(1, 1, 1, "dueCrash"), iterations(2, 1, 5, 4)];
    expect(result(piled).runs[0]!.flags).toEqual(["mu>0.1", "no_control"]);
    const { flags } = result([
      runStart(0, runPlan(1, { refresh: "none" })),
      telemetry(1, 1, "cpu-f32", { throttle: 0x40, link: links(5, 3) }),
      strike(2, 1, 1, "masked", { weight: 0.5 }),
      strike(3, 1, 1, "masked"),
    ]).runs[0]!;
    expect(flags).toEqual(["throttled", "bytes_dropped", "grouped_strikes", "weighted", "doubled_records"]);
  });

  test("a run that never ended has an unknown end; one that a crash cut short says so", () => {
    const open = [runStart(0, runPlan(1)), strike(1, 1, 1, "masked")];
    expect(result(open)).toMatchObject({ endReason: "unknown_end", runs: [{ endReason: "unknown_end" }] });
    expect(result([...open, resumed(9, 1)]).runs[0]!.endReason).toBe("host_crash");
    const ended: Rec[] = [
      ...open,
      resumed(9, 1),
      runStart(10, runPlan(1)),
      runEnd(11, 1, "operator"),
      { type: "campaign_end", tNs: s(12), endReason: "operator", detail: "" },
    ];
    expect(result(ended)).toMatchObject({
      endReason: "operator",
      segments: 2,
      runs: [{ endReason: "operator", segments: 2 }],
    });
  });

  test("a journal without a start is refused with one line", () => {
    expect(() => analyze(folded([]))).toThrow(RigError);
    expect(() => analyze(folded([]))).toThrow(/campaign_start/);
  });
});

describe("result.json", () => {
  const found = result([
    ...injection(1, 0),
    ...exposure(2, 100, "sdcCritical"),
    { type: "effect", tNs: s(150), run: 1, dut: "cpu-f32", effect: "sefi_reset", detail: "" },
    { type: "effect", tNs: s(151), run: 1, dut: "cpu-f32", effect: "seu", detail: "" },
  ]);

  test("holds to its schema, and the schema and the type say the same", () => {
    expect(resultSchema.parse(JSON.parse(resultJson(found)))).toMatchObject({ schemaVersion: 3 });
    expectTypeOf<z.infer<typeof resultSchema>>().toExtend<Result>();
    expectTypeOf<Result>().toExtend<DeepReadonly<z.infer<typeof resultSchema>>>();
  });

  test("what the type does not allow, the schema refuses", () => {
    const spoiled = (change: object): boolean => resultSchema.safeParse({ ...found, ...change }).success;
    expect(spoiled({})).toBe(true);
    expect(spoiled({ surprise: 1 })).toBe(false);
    expect(spoiled({ endReason: "bored" })).toBe(false);
    expect(spoiled({ runs: [{ ...found.runs[0], exposure: { kind: "injection", asked: 1 } }] })).toBe(false);
    expect(() => resultJson({ ...found, seed: NaN })).toThrow();
  });

  test("is published as JSON Schema, every property closed and required", () => {
    const schema = resultJsonSchema();
    expect(schema.required).toEqual(Object.keys(found));
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  });

  test("has the same bytes for the same journal, and the same keys in whatever order they were made", () => {
    const shuffled = Object.fromEntries(Object.entries(found).reverse()) as unknown as Result;
    expect(resultJson(shuffled)).toBe(resultJson(found));
    expect(resultJson(found)).toMatch(/"effects": \{\s*"seu": 1,\s*"sefi_reset": 1\s*\}/);
  });

  test("writes numbers with 12 digits, and counts as they are", () => {
    const text = resultJson({ ...found, seed: 4294967295 });
    expect(text).toContain('"seed": 4294967295');
    expect(text.match(/\d\.\d{16,}/)).toBeNull();
  });
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
