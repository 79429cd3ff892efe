import { describe, expect, test } from "vitest";
import type { Bench } from "../../src/domain/capabilities.ts";
import { campaignOn, exposure, ofType, smallRig } from "./emulated.ts";

/** What errors in state that nothing restores do to a count, and what it costs to restore it (WL-4). Weights alone are struck: every input shows them, nothing traps. */
const rig = smallRig().replace(
  "weights: 1.0e-12, activations: 1.0e-12, control: 1.0e-12",
  "weights: 1.0e-9, activations: 0, control: 0",
);
const seconds = "seconds: 0.05";
const told = async (more: string, change?: (bench: Bench) => Bench) => {
  const { records, result } = await campaignOn(
    rig,
    [exposure(seconds, more)],
    change === undefined ? {} : { change },
  );
  const events = ofType(records, "beam_event");
  const dead = ofType(records, "dead").filter(({ cause }) => cause === "refresh");
  return {
    primaries: events.filter(({ repeatOf }) => repeatOf === null).length,
    repeats: events.filter(({ repeatOf }) => repeatOf !== null).length,
    traps: events.filter(({ evidence }) => evidence?.end === "trap").length,
    dead: dead.map(({ fromNs, toNs }) => toNs - fromNs),
    run: result.runs[0]!,
  };
};

/** Words of 32 bits of gemm-i8: weights of 256 bytes, 8 inputs of 256 bytes, 8 control words; 100 MHz. */
const words = { weights: 64, inputs: 512, full: 64 + 512 + 8 };

describe("errors in stored state", () => {
  test("repeat where nothing is restored", async () => {
    const none = await told(", refresh: none");
    expect(none.primaries).toBeGreaterThan(0);
    expect(none.repeats).toBeGreaterThan(3 * none.primaries);
    expect(none.dead).toEqual([]);
  });

  test("are seen once where all is restored after each, and the copy is dead time, to the cycle", async () => {
    const after = await told(", refresh: full, refreshAfter: error");
    expect(after.primaries).toBeGreaterThan(5);
    expect(after.repeats).toBe(0);
    // The last one may end the run before it is restored.
    expect(after.traps).toBe(0);
    expect([after.primaries, after.primaries - 1]).toContain(after.dead.length);
    // One device cycle a word, and nothing else: the links of a bench in memory take no time.
    for (const ns of after.dead) expect(ns).toBe((words.full * 1e6) / 100_000);
    const total = after.dead.reduce((sum, ns) => sum + ns, 0) / 1e9;
    expect(after.run.live.deadSeconds).toBeGreaterThanOrEqual(total);
  });

  test("of what the policy leaves alone go on repeating", async () => {
    const inputs = await told(", refresh: inputs, refreshAfter: error");
    expect(inputs.repeats).toBeGreaterThan(0);
    for (const ns of inputs.dead) expect(ns).toBeCloseTo((words.inputs * 1e6) / 100_000, -1);
  });

  test("on a board that cannot stop by itself are told apart as repeats, until the host has stopped it", async () => {
    const old = (bench: Bench): Bench => {
      const station = bench.stations.get("dut")!;
      const dut = new Proxy(station.dut, {
        get: (from, key) => {
          if (key === "runToError")
            return () => Promise.resolve({ kind: "refused", reason: "unknown-command" });
          const value: unknown = Reflect.get(from, key);
          return typeof value === "function" ? (value.bind(from) as unknown) : value;
        },
      });
      return { ...bench, stations: new Map([["dut", { ...station, dut }]]) };
    };
    const after = await told(", refresh: full, refreshAfter: error", old);
    expect(after.primaries).toBeGreaterThan(5);
    expect(after.dead.length).toBeGreaterThan(0);
    expect(after.repeats).toBeLessThanOrEqual(2 * after.primaries);
  });
});

test("after an error something must be restored", async () => {
  await expect(told(", refresh: none, refreshAfter: error")).rejects.toThrow(
    /give refresh: full, weights or inputs/,
  );
});
