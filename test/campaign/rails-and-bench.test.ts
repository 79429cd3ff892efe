import { describe, expect, test } from "vitest";
import type { Supply } from "../../src/domain/equipment.ts";
import type { Rec } from "../../src/domain/records.ts";
import { silence } from "../../src/domain/reply.ts";
import { FaultQueue } from "../../src/rig/fault-queue.ts";
import { campaignOn, exposure, injection, ofType, smallRig } from "./emulated.ts";
import { latchCampaign, latchRig } from "./latch-up-bench.ts";
import { withDut } from "./with-dut.ts";

/** Rails, heater, shutter and bench faults, when two of them go wrong together. */
const latchUp = (...seconds: number[]): string =>
  seconds.map((atSeconds) => `{ do: latch-up, atSeconds: ${atSeconds}, milliA: 2000 }`).join(", ");
const unplugged = (atSeconds: number, goneMs: number): string =>
  `, unplugged: [{ atSeconds: ${atSeconds}, goneMs: ${goneMs} }]`;
const effects = (records: readonly Rec[]): string[] => ofType(records, "effect").map(({ effect }) => effect);

describe("a supply that is away", () => {
  test("for less than a look, ends the segment all the same: nobody knows what it came back with", async () => {
    const { records, result } = await latchCampaign(latchRig({ events: "", supply: unplugged(8.05, 20) }), [
      exposure("seconds: 15"),
    ]);
    expect(ofType(records, "bench_fault").map(({ what }) => what)).toEqual(["unplugged", "back"]);
    expect(ofType(records, "run_start").map(({ segment }) => segment)).toEqual([0, 1]);
    // What trips is armed again.
    expect(ofType(records, "rail_event").map(({ what }) => what)).toEqual(["armed", "armed"]);
    expect(result.endReason).toBe("complete");
  });

  test("in the middle of a recovery is no latch-up after another, and no reason to give the board up", async () => {
    const { records, result } = await latchCampaign(
      latchRig({ events: latchUp(8), supply: unplugged(10, 30_000) }),
      [exposure("seconds: 20")],
      { latchUp: "{ inARow: 2, then: stop }" },
    );
    expect(effects(records)).toEqual(["sel"]);
    expect(ofType(records, "rung").filter(({ rung }) => rung === "give-up")).toEqual([]);
    expect(ofType(records, "run_end")).toMatchObject([{ endReason: "time" }]);
    expect(result.runs[0]).toMatchObject({ segments: 2, effects: { sel: 1 } });
  });

  test("does not let a run have more latch-ups than it may: they count over its segments", async () => {
    const { records } = await latchCampaign(
      latchRig({ events: latchUp(6, 40), supply: unplugged(25, 1_000) }),
      [exposure("seconds: 60")],
      { latchUp: "{ maxPerRun: 2 }" },
    );
    expect(ofType(records, "run_start")).toHaveLength(2);
    expect(ofType(records, "run_end")).toMatchObject([
      { endReason: "sel_limit", detail: "2 latch-ups in this run" },
    ]);
  });
});

test("a rail whose answer to `on` got lost is watched like any other", async () => {
  let lost = 0;
  const mute = (rail: Supply): Supply => ({
    ...rail,
    on: async () => {
      const reply = await rail.on();
      return lost++ === 0 ? silence(100) : reply;
    },
  });
  const { records } = await latchCampaign(latchRig({ events: latchUp(6, 25) }), [exposure("seconds: 35")], {
    change: (bench) =>
      withDut(
        bench,
        () => ({}),
        ({ rails }) => ({ rails: rails.map(mute) }),
      ),
  });
  expect(lost).toBeGreaterThan(1);
  expect(effects(records)).toEqual(["sel", "sel"]);
});

test("after too many latch-ups in a row the campaign's end names them, and nobody heats the board any more", async () => {
  const verbs: string[] = [];
  const { records } = await latchCampaign(
    latchRig({ events: latchUp(6) }),
    [exposure("seconds: 20"), exposure("seconds: 20")],
    {
      latchUp: "{ inARow: 1, then: stop }",
      change: (bench) =>
        withDut(
          bench,
          () => ({}),
          ({ thermal }) => ({
            thermal: thermal && {
              ...thermal,
              off: () => {
                verbs.push("off");
                return thermal.off();
              },
            },
          }),
        ),
      watch: (batch) => {
        for (const { type } of batch) if (type === "run_end" || type === "campaign_end") verbs.push(type);
      },
    },
  );
  expect(ofType(records, "campaign_end")).toMatchObject([{ endReason: "sel_limit" }]);
  expect(ofType(records, "run_end")[0]!.detail).toContain("stay off");
  // At once, for each block of this board, and once more for the safe state.
  const after = verbs.slice(verbs.indexOf("run_end"), verbs.indexOf("campaign_end"));
  expect(after).toEqual(["run_end", "off", "off", "off"]);
});

