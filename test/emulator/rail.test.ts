import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { RailTruth } from "../../src/emulator/truth.ts";
import { createWorld } from "../../src/emulator/world.ts";
import type { World } from "../../src/emulator/world.ts";
import { benchSpec } from "./bench-spec.ts";

/** One board, 1 W idle and 4 W busy: 200 and 800 mA at 5 V. */
function railWorld(board: Readonly<Record<string, unknown>>): {
  readonly world: World;
  readonly truth: RailTruth[];
  readonly clock: ReturnType<typeof virtualClock>;
} {
  const clock = virtualClock();
  const truth: RailTruth[] = [];
  const world = createWorld(benchSpec({}, board), clock, undefined, (line) => {
    if ("rail" in line) truth.push(line);
  });
  return { world, truth, clock };
}

describe("a latch-up", () => {
  test("adds its current until its rail has been without power for half a second, not a moment less", async () => {
    const { world, truth, clock } = railWorld({ events: [{ do: "latch-up", atSeconds: 2, milliA: 1_200 }] });
    expect(world.railState("a", "main").milliA).toBe(200);
    await clock.sleep(2_000);
    expect(world.railState("a", "main").milliA).toBe(1_400);
    world.feed("a", "main", { output: false });
    expect(world.railState("a", "main")).toMatchObject({
      output: false,
      milliV: 0,
      milliA: 0,
      tripped: false,
    });
    await clock.sleep(499);
    world.feed("a", "main", { output: true });
    expect(world.railState("a", "main").milliA).toBe(1_400);
    world.feed("a", "main", { output: false });
    await clock.sleep(500);
    world.feed("a", "main", { output: true });
    expect(world.railState("a", "main").milliA).toBe(200);
    expect(truth.filter(({ did }) => did === "latch-up" || did === "cleared")).toMatchObject([
      { board: "a", rail: "main", did: "latch-up", milliA: 1_200, tNs: 2e9 },
      { did: "cleared", sinceNs: 2e9, tNs: 2.499e9 },
    ]);
  });

  test("needs power: one that finds none is told as missed, and heats the die where it finds some", async () => {
    const { world, truth, clock } = railWorld({
      events: [{ do: "latch-up", atSeconds: 1, everySeconds: 4, times: 2, milliA: 1_000 }],
      thermalResistanceCPerW: 5,
    });
    world.rail("a", false);
    await clock.sleep(2_000);
    world.rail("a", true);
    expect(world.sense("a").milliA).toBe(200);
    await clock.sleep(3_000);
    expect(world.law("a").heat.selfHeatC).toBeCloseTo(5 * (1 + 5), 9);
    expect(truth.map(({ did, tNs }) => [did, tNs])).toEqual([
      ["dead", 0],
      ["missed", 1e9],
      ["alive", 2e9],
      ["latch-up", 5e9],
    ]);
  });
});

describe("a supply that trips", () => {
  const trip = { milliA: 1_000, delayMs: 50 };

  test("cuts at the very time its delay ends, whoever looks and when; it stays off until it is turned on", async () => {
    const { world, truth, clock } = railWorld({
      rails: { main: { milliV: 5_000, absoluteMilliA: 1_200 } },
      events: [{ do: "latch-up", atSeconds: 3, milliA: 1_500 }],
    });
    world.feed("a", "main", { trip });
    const laws: [boolean, number][] = [];
    world.onLaw("a", ({ powered, sinceNs }) => void laws.push([powered, sinceNs]));
    await clock.sleep(10_000);
    expect(world.railState("a", "main")).toMatchObject({ output: false, tripped: true, milliA: 0 });
    expect(world.law("a").powered).toBe(false);
    expect(laws.at(-1)).toEqual([false, 3.05e9]);
    expect(truth.filter(({ did }) => did === "trip" || did === "over-limit")).toMatchObject([
      { did: "trip", sinceNs: 3e9, tNs: 3.05e9 },
      { did: "over-limit", milliA: 1_700, sinceNs: 3e9, tNs: 3.05e9 },
    ]);
    world.feed("a", "main", { output: true });
    expect(world.railState("a", "main")).toMatchObject({ output: true, tripped: false, milliA: 200 });
  });

  test("leaves alone what is shorter than its delay, and what is below it", async () => {
    const { world, clock } = railWorld({
      events: [
        { do: "load-step", atSeconds: 1, milliA: 2_000, forSeconds: 0.049 },
        { do: "micro-latch-up", atSeconds: 2, milliA: 790 },
      ],
    });
    world.feed("a", "main", { trip });
    await clock.sleep(10_000);
    expect(world.railState("a", "main")).toMatchObject({ output: true, tripped: false, milliA: 990 });
  });

  test("a constant-current limit at the same level trips as well: reaching it is exceeding it", async () => {
    const { world, clock } = railWorld({ events: [{ do: "latch-up", atSeconds: 1, milliA: 3_000 }] });
    world.feed("a", "main", { trip, limitMilliA: 1_000 });
    await clock.sleep(2_000);
    expect(world.railState("a", "main").tripped).toBe(true);
  });
});

