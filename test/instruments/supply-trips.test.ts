import { describe, expect, test } from "vitest";
import type { Rail } from "../../src/instruments/driver.ts";
import { fixtureOf } from "./conformance.ts";
import type { Fixture } from "./fixture.ts";
import { koradWithLines } from "./fixtures/korad.ts";
import { keysight } from "./fixtures/scpi.ts";
import { instrumentBench } from "./instrument-bench.ts";
import type { InstrumentBench } from "./instrument-bench.ts";

/** Board `a` takes 200 mA at 5 V idle, 800 mA busy. A trip, a fold-back, a load step and a lost link look different, whatever the supply. */
const supplies: [string, Fixture][] = [
  ["Korad V2.0", fixtureOf("korad")],
  ["Korad with line ends", koradWithLines],
  ["Rigol", fixtureOf("scpi")],
  ["Keysight", { ...keysight, settings: { ...keysight.settings, modeQuery: true } }],
];

function supplied(fixture: Fixture): { readonly bench: InstrumentBench; readonly rail: Rail } {
  const bench = instrumentBench(fixture);
  if (bench.instrument.kind !== "supply") throw new Error("no supply");
  return { bench, rail: bench.instrument.rail(1) };
}

describe.each(supplies)("%s", (_, fixture) => {
  test("a trip: the rail is off without our OFF, and comes on again once it is cleared", async () => {
    const { bench, rail } = supplied(fixture);
    expect(await rail.arm({ milliV: 5_000, tripMilliA: 600 })).toMatchObject({
      kind: "ok",
      value: { milliA: 600, verified: "read-back" },
    });
    expect(await rail.on()).toMatchObject({ kind: "ok", value: { on: true, tripped: false, milliA: 200 } });
    bench.world.busy("a", true);
    await bench.clock.sleep(50);
    expect(bench.world.railState("a", "main").output).toBe(false);
    expect(await rail.read()).toMatchObject({ kind: "ok", value: { on: false, tripped: true, milliV: 0 } });
    expect(await rail.off()).toMatchObject({ kind: "ok", value: { on: false } });
    await bench.clock.sleep(4_000);
    expect(await rail.on()).toMatchObject({ kind: "ok", value: { on: true, tripped: false } });
    expect(bench.world.railState("a", "main").output).toBe(true);
    bench.world.busy("a", true);
    await bench.clock.sleep(50);
    expect(bench.world.railState("a", "main").output).toBe(false);
  });

  test("a latch-up trips it within its delay, and is over after four seconds without power", async () => {
    const { bench, rail } = supplied({
      ...fixture,
      board: { events: [{ do: "latch-up", atSeconds: 10, milliA: 2_000 }] },
    });
    await rail.arm({ milliV: 5_000, tripMilliA: 1_500 });
    await bench.clock.sleep(10_000 - bench.clock.nowNs() / 1e6 + 10);
    expect(bench.world.railState("a", "main")).toMatchObject({ output: true });
    expect(bench.world.railState("a", "main").milliA).toBeGreaterThan(1_500);
    await bench.clock.sleep(15);
    expect(bench.world.railState("a", "main")).toMatchObject({ output: false, tripped: true });
    expect(await rail.read()).toMatchObject({ kind: "ok", value: { on: false, tripped: true } });
    expect(await rail.off()).toMatchObject({ kind: "ok", value: { on: false, milliV: 0 } });
    await bench.clock.sleep(4_000);
    expect(await rail.on()).toMatchObject({
      kind: "ok",
      value: { on: true, milliA: 200, regulating: "voltage", tripped: false },
    });
  });

  test("a load step: the rail is on, holds its voltage, and carries more", async () => {
    const { bench, rail } = supplied(fixture);
    await rail.arm({ milliV: 5_000, tripMilliA: 1_500 });
    bench.world.busy("a", true);
    await bench.clock.sleep(1_000);
    expect(await rail.read()).toEqual({
      kind: "ok",
      value: { on: true, milliV: 5_000, milliA: 800, regulating: "voltage", tripped: false },
    });
  });

  test("our own OFF is no trip", async () => {
    const { rail } = supplied(fixture);
    await rail.arm({ milliV: 5_000, tripMilliA: 1_500 });
    expect(await rail.off()).toMatchObject({ kind: "ok", value: { on: false, tripped: false, milliV: 0 } });
    expect(await rail.read()).toMatchObject({ kind: "ok", value: { on: false, tripped: false } });
  });

  test("a lost link is silence, and the rail stays as it is", async () => {
    const { bench, rail } = supplied(fixture);
    await rail.arm({ milliV: 5_000, tripMilliA: 1_500 });
    bench.wire.pull();
    expect(await rail.read()).toMatchObject({ kind: "silence" });
    await bench.clock.sleep(600_000);
    expect(bench.world.railState("a", "main").output).toBe(true);
    expect(rail.verifies.deadMan).toBe(false);
    expect(bench.instrument.lacks.join()).toContain("no dead-man");
  });
});

test.each(["korad", "scpi"])(
  "%s: folded back, a rail is on, at its limit, and not tripped",
  async (protocol) => {
    // A supply that gives 150 mA at most, and a board that lives on what is left.
    const { rail } = supplied({
      ...fixtureOf(protocol),
      settings: { mostMilliA: 150 },
      quirks: protocol === "korad" ? { mostMilliA: 150 } : {},
      board: { rails: { main: { milliV: 5_000, brownOutShare: 0 } } },
    });
    expect(await rail.read()).toMatchObject({
      kind: "ok",
      value: { on: true, milliV: 3_750, milliA: 150, regulating: "current", tripped: false },
    });
  },
);