describe("too hot", () => {
  test("and a rail that does not obey: nobody claims that it is off", async () => {
    const { records } = await campaignOn(
      smallRig({ station: "limits: { dieCutC: 40 }" }),
      [exposure("seconds: 20")],
      {
        change: (bench) =>
          withDut(
            bench,
            () => ({}),
            ({ rails }) => ({
              rails: rails.map((rail) => ({ ...rail, off: () => Promise.resolve(silence(10)) })),
            }),
          ),
      },
    );
    const [end] = ofType(records, "run_end");
    expect(end!.endReason).toBe("over_temperature");
    expect(end!.detail).toContain("the rail 'main' of 'dut' did not go off");
    expect(end!.detail).not.toContain("rails are off");
    expect(ofType(records, "rail_event").find(({ what }) => what === "cut")!.reading).toBeNull();
  });

  test("while the board is made ready: nothing is begun, and no rung puts its rails back", async () => {
    let hot = false;
    let ons = 0;
    const { records, result } = await campaignOn(
      smallRig({ board: "clockKHz: 30" }).replace("thermal: box", "thermal: { device: box, highestC: 30 }"),
      [injection("strikes: 3")],
      {
        change: (bench) =>
          withDut(
            bench,
            (real) => ({
              makeGolden: (times) => {
                hot = true;
                return real.makeGolden(times);
              },
            }),
            ({ thermal, rails }) => ({
              thermal: thermal && {
                ...thermal,
                read: async () => {
                  const reply = await thermal.read();
                  return hot && reply.kind === "ok"
                    ? { kind: "ok", value: { ...reply.value, objectC: 36 } }
                    : reply;
                },
              },
              rails: rails.map((rail) => ({
                ...rail,
                on: () => {
                  ons++;
                  return rail.on();
                },
              })),
            }),
          ),
      },
    );
    expect(ofType(records, "run_start")).toEqual([]);
    expect(ofType(records, "campaign_end")).toMatchObject([{ endReason: "over_temperature" }]);
    expect(result.runs).toEqual([]);
    expect(ons).toBe(0);
  });
});

test("a shutter that does not say that it is closed: no golden is made", async () => {
  const { records } = await campaignOn(smallRig(), [exposure("seconds: 5")], {
    change: (bench) =>
      withDut(
        bench,
        () => ({}),
        ({ beam }) => ({ beam: beam && { ...beam, close: () => Promise.resolve(silence(10)) } }),
      ),
  });
  expect(ofType(records, "run_start")).toEqual([]);
  expect(ofType(records, "campaign_end")).toMatchObject([{ endReason: "beam_lost" }]);
});

test("rails that an operator switches under a guarded run are no latch-up: it is told, the time is dead, and the run goes on", async () => {
  const faults = new FaultQueue();
  let looks = 0;
  const handled = (rail: Supply): Supply => {
    const tell = (what: "switched_off" | "back"): void =>
      faults.push({ device: "rails of dut", stations: ["dut"], what, sinceNs: 0, detail: "by alice" });
    const operate = async (): Promise<void> => {
      tell("switched_off");
      await rail.off();
      await rail.on();
      tell("back");
    };
    return {
      ...rail,
      read: () => {
        if (++looks === 80) void operate();
        return rail.read();
      },
    };
  };
  const { records, result } = await latchCampaign(latchRig({ events: "" }), [exposure("seconds: 30")], {
    change: (bench) => ({
      ...withDut(
        bench,
        () => ({}),
        ({ rails }) => ({ rails: rails.map(handled) }),
      ),
      faults,
    }),
  });
  faults.end();
  expect(ofType(records, "bench_fault").map(({ what }) => what)).toEqual(["switched_off", "back"]);
  expect(effects(records)).toEqual([]);
  expect(ofType(records, "rail_event").filter(({ what }) => what === "trip")).toEqual([]);
  expect(result.runs[0]).toMatchObject({ endReason: "time", effects: {} });
  const [told, back] = ofType(records, "bench_fault");
  const covers = ofType(records, "dead").filter(
    ({ fromNs, toNs }) => fromNs <= told!.tNs && toNs >= back!.tNs,
  );
  expect(covers).toHaveLength(1);
});
