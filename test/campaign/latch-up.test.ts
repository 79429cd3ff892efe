import { describe, expect, test } from "vitest";
import type { Supply } from "../../src/domain/equipment.ts";
import { exposure, injection, ofType, smallRig } from "./emulated.ts";
import { latchCampaign, latchRig, railStory, usualRail } from "./latch-up-bench.ts";
import { withDut } from "./with-dut.ts";

const cycle = ["cut", "off", "on"];

describe("armed before anything is exposed", () => {
  test("with how far it is verified, and what would be noticed; the time it takes is not live", async () => {
    const { records } = await latchCampaign(latchRig({ events: "" }), [exposure("seconds: 4")]);
    const [armed] = ofType(records, "rail_event");
    expect(armed).toMatchObject({ what: "armed", rail: "core", detects: "trips and steps" });
    expect(armed!.detail).toContain("trips at 1200 mA (read back)");
    const opened = ofType(records, "beam").find(({ open }) => open)!;
    expect(armed!.tNs).toBeLessThan(opened.tNs);
    expect(ofType(records, "dead")[0]).toMatchObject({ cause: "check" });
  });

  test("a rail that can neither trip nor be measured against a limit says that latch-up was not detected there", async () => {
    const { records, result } = await latchCampaign(smallRig(), [exposure("seconds: 4")]);
    expect(ofType(records, "rail_event")).toMatchObject([{ what: "armed", detects: "nothing" }]);
    expect(ofType(records, "rail_event")[0]!.detail).toContain("latch-up was not detected here");
    expect(result.runs[0]!.flags).toContain("latch_up_unseen");
    const watched = await latchCampaign(latchRig({ events: "" }), [exposure("seconds: 4")]);
    expect(watched.result.runs[0]!.flags).not.toContain("latch_up_unseen");
  });
});

test("a latch-up in mid-strike ends it unattributed with effect sel, and spoils no strike after it", async () => {
  const rig = (events: string): string => latchRig({ events, clockKHz: 100 });
  const blocks = [injection("strikes: 40")];
  const quiet = await latchCampaign(rig(""), blocks);
  const struck = await latchCampaign(rig("{ do: latch-up, atSeconds: 4, milliA: 2000 }"), blocks);
  const sel = ofType(struck.records, "strike").filter(({ effect }) => effect === "sel");
  expect(sel).toHaveLength(1);
  for (const strike of sel) expect(strike.outcome).toBe("unattributed");
  const spared = (records: typeof quiet.records): string[] =>
    ofType(records, "strike")
      .filter(({ strike }) => !sel.some((hit) => hit.strike.id === strike.id))
      .map(({ strike, outcome, evidence }) => `${strike.id} ${String(outcome)} ${evidence?.digest ?? ""}`);
  expect(spared(struck.records)).toEqual(spared(quiet.records));
  expect(ofType(struck.records, "effect").map(({ effect }) => effect)).toEqual(["sel"]);
  expect(struck.result.endReason).toBe("complete");
});

describe("a micro-SEL", () => {
  test("outlives workload and reset, goes with power, and is told apart from a current step that does not", async () => {
    const { records, result, truth } = await latchCampaign(
      latchRig({
        events:
          "{ do: micro-latch-up, atSeconds: 8, milliA: 250 }, { do: current-step, atSeconds: 32, milliA: 250 }",
      }),
      [exposure("seconds: 55")],
    );
    expect(railStory(records)).toEqual(["armed", ...cycle, "micro_sel", ...cycle, "current_step"]);
    expect(result.runs[0]!.effects).toEqual({ sel_micro: 1, current_step: 1 });
    const [micro, step] = ofType(records, "rail_event").filter(
      ({ what }) => what === "micro_sel" || what === "current_step",
    );
    expect(micro).toMatchObject({ cleared: true });
    expect(step).toMatchObject({ cleared: false });
    expect(micro!.reading!.milliA! - micro!.baselineMilliA!).toBeGreaterThan(240);
    expect(truth.filter(({ did }) => did === "cleared").map(({ milliA }) => milliA)).toEqual([250]);
    // No event of the beam: nothing of it was seen in what the board computes.
    expect(ofType(records, "beam_event")).toEqual([]);
  });

  test("is none where its rail measures and knows no step: the record says so", async () => {
    const rail = usualRail.replace(", microStepMilliA: 150", "");
    const { records } = await latchCampaign(
      latchRig({ events: "{ do: micro-latch-up, atSeconds: 5, milliA: 250 }", rail }),
      [exposure("seconds: 15")],
    );
    expect(railStory(records)).toEqual(["armed"]);
    expect(ofType(records, "rail_event")[0]).toMatchObject({ detects: "trips" });
    expect(ofType(records, "rail_event")[0]!.detail).toContain("a micro-SEL is not detected here");
  });
});

