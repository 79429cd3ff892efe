import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { surroundingsOf } from "../../src/emulator/surroundings.ts";
import type { TruthLine } from "../../src/emulator/truth.ts";
import { createWorld } from "../../src/emulator/world.ts";
import type { World } from "../../src/emulator/world.ts";
import { benchSpec } from "./bench-spec.ts";

const weights = { name: "weights", words: 256, bits: 32 };
const control = { name: "control", words: 8, bits: 32 };

describe("the world", () => {
  test("thermal steps: the set point is approached at the heater's rate, power heats the die", async () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec(), clock);
    const board = surroundings(world, clock);
    expect(world.sense("a").blockC).toBe(25);
    expect(board.dieC()).toBeCloseTo(30, 9);
    world.heat("a", true, 70);
    await clock.sleep(4_000);
    expect(world.sense("a").blockC).toBeCloseTo(45, 6);
    await clock.sleep(60_000);
    expect(world.sense("a").blockC).toBe(70);
    expect(board.dieC()).toBeCloseTo(75, 6);
    board.busy(true);
    await clock.sleep(60_000);
    expect(board.dieC()).toBeCloseTo(90, 6);
    expect(world.sense("b").blockC).toBe(25);
    world.heat("a", false, 0);
    world.rail("a", false);
    await clock.sleep(60_000);
    expect(board.dieC()).toBeCloseTo(25, 6);
  });

  test("an instrument that ramps is followed at its own rate, and never faster than the heater can", async () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec(), clock);
    world.heat("a", true, 70, 0.5);
    world.heat("b", true, 70, 50);
    await clock.sleep(4_000);
    expect(world.sense("a").blockC).toBeCloseTo(27, 6);
    expect(world.sense("b").blockC).toBeCloseTo(45, 6);
    world.heat("a", false, 0);
    await clock.sleep(400);
    expect(world.sense("a").blockC).toBeCloseTo(25, 6);
  });

  test("current depends on work, and there is none without the rail", () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec(), clock);
    expect(world.sense("a")).toMatchObject({ on: true, milliV: 5_000, milliA: 200 });
    world.busy("a", true);
    expect(world.sense("a").milliA).toBe(800);
    world.rail("a", false);
    expect(world.sense("a")).toMatchObject({ on: false, milliV: 0, milliA: 0 });
    world.busy("a", true);
    world.rail("a", true);
    expect(world.sense("a").milliA).toBe(200);
  });

  test("fluence is flux times open time, gross", async () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec(), clock);
    await clock.sleep(1_000);
    world.shutter(true);
    await clock.sleep(2_000);
    expect(world.sense("a")).toMatchObject({
      shutterOpen: true,
      fluencePerCm2: 2e7,
      fluxPerCm2PerSecond: 1e7,
    });
    world.shutter(false);
    world.shutter(false);
    await clock.sleep(5_000);
    expect(world.sense("b")).toMatchObject({
      shutterOpen: false,
      fluencePerCm2: 2e7,
      fluxPerCm2PerSecond: 0,
    });
    world.shutter(true);
    await clock.sleep(500);
    expect(world.fluencePerCm2()).toBe(2.5e7);
  });

  test("a board without power sees no flux: nothing of it is there to be upset", () => {
    const world = createWorld(benchSpec(), virtualClock());
    world.shutter(true);
    expect(world.law("a").fluxPerCm2PerSecond).toBe(1e7);
    world.rail("a", false);
    expect(world.law("a").fluxPerCm2PerSecond).toBe(0);
    expect(world.law("b").fluxPerCm2PerSecond).toBe(1e7);
  });

  test("the clock slows and says so when the die is too hot", async () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec({ heaterRateCPerSecond: 1_000 }), clock);
    const board = surroundings(world, clock);
    const at = async (setC: number): Promise<[number, number]> => {
      world.heat("a", true, setC);
      await clock.sleep(60_000);
      return [board.throttle(), board.clockKHz()];
    };
    expect(await at(85)).toEqual([0, 100_000]);
    expect(await at(95)).toEqual([0x20, 75_000]);
    expect(await at(105)).toEqual([0x40, 50_000]);
  });

  test("a hot board leaks: it draws more, is hotter for it, and the supply sees both", async () => {
    const clock = virtualClock();
    // 5 °C/W × 0.01 W/°C = 0.05: at 85 °C the idle die comes to rest at (85 + 5 − 1.25)/0.95 = 93.421 °C.
    const world = createWorld(benchSpec({}, { leakageWattsPerC: 0.01 }), clock);
    const board = surroundings(world, clock, 1, undefined, { leakageWattsPerC: 0.01 });
    world.heat("a", true, 85);
    await clock.sleep(120_000);
    expect(board.dieC()).toBeCloseTo(93.42105, 4);
    expect(board.powerMilliW()).toBe(Math.round(1_000 + 10 * (93.42105 - 25)));
    expect(world.sense("a").milliA).toBe(Math.round((1_000 + 10 * (93.42105 - 25)) / 5));
  });

  test("a throttled board works at a slower clock, heats less, and speeds up again only well below its limit", async () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec(), clock);
    const board = surroundings(world, clock);
    world.heat("a", true, 76);
    await clock.sleep(60_000);
    board.busy(true);
    const work = async (iterations: number): Promise<void> => {
      for (let i = 0; i < iterations; i++) {
        board.strikesDue(i, 1_000_000);
        await clock.sleep(10);
      }
    };
    await work(3_000);
    // Full clock: 76 + 5·4 = 96 °C, too hot; at three quarters 76 + 5·(1 + 3·0.75) = 92.25 °C, so it goes to and fro between 93 and 95.
    const seen = { full: 0, slowed: 0, hottestC: 0, coldestC: Infinity };
    for (let i = 0; i < 500; i++) {
      await work(1);
      if (board.throttle() === 0) seen.full++;
      else seen.slowed++;
      seen.hottestC = Math.max(seen.hottestC, board.dieC());
      seen.coldestC = Math.min(seen.coldestC, board.dieC());
    }
    expect(seen.full).toBeGreaterThan(20);
    expect(seen.slowed).toBeGreaterThan(20);
    expect(seen.hottestC).toBeLessThan(95.2);
    expect(seen.coldestC).toBeGreaterThan(92.8);
    expect(board.clockKHz()).toBe(board.throttle() === 0 ? 100_000 : 75_000);
  });

  test("does not depend on who reads it, how often", async () => {
    const tell = async (readEveryMs: number | null): Promise<string> => {
      const clock = virtualClock();
      const world = createWorld(benchSpec({ beamFluxPerCm2PerSecond: 1e9 }), clock);
      const truth: unknown[] = [];
      const board = surroundings(world, clock, 5, (line) => truth.push(line));
      const reader = async (): Promise<void> => {
        for (let t = 0; readEveryMs !== null && t < 20_000; t += readEveryMs) {
          await clock.sleep(readEveryMs);
          world.sense("a");
          world.law("b");
          board.dieC();
          board.powerMilliW();
        }
      };
      const work = async (): Promise<void> => {
        board.occupy([weights, control]);
        for (let i = 0; i < 40; i++) {
          if (i === 3) world.shutter(true);
          if (i === 10) world.heat("a", true, 60);
          if (i === 30) world.shutter(false);
          board.busy(true);
          board.strikesDue(i, 40_000_000);
          await clock.sleep(400);
          board.busy(false);
          await clock.sleep(100);
        }
      };
      await Promise.all([work(), reader()]);
      expect(truth.length).toBeGreaterThan(20);
      return JSON.stringify([truth, world.sense("a"), world.law("a")]);
    };
    const undisturbed = await tell(null);
    expect(await tell(7.3)).toBe(undisturbed);
    expect(await tell(333)).toBe(undisturbed);
  });
});

