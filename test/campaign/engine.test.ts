import { describe, expect, test } from "vitest";
import type { Bench, Station } from "../../src/domain/capabilities.ts";
import type { InjectionSeen, Injector } from "../../src/domain/equipment.ts";
import { emptyState } from "../../src/science/fold.ts";
import { soFar } from "../../src/science/so-far.ts";
import { campaignOn, exposure, fates, injection, ofType, smallRig } from "./emulated.ts";

describe("an injection run", () => {
  test("strikes as often as it was told, and every strike has a fate that the evidence bears out", async () => {
    const { records, result } = await campaignOn(smallRig(), [injection("strikes: 60")]);
    const strikes = ofType(records, "strike");
    expect(strikes.map(({ strike }) => strike.id)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    for (const { outcome, evidence } of strikes) expect(outcome === "masked").toBe(evidence!.wrong === 0);
    const run = result.runs[0]!;
    expect(run.endReason).toBe("strikes");
    expect(run.exposure).toEqual({ kind: "injection", asked: 60, confirmed: 60, unknown: 0 });
    expect(Object.values(run.outcomes).reduce((sum, count) => sum + (count?.primary ?? 0), 0)).toBe(60);
  });

  test("all state is proved restored by digest after each strike", async () => {
    const { records } = await campaignOn(smallRig(), [injection("strikes: 30")]);
    const { stateDigest } = ofType(records, "run_start")[0]!;
    for (const { evidence } of ofType(records, "strike")) expect(evidence!.stateDigest).toBe(stateDigest);
  });

  test("the same seed does the same, another does not", async () => {
    const one = await campaignOn(smallRig(), [injection("strikes: 20")], { seed: 7 });
    const same = await campaignOn(smallRig(), [injection("strikes: 20")], { seed: 7 });
    const other = await campaignOn(smallRig(), [injection("strikes: 20")], { seed: 8 });
    expect(same.records).toEqual(one.records);
    expect(fates(other.records)).not.toEqual(fates(one.records));
  });

  test("strikes on control state hang the board until its watchdog fires, and it comes back by itself", async () => {
    const { records, result } = await campaignOn(smallRig(), [
      "{ kind: injection, dut: dut, workload: gemm, target: control, stop: { strikes: 60 } }",
    ]);
    const boots = ofType(records, "boot").filter((boot) => !boot.expected);
    expect(boots.length).toBeGreaterThan(3);
    expect(new Set(boots.map(({ cause }) => cause))).toEqual(new Set(["watchdog"]));
    const run = result.runs[0]!;
    // The self-check strike may hang it as well; every other boot is a strike counted as a hang.
    expect(boots.length - run.outcomes.dueHang.primary).toBeLessThanOrEqual(1);
    expect(run.effects.sefi_self).toBe(boots.length);
    expect(run.outcomes.dueCrash.primary).toBeGreaterThan(0);
    for (const { via, confirmed } of ofType(records, "strike"))
      expect({ via, confirmed }).toEqual({ via: "injector", confirmed: true });
  });

  test("an injector that reaches nothing is found by the self-check, and the campaign is refused", async () => {
    const deaf = (bench: Bench): Bench =>
      withInjector(bench, ({ name, reaches }) => ({
        name,
        reaches,
        space: null,
        arm: () => Promise.resolve({ kind: "ok", value: seenNothing }),
        release: () => Promise.resolve({ kind: "ok", value: seenNothing }),
      }));
    const { records, result } = await campaignOn(
      smallRig(),
      [
        "{ kind: injection, dut: dut, workload: gemm, target: control, stop: { strikes: 50 } }",
        injection("strikes: 5"),
      ],
      { change: deaf },
    );
    expect(ofType(records, "check")[0]).toMatchObject({
      check: "self_check",
      pass: false,
      outcome: "masked",
    });
    expect(ofType(records, "strike")).toEqual([]);
    expect(result.endReason).toBe("self_check_masked");
    expect(ofType(records, "run_start")).toHaveLength(1);
  });

  test("a strike the injector does not confirm is unknown, never masked; a path that confirms nothing ends the run", async () => {
    let asked = 0;
    const lossy = (bench: Bench): Bench =>
      withInjector(bench, (real) => ({
        ...real,
        arm: (dut, strike) =>
          asked++ % 2 === 0
            ? real.arm(dut, strike)
            : Promise.resolve({ kind: "refused", reason: "not-able" }),
      }));
    const { result } = await campaignOn(
      smallRig(),
      ["{ kind: injection, dut: dut, workload: gemm, target: control, stop: { strikes: 40 } }"],
      { change: lossy },
    );
    expect(result.runs[0]!.exposure).toEqual({ kind: "injection", asked: 40, confirmed: 20, unknown: 20 });
    expect(result.runs[0]!.flags).toContain("unknown>1%");
    const bounds = result.runs[0]!.estimates.find(({ outcome }) => outcome === "due")!;
    expect(bounds.unknownBounds!.allDue).toBeGreaterThan(bounds.unknownBounds!.allMasked);
  });

  test("without refresh a corrupted weight is seen again, and counted as a repeat", async () => {
    const { records, result } = await campaignOn(smallRig(), [injection("strikes: 20", ", refresh: none")]);
    expect(ofType(records, "strike").some(({ repeatOf }) => repeatOf !== null)).toBe(true);
    expect(result.runs[0]!.flags).toContain("grouped_strikes");
  });

  test("the width rule ends a run when its interval is narrow, not before ten events", async () => {
    const { result } = await campaignOn(smallRig(), [injection("intervalWidth: 0.4")]);
    const run = result.runs[0]!;
    expect(run.endReason).toBe("interval_width");
    const sdc = run.estimates.find(({ outcome }) => outcome === "sdc")!;
    expect(sdc.n).toBeGreaterThanOrEqual(10);
    expect(sdc.upper - sdc.lower).toBeLessThanOrEqual(0.4);
  });
});

describe("an exposure", () => {
  test("counts events against live fluence, and says that nothing was measured", async () => {
    const { records, result } = await campaignOn(smallRig(), [
      "{ kind: beam_off, dut: dut, workload: gemm, stop: { seconds: 5 } }",
      exposure("events: 20, seconds: 600"),
    ]);
    const [dark, lit] = result.runs;
    expect(dark!.exposure.kind).toBe("time");
    expect(dark!.iterations.clean).toBe(dark!.iterations.total);
    expect(dark!.iterations.total).toBeGreaterThan(1000);
    expect(lit!.endReason).toBe("events");
    expect(lit!.exposure).toMatchObject({ kind: "beam", emulated: true });
    expect(lit!.outcomes.masked).toBeNull();
    expect(lit!.flags).not.toContain("no_control");
    expect(
      ofType(records, "check")
        .filter(({ check }) => check === "functional")
        .every(({ pass }) => pass),
    ).toBe(true);
    expect(lit!.estimates.every(({ kind }) => kind === "crossSection")).toBe(true);
  });
});

test("a long exposure without an event is not cut by the lease: who asks for events is alive", async () => {
  const { records, result } = await campaignOn(smallRig({ station: "leaseMs: 3000" }), [
    "{ kind: beam_off, dut: dut, workload: gemm, stop: { seconds: 30 } }",
  ]);
  expect(result.runs[0]!.endReason).toBe("time");
  expect(ofType(records, "note").filter(({ text }) => text.includes("lease"))).toEqual([]);
  // All of it was one run of the board: iterations of 41 microseconds for thirty seconds.
  expect(result.runs[0]!.iterations.total).toBeGreaterThan(0.99 * (30 / 40.96e-6));
});

test("a campaign refused once is refused still when it is gone on with", () => {
  const before = { ...soFar(emptyState()) };
  const refused = {
    ...before,
    run: (n: number) => ({ ...before.run(n), ended: true, endReason: "self_check_masked" as const }),
  };
  return expect(
    campaignOn(smallRig(), [injection("strikes: 5")], { soFar: refused }).then(({ records }) =>
      records.at(-1),
    ),
  ).resolves.toMatchObject({
    type: "campaign_end",
    endReason: "self_check_masked",
  });
});

describe("an operator", () => {
  test("stop ends the run under way cleanly, with its reason; the rest is not begun", async () => {
    const { records, result } = await campaignOn(
      smallRig(),
      [injection("strikes: 500"), injection("strikes: 5")],
      {
        watch: (batch, commands) => {
          if (ofType(batch, "strike").some(({ strike }) => strike.id === 10))
            commands.post({ verb: "stop", by: "test" });
        },
      },
    );
    expect(ofType(records, "command")).toMatchObject([
      { obeyed: true, command: { verb: "stop", by: "test" } },
    ]);
    expect(result.runs).toHaveLength(1);
    expect(result.runs[0]!.endReason).toBe("operator");
    expect(result.endReason).toBe("operator");
  });

  test("pause stops the exposure, resume goes on; the pause is dead time", async () => {
    let asked = false;
    const { records, result } = await campaignOn(smallRig(), [exposure("seconds: 20")], {
      watch: (batch, commands) => {
        for (const record of batch) {
          if (record.type === "beam" && record.tNs > 5e9 && !asked) {
            asked = true;
            commands.post({ verb: "pause", by: "test" });
          }
          // The shutter is closed: the exposure has stopped.
          if (record.type === "beam" && asked && !record.open) commands.post({ verb: "resume", by: "test" });
        }
      },
    });
    expect(ofType(records, "dead").some(({ cause }) => cause === "paused")).toBe(true);
    expect(result.runs[0]!.endReason).toBe("time");
  });

  test("resume without a pause is refused, and the refusal is a record", async () => {
    let asked = false;
    const { records } = await campaignOn(smallRig(), [injection("strikes: 20")], {
      watch: (_, commands) => {
        if (!asked) commands.post({ verb: "resume", by: "test" });
        asked = true;
      },
    });
    expect(ofType(records, "command")).toMatchObject([{ obeyed: false }]);
  });

  test("abort goes to the safe state at once: beam shut, rail off", async () => {
    const asked: string[] = [];
    const { records } = await campaignOn(smallRig(), [exposure("seconds: 1000")], {
      change: (bench) => {
        const { dut, injector, thermal, climate, rails, beam } = bench.stations.get("dut")!;
        const supply = rails[0]!;
        const station: Station = {
          dut,
          injector,
          thermal,
          priorDoseRadSi: 0,
          climate,
          rails: [
            {
              ...supply,
              off: () => {
                asked.push("rail off");
                return supply.off();
              },
            },
          ],
          beam: {
            ...beam!,
            open: () => beam!.open(),
            close: () => {
              asked.push("beam shut");
              return beam!.close();
            },
            read: () => beam!.read(),
          },
        };
        return withStations(bench, new Map([["dut", station]]));
      },
      watch: (batch, _, abort) => {
        if (batch.some((record) => record.type === "beam" && record.tNs > 3e9)) abort();
      },
    });
    expect(asked).toContain("beam shut");
    expect(asked).toContain("rail off");
    expect(ofType(records, "run_end")).toMatchObject([{ endReason: "operator" }]);
    expect(records.at(-1)).toMatchObject({ type: "campaign_end", endReason: "operator" });
  });
});

const seenNothing: InjectionSeen = {
  confirmed: true,
  observations: [],
  address: null,
  before: null,
  after: null,
  dwellMs: null,
  restored: null,
  detail: "",
};

function withStations(bench: Bench, stations: Bench["stations"]): Bench {
  return {
    name: bench.name,
    stations,
    othersAlive: (dut) => bench.othersAlive(dut),
    faults: bench.faults,
    close: () => bench.close(),
  };
}

/** The same bench with another injector on each station. */
function withInjector(bench: Bench, change: (real: Injector) => Injector): Bench {
  const stations = [...bench.stations].map(([name, station]): [string, Station] => [
    name,
    { ...station, injector: change(station.injector!) },
  ]);
  return withStations(bench, new Map(stations));
}
