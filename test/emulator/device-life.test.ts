import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { surroundingsOf } from "../../src/emulator/surroundings.ts";
import type { DeviceTruth, RailTruth, TruthLine } from "../../src/emulator/truth.ts";
import { wearOf } from "../../src/emulator/weak-cells.ts";
import { createWorld } from "../../src/emulator/world.ts";
import type { World } from "../../src/emulator/world.ts";
import { benchSpec } from "./bench-spec.ts";

type Clock = ReturnType<typeof virtualClock>;
interface Bench {
  readonly world: World;
  readonly clock: Clock;
  readonly device: DeviceTruth[];
  readonly rails: RailTruth[];
}

/** 67 MeV protons, 1 rad(Si) a second: one board, `a`. */
function bench(board: object, seed = 1, fluxPerCm2PerSecond = 1 / 1.26e-7): Bench {
  const clock = virtualClock();
  const device: DeviceTruth[] = [];
  const rails: RailTruth[] = [];
  const beam = { species: "proton", energyMeV: 67, doseRadSiPerFluence: 1.26e-7, fluxPerCm2PerSecond };
  const spec = benchSpec({ beam }, { crossSectionPerBitCm2: {}, ...board });
  const world = createWorld(
    spec,
    clock,
    undefined,
    (line) => {
      if ("rail" in line) rails.push(line);
      else device.push(line);
    },
    seed,
  );
  return { world, clock, device, rails };
}

const wear = (more: object): object => ({
  dose: { onsetRadSi: 2_000, wear: [{ structure: "weights", perRadSi: 0.01, ...more }] },
});