describe("the surroundings of a board", () => {
  test("particles of the iteration hit at their cycle, those that fell while the board idled at cycle 0", async () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec({ beamFluxPerCm2PerSecond: 1e9 }), clock);
    const lines: Omit<TruthLine, "fluencePerCm2">[] = [];
    const board = surroundings(world, clock, 1, (line) => lines.push(line));
    board.occupy([weights]);
    world.shutter(true);
    await clock.sleep(4_000);
    // An iteration of 4 s: 4e8 cycles at 100 MHz.
    const due = board.strikesDue(17, 400_000_000);
    const [idle, at] = [lines.filter(({ tNs }) => tNs < 4e9), lines.filter(({ tNs }) => tNs >= 4e9)];
    expect(idle.length).toBeGreaterThan(10);
    expect(at.length).toBeGreaterThan(10);
    expect(idle.every(({ cycle }) => cycle === 0)).toBe(true);
    for (const { tNs, cycle } of at) expect(cycle).toBe(Math.floor((tNs - 4e9) / 10));
    expect(lines.every(({ iteration, by, id }) => iteration === 17 && by === "particle" && id === 0)).toBe(
      true,
    );
    expect(due.map(({ cycle }) => cycle)).toEqual(due.map(({ cycle }) => cycle).sort((a, b) => a - b));
    // The next one begins where this one ends, though the clock has not moved: nothing falls twice.
    const seen = new Set(lines.map(({ tNs }) => tNs));
    const before = lines.length;
    board.strikesDue(18, 400_000_000);
    const next = lines.slice(before);
    expect(next.length).toBeGreaterThan(10);
    for (const { tNs, cycle } of next) {
      expect(seen.has(tNs)).toBe(false);
      expect(cycle).toBe(Math.floor((tNs - 8e9) / 10));
    }
  });

  test("an armed strike waits for its iteration, comes once, and goes with the boot", () => {
    const clock = virtualClock();
    const world = createWorld(benchSpec(), clock);
    const board = surroundings(world, clock);
    const strike = { id: 4, target: "control", word: 7, mask: 0x80000000, iteration: 3, cycle: 99 };
    expect(board.arm(strike)).toBe("not-loaded");
    board.occupy([weights, control]);
    expect(board.arm(strike)).toBeNull();
    expect(board.arm({ ...strike, word: 6 })).toBeNull();
    expect(board.strikesDue(2, 4096)).toEqual([]);
    expect(board.strikesDue(3, 4096)).toEqual([
      { target: "control", word: 6, mask: 0x80000000, cycle: 99, id: 4 },
    ]);
    expect(board.strikesDue(3, 4096)).toEqual([]);
  });

  test("what cannot be struck is refused, and so is more than there is room for", () => {
    const clock = virtualClock();
    const board = surroundings(createWorld(benchSpec(), clock), clock);
    board.occupy([{ name: "weights", words: 256, bits: 8 }]);
    const strike = { id: 1, target: "weights", word: 255, mask: 0x80, iteration: 0, cycle: 0 };
    expect(board.arm({ ...strike, target: "control" })).toBe("unknown-target");
    expect(board.arm({ ...strike, word: 256 })).toBe("out-of-range");
    expect(board.arm({ ...strike, mask: 0x100 })).toBe("out-of-range");
    expect(board.arm({ ...strike, mask: 0 })).toBe("out-of-range");
    expect(board.arm({ ...strike, id: 0 })).toBe("out-of-range");
    for (let id = 1; id <= 64; id++) expect(board.arm({ ...strike, id })).toBeNull();
    expect(board.arm({ ...strike, id: 65 })).toBe("strikes-full");
    expect(board.arm({ ...strike, id: 64 })).toBeNull();
  });
});

function surroundings(
  world: World,
  clock: ReturnType<typeof virtualClock>,
  seed = 1,
  struck: (line: Omit<TruthLine, "fluencePerCm2">) => void = () => undefined,
  of: Readonly<Record<string, unknown>> = {},
): ReturnType<typeof surroundingsOf> {
  const spec = benchSpec({}, of).boards["a"]!;
  const board = surroundingsOf({ name: "a", spec, seed, boots: 1 }, clock, world.law("a"), {
    busy: (computing, clockShare) => world.busy("a", computing, clockShare),
    struck,
  });
  world.onLaw("a", (law) => board.turn(law));
  return board;
}