describe("fold-back", () => {
  test("holds the current, the voltage falls, and below its brown-out the board is dead until it carries again", async () => {
    const { world, clock, truth } = railWorld({
      events: [{ do: "load-step", atSeconds: 1, milliA: 1_800, forSeconds: 2 }],
    });
    world.feed("a", "main", { limitMilliA: 1_000 });
    world.busy("a", true);
    expect(world.railState("a", "main")).toMatchObject({ milliV: 5_000, milliA: 800, regulating: "voltage" });
    await clock.sleep(1_500);
    // 200 mA of a board in reset and the step's 1800: half of it can be had, at half the voltage.
    expect(world.railState("a", "main")).toEqual({
      output: true,
      milliV: 2_500,
      milliA: 1_000,
      regulating: "current",
      tripped: false,
    });
    await clock.sleep(2_000);
    expect(world.railState("a", "main")).toMatchObject({ milliV: 5_000, milliA: 200, regulating: "voltage" });
    expect(truth.filter(({ rail }) => rail === "all").map(({ did, tNs }) => [did, tNs])).toEqual([
      ["dead", 1e9],
      ["alive", 3e9],
    ]);
  });

  test("a board too hungry for its supply is reset when it works, and is no storm of laws", () => {
    const { world, truth } = railWorld({});
    world.feed("a", "main", { limitMilliA: 400 });
    world.busy("a", true);
    expect(world.law("a")).toMatchObject({ powered: true, busy: false });
    expect(truth.map(({ did }) => did)).toEqual(["dead", "alive"]);
  });
});

test("rails carry their shares, and a step stands on the rail it is on", async () => {
  const { world, clock } = railWorld({
    rails: { core: { share: 0.75, milliV: 1_000 }, io: { share: 0.25, milliV: 2_500 } },
    events: [
      { do: "current-step", rail: "io", atSeconds: 1, milliA: 50 },
      { do: "load-step", atSeconds: 2, milliA: 100, forSeconds: 1 },
    ],
  });
  const seen = async (): Promise<number[]> => {
    await clock.sleep(1_000);
    return ["core", "io"].map((rail) => world.railState("a", rail).milliA);
  };
  expect(["core", "io"].map((rail) => world.railState("a", rail).milliA)).toEqual([750, 100]);
  expect(await seen()).toEqual([750, 150]);
  expect(await seen()).toEqual([850, 150]);
  expect(await seen()).toEqual([750, 150]);
  world.feed("a", "io", { output: false });
  expect(world.law("a").powered).toBe(false);
  await clock.sleep(5_000);
  world.feed("a", "io", { output: true });
  // No power cycle ends a current step.
  expect(["core", "io"].map((rail) => world.railState("a", rail).milliA)).toEqual([750, 150]);
});

test("rails that the rig file does not describe stand one behind the other: each carries all, and each can cut it", async () => {
  const { world, clock, truth } = railWorld({ events: [{ do: "latch-up", atSeconds: 1, milliA: 2_000 }] });
  world.feed("a", "mains", { output: true });
  world.feed("a", "core", { trip: { milliA: 1_000, delayMs: 20 } });
  expect(["mains", "core"].map((rail) => world.railState("a", rail).milliA)).toEqual([200, 200]);
  await clock.sleep(1_010);
  expect(["mains", "core"].map((rail) => world.railState("a", rail).milliA)).toEqual([2_200, 2_200]);
  expect(world.sense("a").milliA).toBe(2_200);
  await clock.sleep(1_000);
  expect(world.railState("a", "core").tripped).toBe(true);
  expect(world.railState("a", "mains")).toMatchObject({ output: true, tripped: false, milliA: 0 });
  world.feed("a", "core", { output: true });
  expect(["mains", "core"].map((rail) => world.railState("a", rail).milliA)).toEqual([200, 200]);
  expect(truth.filter(({ did }) => did === "cleared")).toHaveLength(1);
});

test("readings depend on commands and time, never on who asked before", async () => {
  const events = [
    { do: "latch-up", everySeconds: 7, times: 3, milliA: 900 },
    { do: "load-step", atSeconds: 3, everySeconds: 5, times: 4, milliA: 150, forSeconds: 2 },
  ];
  const watched = railWorld({ events });
  const unwatched = railWorld({ events });
  for (const { world } of [watched, unwatched])
    world.feed("a", "main", { trip: { milliA: 1_000, delayMs: 20 } });
  for (let i = 0; i < 300; i++) {
    await watched.clock.sleep(100);
    watched.world.railState("a", "main");
    watched.world.sense("a");
  }
  await unwatched.clock.sleep(30_000);
  expect(unwatched.world.railState("a", "main")).toEqual(watched.world.railState("a", "main"));
  expect(unwatched.truth).toEqual(watched.truth);
  expect(watched.truth.filter(({ did }) => did === "trip")).toHaveLength(1);
});
