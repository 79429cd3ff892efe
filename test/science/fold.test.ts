import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { emptyState, fold } from "../../src/science/fold.ts";
import { createIdSet } from "../../src/science/id-set.ts";
import { liveAccount } from "../../src/science/live-time.ts";
import { soFar } from "../../src/science/so-far.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  campaignStart,
  dead,
  evidence,
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

function account(records: readonly Rec[], run = 1) {
  const tally = folded(records).runs.get(run)!;
  return liveAccount(tally.timeline, tally.lastNs);
}

describe("the fold of a journal", () => {
  test("counts strikes by outcome, primaries and repeats apart, and remembers which were struck", () => {
    const state = folded([
      campaignStart(),
      runStart(1, runPlan(1)),
      strike(2, 1, 1, "masked"),
      strike(3, 1, 2, "sdcCritical", { evidence: evidence({ corrected: 2 }) }),
      strike(4, 1, 3, "sdcCritical", { repeatOf: 2 }),
      strike(5, 1, 5, null),
      strike(6, 1, 6, "dueHang", { confirmed: false }),
    ]);
    const run = state.runs.get(1)!;
    expect(run.outcomes.masked).toEqual({ primary: 1, repeat: 0 });
    expect(run.outcomes.sdcCritical).toEqual({ primary: 1, repeat: 1 });
    expect(run.outcomes.dueHang).toEqual({ primary: 0, repeat: 0 });
    expect(run.unknownStrikes).toBe(2);
    expect(run.corrected).toBe(2);
    const done = soFar(state).run(1);
    expect([1, 2, 3, 4, 5, 6, 7].filter((id) => done.isDone(id))).toEqual([1, 2, 3, 5, 6]);
    expect(done).toMatchObject({
      starts: 1,
      ended: false,
      counts: { strikes: 5, confirmed: 2, sdc: 1, events: 1 },
    });
  });

  test("a strike or a beam event that stands there twice counts once, and is told", () => {
    const run = folded([
      runStart(1, runPlan(1)),
      strike(2, 1, 1, "sdcTolerable"),
      strike(3, 1, 1, "sdcTolerable"),
      beamEvent(4, 1, 1, "dueCrash"),
      beamEvent(5, 1, 1, "dueCrash"),
    ]).runs.get(1)!;
    expect(run.outcomes.sdcTolerable.primary).toBe(1);
    expect(run.outcomes.dueCrash.primary).toBe(1);
    expect(run.doubled).toBe(2);
  });

  test("live time leaves out dead intervals, and what is dead twice once", () => {
    expect(
      account([
        runStart(10, runPlan(1)),
        dead(1, 20, 25),
        dead(1, 23, 30, "paused"),
        dead(1, 40, 41),
        dead(1, 5, 12, "check"),
        runEnd(110, 1, "strikes"),
      ]),
    ).toMatchObject({ elapsedSeconds: 100, deadSeconds: 13, liveSeconds: 87 });
  });

  test("dead time is booked to its first cause", () => {
    const run = folded([runStart(0, runPlan(1)), dead(1, 1, 4), dead(1, 3, 6, "paused")]).runs.get(1)!;
    expect(run.timeline.deadNsByCause).toEqual({ recovery: s(3), paused: s(2) });
  });

  test("a square-wave beam is integrated over live time to the analytic value", () => {
    // 1e6 /cm²/s for 10 s, off for 10 s, and so on; read twice a second; dead from 5 to 15 s of each period of 20 s.
    const counterAt = (t: number): number => 1e6 * (10 * Math.floor(t / 20) + Math.min(10, t % 20));
    const records: Rec[] = [runStart(0, beamPlan(1))];
    for (let tick = 1; tick <= 400; tick++) {
      const t = tick / 2;
      records.push(beam(t, 1, 1e9 + counterAt(t)));
      if (t % 20 === 15) records.push(dead(1, t - 10, t));
    }
    const { fluenceGrossPerCm2, fluenceLivePerCm2 } = account(records);
    // The first half second lies before the first reading and belongs to nobody.
    expect(fluenceGrossPerCm2).toBeCloseTo(1e8 - 0.5e6, 0);
    expect(fluenceLivePerCm2).toBeCloseTo(5e7 - 0.5e6, 0);
  });

  test("a dead interval between two readings takes its share by a straight line", () => {
    expect(
      account([
        runStart(0, beamPlan(1)),
        beam(0.001, 1, 0),
        dead(1, 3, 4),
        beam(10.001, 1, 1000),
        runEnd(11, 1, "fluence"),
      ]),
    ).toMatchObject({ fluenceGrossPerCm2: 1000, fluenceLivePerCm2: expect.closeTo(900, 6) as number });
  });

  test("a counter that was restarted goes on from what it shows", () => {
    const run = folded([
      runStart(0, beamPlan(1)),
      beam(1, 1, 500),
      beam(2, 1, 900),
      beam(3, 1, 100),
      beam(4, 1, 300),
    ]).runs.get(1)!;
    expect(liveAccount(run.timeline, run.lastNs).fluenceGrossPerCm2).toBe(700);
    expect(run.timeline.counterRestarts).toBe(1);
  });

  test("a run cut short by a crash ends with its last record, and the outage leaves time and fluence", () => {
    const records: Rec[] = [
      campaignStart(),
      runStart(0, beamPlan(1)),
      beam(0.5, 1, 0),
      beam(10, 1, 950),
      resumed(1000, 1),
      runStart(1010, beamPlan(1), { segment: 1 }),
      beam(1011, 1, 5000),
      beam(1021, 1, 6000),
      runEnd(1030, 1, "fluence"),
    ];
    expect(account(records)).toMatchObject({
      elapsedSeconds: 30,
      fluenceGrossPerCm2: 1950,
      fluenceLivePerCm2: 1950,
    });
    // The same without the `resumed`: the next start of the same run cuts as well.
    expect(account(records.filter((record) => record.type !== "resumed"))).toMatchObject({
      elapsedSeconds: 30,
    });
    const cut = folded(records.slice(0, 5));
    expect(cut.runs.get(1)).toMatchObject({ open: false, cut: true, end: null });
    expect(cut).toMatchObject({ segments: 2 });
    expect(folded(records).runs.get(1)).toMatchObject({ open: false, cut: false, segments: 2 });
  });

  test("a recovery under way when the host died was dead time from the last sign of life", () => {
    expect(
      account([
        runStart(0, runPlan(1)),
        telemetry(10, 1, "cpu-f32"),
        {
          type: "rung",
          tNs: s(14),
          run: 1,
          dut: "cpu-f32",
          rung: "reset",
          attempt: 1,
          cured: false,
          detail: "",
        },
        {
          type: "rung",
          tNs: s(18),
          run: 1,
          dut: "cpu-f32",
          rung: "reset",
          attempt: 2,
          cured: false,
          detail: "",
        },
        resumed(500, 1),
      ]),
    ).toMatchObject({ elapsedSeconds: 18, deadSeconds: 8 });
  });

  test.each([
    ["a strike whose event came in", strike(20, 1, 1, "masked"), 20],
    ["a heartbeat", telemetry(20, 1, "cpu-f32"), 20],
    ["a strike that nothing came in for", strike(20, 1, 1, null, { event: null }), 10],
  ])("the board is well again with a sign of life: %s", (_, sign, liveSeconds) => {
    const rung = { run: 1, dut: "cpu-f32", rung: "retry", attempt: 1, cured: true, detail: "" } as const;
    const found = account([
      runStart(0, runPlan(1)),
      telemetry(10, 1, "cpu-f32"),
      { type: "rung", tNs: s(14), ...rung },
      sign,
      resumed(500, 1),
    ]);
    expect(found).toMatchObject({ elapsedSeconds: 20, liveSeconds });
  });

  test("link counts are taken by what each run gained, from one process to the next", () => {
    const state = folded([
      runStart(0, runPlan(1)),
      telemetry(1, 1, "cpu-f32", { link: links(100) }),
      runEnd(2, 1, "strikes", 150),
      runStart(3, runPlan(2)),
      telemetry(4, 2, "cpu-f32", { link: links(180) }),
      resumed(10, 1),
      runStart(11, runPlan(2), { segment: 1 }),
      telemetry(12, 2, "cpu-f32", { link: links(200) }),
      telemetry(13, 2, "cpu-f32", { link: links(20) }),
      runEnd(14, 2, "strikes", 60),
    ]);
    expect(state.runs.get(1)!.link.frames).toBe(150);
    // 30 before the crash, 200 in the new process, then 60 over a link opened anew within it.
    expect(state.runs.get(2)!.link.frames).toBe(30 + 200 + 60);
  });

  test("what a board last said is kept: heat, iteration, newest event of its boot", () => {
    const state = folded([
      runStart(0, runPlan(1)),
      telemetry(1, 1, "cpu-f32", { dieC: 70, iteration: 12, throttle: 0x20 }),
      strike(2, 1, 1, "masked", { bootId: 9, event: 41, dieC: 60 }),
      strike(3, 1, 2, "masked", { bootId: 9, event: 40 }),
    ]);
    expect(state.boards.get("cpu-f32")).toMatchObject({ run: 1, dieC: 60, iteration: 12 });
    const done = soFar(state);
    expect(done.highestEvent("cpu-f32", 9)).toBe(41);
    expect(done.highestEvent("cpu-f32", 8)).toBe(0);
    expect(done.highestEvent("nobody", 9)).toBe(0);
    expect(done.lastIteration("cpu-f32")).toBe(12);
    fold(state, telemetry(4, 1, "cpu-f32", { iteration: 99 }));
    fold(state, strike(5, 1, 3, "masked", { bootId: 9, event: 50 }));
    expect(done.lastIteration("cpu-f32"), "a snapshot stays as it was taken").toBe(12);
    expect(done.highestEvent("cpu-f32", 9)).toBe(41);
    expect(done.run(1).isDone(3)).toBe(false);
    expect(state.runs.get(1)!.die).toEqual({ samples: 3, sumC: 170, minC: 40, maxC: 70 });
    expect(state.runs.get(1)!.throttled).toBe(true);
  });

  test("an event that a board kept over an outage is its board's newest, in whatever run it stands", () => {
    const state = folded([
      runStart(0, beamPlan(1)),
      resumed(10, 1),
      beamEvent(11, 1, 1, "unattributed", { weight: 0, bootId: 3, event: 8 }),
    ]);
    expect(soFar(state).highestEvent("cpu-f32", 3)).toBe(8);
    expect(state.runs.get(1)).toMatchObject({ weighted: false, cut: true });
  });

  test.each([
    ["strikes", true],
    ["interval_width", true],
    ["self_check_masked", true],
    ["operator", false],
    ["pulled_link", false],
    ["dut_dead", false],
  ] as const)("a run that ended by %s is done with: %s", (endReason, ended) => {
    const state = folded([runStart(0, runPlan(1)), runEnd(1, 1, endReason)]);
    const done = soFar(state);
    expect(done.run(1)).toMatchObject({ ended, starts: 1, started: { workload: "gemm", format: "f32" } });
    expect(done.run(2)).toEqual(expect.objectContaining({ ended: false, starts: 0, started: null }));
  });

  test("iterations, effects, checks, boots and ends are counted for their run", () => {
    const run = folded([
      runStart(0, runPlan(1)),
      iterations(1, 1, 10, 9),
      iterations(2, 1, 5, 5),
      { type: "effect", tNs: s(3), run: 1, dut: "cpu-f32", effect: "sefi_self", detail: "" },
      {
        type: "check",
        tNs: s(4),
        run: 1,
        check: "golden",
        target: null,
        pass: false,
        outcome: null,
        event: null,
        bootId: null,
        detail: "",
      },
      {
        type: "boot",
        tNs: s(5),
        run: 1,
        dut: "cpu-f32",
        bootId: 2,
        boots: 2,
        cause: "watchdog",
        expected: false,
        eventsLostAtMost: 3,
      },
      runEnd(6, 1, "interval_width"),
    ]).runs.get(1)!;
    expect(run.iterations).toEqual({
      total: 15,
      clean: 14,
      computeSeconds: expect.closeTo(0.015, 9) as number,
    });
    expect(run).toMatchObject({
      effects: { sefi_self: 1 },
      checks: { golden: { passed: 0, failed: 1 } },
      unexpectedBoots: 1,
      eventsLostAtMost: 3,
      end: { endReason: "interval_width" },
    });
  });

  test("records of a run that never started change nothing but the count", () => {
    const state = folded([strike(1, 9, 1, "masked"), beam(2, 9, 5), runEnd(3, 9, "strikes"), dead(9, 1, 2)]);
    expect(state.runs.size).toBe(0);
    expect(state.records).toBe(4);
  });

  test.each([
    ["readings of the counter", 200_000, Infinity],
    ["dead intervals", 20_000, 1],
    ["both", 200_000, 10],
  ])("memory is bounded, and the sums stay: %s", (_, n, deadEvery) => {
    const state = fold(emptyState(), runStart(0, beamPlan(1)));
    const readingEvery = deadEvery === 1 ? n : 1;
    fold(state, beam(0.001, 1, 0));
    for (let t = 1; t <= n; t++) {
      if (t % deadEvery === 0) fold(state, dead(1, t - 0.5, t));
      if (t % readingEvery === 0) fold(state, beam(t, 1, 1000 * t));
    }
    const { timeline, lastNs } = state.runs.get(1)!;
    expect(timeline.knots.length).toBeLessThanOrEqual(131_072);
    expect(timeline.dead.length).toBeLessThanOrEqual(8_192);
    const sum = liveAccount(timeline, lastNs);
    expect(sum.deadSeconds).toBeCloseTo(deadEvery === Infinity ? 0 : n / deadEvery / 2, 6);
    expect(sum.fluenceGrossPerCm2).toBe(1000 * n);
    if (deadEvery !== 1) expect(sum.fluenceLivePerCm2).toBeCloseTo(1000 * (n - sum.deadSeconds), 3);
  });
});

describe("a set of ids", () => {
  test("costs nothing for ids in order, and one each for those ahead of a gap", () => {
    const ids = createIdSet();
    for (let id = 1; id <= 1000; id++) ids.add(id);
    expect(ids).toMatchObject({ size: 1000, scattered: 0 });
    ids.add(1003);
    ids.add(1002);
    expect(ids).toMatchObject({ size: 1002, scattered: 2 });
    ids.add(1001);
    expect(ids).toMatchObject({ size: 1003, scattered: 0 });
  });

  test("behaves as a Set, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (ids) => {
        const [mine, theirs] = [createIdSet(), new Set<number>()];
        for (const id of ids) {
          expect(mine.add(id)).toBe(!theirs.has(id));
          theirs.add(id);
        }
        expect(mine.size).toBe(theirs.size);
        for (let id = 0; id <= 61; id++) expect(mine.has(id)).toBe(theirs.has(id));
      }),
    );
  });
});