describe("dose", () => {
  test("accumulates with the rails off too; the truth tells once when its onset is passed", async () => {
    const { world, clock, device } = bench({ dose: { onsetRadSi: 2_000, priorRadSi: 500 } });
    expect(world.doseRadSi("a")).toBe(500);
    world.shutter(true);
    await clock.sleep(1_000_000);
    world.rail("a", false);
    await clock.sleep(400_000);
    expect(world.doseRadSi("a")).toBeCloseTo(1_900, 6);
    world.rail("a", true);
    await clock.sleep(200_000);
    world.shutter(false);
    await clock.sleep(500_000);
    expect(world.doseRadSi("a")).toBeCloseTo(2_100, 6);
    expect(device.map(({ did, tNs }) => `${did} ${(tNs / 1e9).toFixed(3)}`)).toEqual(["dose-onset 1500.000"]);
    world.close();
  });

  test("nothing wears out below the onset; above it cells go bad at the stated rate, and never heal", async () => {
    let found = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const { world, clock, device } = bench(wear({ retentionShare: 0 }), seed);
      world.shutter(true);
      await clock.sleep(1_999_000);
      expect(world.cells("a")).toEqual([]);
      await clock.sleep(4_001_000);
      world.shutter(false);
      const cells = world.cells("a");
      world.rail("a", false);
      await clock.sleep(60_000);
      world.rail("a", true);
      expect(world.cells("a")).toEqual(cells);
      expect(device.filter(({ did }) => did === "stuck").map(({ cell }) => cell)).toEqual(cells);
      found += cells.length;
      world.close();
    }
    const expected = 30 * 4_000 * 0.01;
    expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  test("the same part at the same dose has the same bad cells, whatever flux, pauses and questions there were", async () => {
    const cellsAfter = async (flux: number, pauses: number): Promise<unknown> => {
      const { world, clock } = bench(wear({}), 7, flux / 1.26e-7);
      for (let n = 0; n < 10; n++) {
        world.shutter(true);
        for (let asked = 0; asked < pauses; asked++) {
          world.sense("a");
          await clock.sleep(600_000 / flux / pauses);
        }
        world.shutter(false);
        await clock.sleep(1_000);
      }
      const cells = world.cells("a");
      world.close();
      return cells;
    };
    const slow = await cellsAfter(1, 3);
    expect((slow as unknown[]).length).toBeGreaterThan(25);
    expect(await cellsAfter(20, 50)).toEqual(slow);
  });

  test("twice as many retention cells show every ten degrees; all of them where they all must", () => {
    const dose = {
      onsetRadSi: 0,
      priorRadSi: 0,
      wear: [{ structure: "weights", perRadSi: 1, retentionShare: 1, doublingC: 10, allBelowC: 125 }],
    };
    const wearing = wearOf(dose, 3, "a");
    const above = Array.from({ length: 20_000 }, () => wearing.take().aboveC!);
    const showing = (dieC: number): number => above.filter((aboveC) => dieC >= aboveC).length;
    expect(showing(125)).toBe(20_000);
    for (const dieC of [75, 85, 95, 105, 115]) {
      const ratio = showing(dieC + 10) / showing(dieC);
      expect(Math.abs(ratio - 2)).toBeLessThan(4 * 2 * Math.sqrt(1 / showing(dieC)));
    }
  });
});

describe("what a board feels of held cells", () => {
  const memory = [{ name: "weights", words: 256, bits: 8 }];

  test("a cell is where it is: the same word and bit in every boot, none in a structure that is not there", async () => {
    const { world, clock } = bench(wear({ retentionShare: 0 }));
    world.shutter(true);
    await clock.sleep(4_000_000);
    world.shutter(false);
    const heldAtBoot = (boots: number, structures = memory): unknown => {
      const board = surroundingsOf(
        {
          name: "a",
          spec: benchSpec().boards["a"]!,
          seed: 1,
          boots,
          device: world.device("a"),
          cells: world.cells("a"),
        },
        clock,
        world.law("a"),
        { busy: () => undefined, struck: () => undefined },
      );
      board.occupy(structures);
      return board.held();
    };
    const first = heldAtBoot(1) as { word: number; mask: number }[];
    expect(first).toHaveLength(world.cells("a").length);
    expect(first.length).toBeGreaterThan(5);
    expect(first.every(({ word, mask }) => word < 256 && mask > 0 && mask < 256)).toBe(true);
    expect(heldAtBoot(2)).toEqual(first);
    expect(heldAtBoot(2, [{ name: "control", words: 4, bits: 32 }])).toEqual([]);
    world.close();
  });

  test("retention cells show between two iterations as the die warms, and are gone when it cools", async () => {
    const { world, clock } = bench({
      ...wear({ retentionShare: 1, perRadSi: 0.1, allBelowC: 90 }),
      thermalResistanceCPerW: 0,
    });
    world.shutter(true);
    await clock.sleep(4_000_000);
    world.shutter(false);
    const board = surroundingsOf(
      {
        name: "a",
        spec: benchSpec().boards["a"]!,
        seed: 1,
        boots: 1,
        device: world.device("a"),
        cells: world.cells("a"),
      },
      clock,
      world.law("a"),
      { busy: () => undefined, struck: () => undefined },
    );
    world.onLaw("a", (law) => board.turn(law));
    board.occupy(memory);
    const counts: number[] = [];
    for (const setC of [25, 70, 90, 25]) {
      world.heat("a", true, setC);
      await clock.sleep(60_000);
      const asked = board.held();
      board.strikesDue(counts.length, 1_000);
      if (setC !== 25) expect(board.held()).not.toBe(asked);
      counts.push(board.held().length);
    }
    expect(counts[2]).toBe(world.cells("a").length);
    expect(counts[0]).toBeLessThan(counts[1]! / 4);
    expect(counts[1]).toBeLessThan(counts[2]! / 2);
    expect(counts[3]).toBe(counts[0]);
    world.close();
  });
});

describe("SEL", () => {
  const sel = { sel: [{ proton: { flatCm2: 1e-9 }, milliA: 900 }], thermalResistanceCPerW: 0 };

  test("latch-ups of a rail come at σ·flux under the beam, and last until it is without power; what is latched does not latch again", async () => {
    let latched = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { world, clock, rails } = bench(sel, seed, 1e7);
      for (let cycle = 0; cycle < 10; cycle++) {
        const from = rails.length;
        world.shutter(true);
        await clock.sleep(50_000);
        world.shutter(false);
        const found = rails.slice(from).filter(({ did }) => did === "latch-up").length;
        latched += found;
        expect(world.railState("a", "main").milliA).toBe(found === 0 ? 200 : 1_100);
        world.rail("a", false);
        await clock.sleep(600);
        world.rail("a", true);
        expect(world.railState("a", "main").milliA).toBe(200);
      }
      world.close();
    }
    // In 600 exposures with 0.5 expected in each, so many see one: binomial.
    const share = 1 - Math.exp(-0.5);
    expect(Math.abs(latched - 600 * share)).toBeLessThan(4 * Math.sqrt(600 * share * (1 - share)));
  });

  test("none without the beam, none without power", async () => {
    const { world, clock, rails } = bench(sel, 1, 1e7);
    await clock.sleep(1_000_000);
    world.rail("a", false);
    world.shutter(true);
    await clock.sleep(1_000_000);
    expect(rails.filter(({ did }) => did === "latch-up" || did === "missed")).toEqual([]);
    world.close();
  });

  test("a warm device latches oftener: the share of exposures with one follows the coefficient", async () => {
    const hot = { sel: [{ ...sel.sel[0], temperatureCoefficientPerC: 0.03 }], thermalResistanceCPerW: 0 };
    let latched = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const { world, clock, rails } = bench(hot, seed, 1e7);
      world.heat("a", true, 75);
      await clock.sleep(60_000);
      world.shutter(true);
      await clock.sleep(10_000);
      latched += rails.filter(({ did }) => did === "latch-up").length;
      world.close();
    }
    const share = 1 - Math.exp(-0.1 * Math.exp(1.5));
    expect(Math.abs(latched - 300 * share)).toBeLessThan(4 * Math.sqrt(300 * share * (1 - share)));
  });
});