test("a load step longer than it may last goes with the workload, and nothing is cut for it", async () => {
  const { records, result } = await latchCampaign(
    latchRig({ events: "{ do: load-step, atSeconds: 8, milliA: 300, forSeconds: 5.6 }" }),
    [exposure("seconds: 25")],
  );
  expect(railStory(records)).toEqual(["armed", "load_step"]);
  expect(result.runs[0]!.effects).toEqual({});
});

describe("a supply that folds back", () => {
  const folds = (event: string): ReturnType<typeof latchCampaign> =>
    latchCampaign(latchRig({ events: event }), [exposure("seconds: 30")], {
      change: (bench) =>
        withDut(
          bench,
          () => ({}),
          ({ rails }) => ({ rails: rails.map(foldingAt(900)) }),
        ),
    });

  test("is told apart from a trip, cut and cleared by power", async () => {
    const { records, result } = await folds("{ do: latch-up, atSeconds: 8, milliA: 350 }");
    expect(railStory(records)).toEqual(["armed", "fold_back", ...cycle]);
    expect(ofType(records, "rail_event")[1]!.reading).toMatchObject({ on: true, regulating: "current" });
    expect(ofType(records, "rail_event").at(-1)).toMatchObject({ what: "on", cleared: true });
    // How it came: the looks before it, in order, at the pace of the supply.
    const { trace, tNs } = ofType(records, "rail_event")[1]!;
    expect(trace.length).toBeGreaterThan(8);
    expect(trace.map((point) => point.tNs)).toEqual(trace.map((point) => point.tNs).sort((a, b) => a - b));
    expect(tNs - trace[0]!.tNs).toBeGreaterThan(1e9);
    expect(trace.at(-1)!.milliA).toBeGreaterThan(trace[0]!.milliA! + 50);
    expect(ofType(records, "rail_event").at(-1)!.trace).toEqual([]);
    expect(result.runs[0]!.effects).toEqual({ sel: 1 });
  });

  test("for one look alone it passes", async () => {
    const { records, result } = await folds("{ do: load-step, atSeconds: 8, milliA: 350, forSeconds: 0.2 }");
    expect(railStory(records)).toEqual(["armed"]);
    expect(result.runs[0]!.effects).toEqual({});
  });
});

/** The readings of a supply whose limit is this, in the way of a trip-less rail. */
function foldingAt(limitMilliA: number): (rail: Supply) => Supply {
  return (rail) => ({
    ...rail,
    read: async () => {
      const reply = await rail.read();
      if (reply.kind !== "ok" || !reply.value.on || (reply.value.milliA ?? 0) <= limitMilliA) return reply;
      return { kind: "ok", value: { ...reply.value, milliA: limitMilliA, regulating: "current" } };
    },
  });
}

