import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { RailReading, Supply } from "../../src/domain/equipment.ts";
import type { Reply } from "../../src/domain/reply.ts";
import { restedRail } from "../../src/rig/rested-rail.ts";

/** A supply that does as it is told, and when. */
function rail(found: boolean): { readonly supply: Supply; readonly switched: string[] } {
  const clock = virtualClock();
  const switched: string[] = [];
  let on = found;
  const reading = (): Promise<Reply<RailReading>> =>
    Promise.resolve({
      kind: "ok",
      value: { on, milliV: null, milliA: null, regulating: null, tripped: null },
    });
  const turn = (to: boolean) => (): Promise<Reply<RailReading>> => {
    on = to;
    switched.push(`${to ? "on" : "off"} ${clock.nowNs() / 1e6}`);
    return reading();
  };
  const supply: Supply = {
    name: "main",
    device: "psu",
    verifies: { output: "reported", current: "none", trip: "none", deadMan: false },
    limits: { milliV: null, warnMilliA: null, tripMilliA: null, holdMilliA: null, microStepMilliA: null },
    most: null,
    arm: () => Promise.resolve({ kind: "ok", value: { milliA: null, verified: "none", detail: "" } }),
    on: turn(true),
    off: turn(false),
    read: reading,
  };
  return { supply: restedRail(supply, clock), switched };
}

describe("a rail", () => {
  test("stays off for 4 s, however soon it is asked for", async () => {
    const { supply, switched } = rail(true);
    await supply.off();
    await supply.on();
    expect(switched).toEqual(["off 0", "on 4000"]);
  });

  test("that was found off rests from then: nobody knows since when it is", async () => {
    const { supply, switched } = rail(false);
    await supply.read();
    await supply.on();
    expect(switched).toEqual(["on 4000"]);
  });

  test("that is on is turned on at once", async () => {
    const { supply, switched } = rail(true);
    await supply.read();
    await supply.on();
    expect(switched).toEqual(["on 0"]);
  });

  test("stays off when it was asked off while another waited to turn it on", async () => {
    const { supply, switched } = rail(true);
    await supply.off();
    const on = supply.on();
    await supply.off();
    expect(await on).toEqual({ kind: "refused", reason: "turned-off-meanwhile" });
    expect(switched).toEqual(["off 0", "off 0"]);
  });
});