describe("SEFI", () => {
  test("one that lasts holds a bit of its block until power is cycled, and no boot lets go of it", async () => {
    const sefi = [
      { block: "control", words: [2, 2], bits: [0, 3], lasts: "until-power", proton: { flatCm2: 1e-9 } },
    ];
    const { world, clock, device } = bench({ sefi }, 3, 1e7);
    world.shutter(true);
    await clock.sleep(1_000_000);
    world.shutter(false);
    const held = world.cells("a").length;
    expect(held).toBeGreaterThan(1);
    const heard: number[] = [];
    world.onCells("a", (cells) => heard.push(cells.length));
    world.rail("a", false);
    expect(world.cells("a")).toEqual([]);
    expect(heard).toEqual([0]);
    expect(device.filter(({ did }) => did === "held")).toHaveLength(held);
    expect(device.filter(({ did }) => did === "released")).toHaveLength(held);
    world.close();
  });

  test("one that flips strikes only its block, as often as the device's cross-section says whatever the block's size", () => {
    let fell = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const sefi = [{ block: "control", words: [2, 5], bits: [4, 7], proton: { flatCm2: 1e-9 } }];
      const { world, clock } = bench({ sefi, thermalResistanceCPerW: 0 }, seed, 1e7);
      const struck: Omit<TruthLine, "fluencePerCm2">[] = [];
      const board = surroundingsOf(
        { name: "a", spec: benchSpec().boards["a"]!, seed, boots: 1, device: world.device("a") },
        clock,
        world.law("a"),
        { busy: () => undefined, struck: (line) => void struck.push(line) },
      );
      world.onLaw("a", (law) => board.turn(law));
      board.occupy([{ name: "control", words: 8, bits: 32 }]);
      world.shutter(true);
      // 10 expected in 1,000 s at 100 MHz.
      board.strikesDue(0, 1e11);
      expect(
        struck.every(({ by, word, mask }) => by === "sefi" && word >= 2 && word <= 5 && (mask & ~0xf0) === 0),
      ).toBe(true);
      fell += struck.length;
      world.close();
    }
    expect(Math.abs(fell - 400)).toBeLessThan(4 * Math.sqrt(400));
  });
});