test("a supply that stops answering is a lost link, never a latch-up; a board silent with it is unattributed", async () => {
  let lostFromNs = Infinity;
  const { records, result } = await latchCampaign(
    latchRig({ events: "" }).replace(
      "events: []",
      "events: []\n      misbehave: [{ do: silent-hang, atSeconds: 12, goneMs: -1 }]",
    ),
    [exposure("seconds: 25")],
    {
      ladder: "[{ do: retry }, { do: reset }]",
      change: (bench) =>
        withDut(
          bench,
          () => ({}),
          ({ rails }) => ({
            rails: rails.map((rail) => ({
              ...rail,
              read: () =>
                lostFromNs < Infinity
                  ? Promise.resolve({ kind: "silence", waitedMs: 0 } as const)
                  : rail.read(),
            })),
          }),
        ),
      watch: (batch) => {
        for (const { tNs } of batch) if (tNs > 8e9) lostFromNs = tNs;
      },
    },
  );
  expect(railStory(records)).toEqual(["armed", "lost"]);
  expect(result.runs[0]!.effects).toEqual({});
  expect(ofType(records, "beam_event")).toMatchObject([{ outcome: "unattributed", effect: null }]);
  expect(ofType(records, "beam_event")[0]!.detail).toContain("its supply does not answer either");
});

describe("latch-ups in a row", () => {
  // As soon as there is power it latches again, before the board has booted.
  const storm = "{ do: latch-up, atSeconds: 8, everySeconds: 0.1, times: 600, milliA: 2000 }";

  test("end the run with sel_limit and leave the rails off", async () => {
    const { records, result, truth } = await latchCampaign(
      latchRig({ events: storm }),
      [exposure("seconds: 200")],
      {
        latchUp: "{ inARow: 3, then: stop }",
      },
    );
    expect(result.endReason).toBe("sel_limit");
    expect(ofType(records, "run_end")).toMatchObject([{ endReason: "sel_limit" }]);
    expect(ofType(records, "run_end")[0]!.detail).toContain("3 latch-ups in a row");
    expect(railStory(records).filter((what) => what === "cut")).toHaveLength(3);
    expect(railStory(records).at(-1)).toBe("cut");
    expect(truth.filter(({ did }) => did === "alive" || did === "dead").at(-1)!.did).toBe("dead");
  });

  test("rest, and go on when the rest has helped", async () => {
    const { records, result } = await latchCampaign(latchRig({ events: storm }), [exposure("seconds: 200")], {
      latchUp: "{ inARow: 2, then: rest, restSeconds: 100 }",
    });
    expect(ofType(records, "note").filter(({ text }) => text.includes("rest for 100 s"))).toHaveLength(1);
    const rests = ofType(records, "rail_event")
      .filter(({ what }) => what === "off")
      .map(({ detail }) => Number(/for (\d+) ms/.exec(detail)![1]));
    expect(rests.some((ms) => ms >= 100_000)).toBe(true);
    expect(rests.every((ms) => ms >= 4_000)).toBe(true);
    expect(result.runs[0]!.endReason).toBe("time");
    expect(ofType(records, "check").filter(({ pass }) => !pass)).toEqual([]);
  });

  test("so many in all end a run as well, its board brought back", async () => {
    const { records, result } = await latchCampaign(
      latchRig({ events: "{ do: latch-up, atSeconds: 8, everySeconds: 15, times: 5, milliA: 2000 }" }),
      [exposure("seconds: 200")],
      { latchUp: "{ maxPerRun: 2 }" },
    );
    expect(ofType(records, "run_end")).toMatchObject([
      { endReason: "sel_limit", detail: "2 latch-ups in this run" },
    ]);
    expect(result.runs[0]!.effects).toEqual({ sel: 2 });
    expect(railStory(records).at(-1)).toBe("on");
  });
});

test("the same storm twice is the same record", async () => {
  const rig = latchRig({ events: "{ do: latch-up, atSeconds: 6, milliA: 2000, board: hangs }" });
  const once = await latchCampaign(rig, [exposure("seconds: 16")]);
  const again = await latchCampaign(rig, [exposure("seconds: 16")]);
  expect(again.records).toEqual(once.records);
  expect(once.result.runs[0]!.effects).toEqual({ sel: 1 });
});
