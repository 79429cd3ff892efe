import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { configurationMemory } from "../../src/emulator/configuration-memory.ts";
import type { ConfigurationBit, ConfigurationChange } from "../../src/emulator/configuration-memory.ts";
import type { TruthLine } from "../../src/emulator/truth.ts";
import { createWorld } from "../../src/emulator/world.ts";
import type { ConfigurationSpec } from "../../src/emulator/world-schema.ts";
import { benchSpec } from "./bench-spec.ts";

const spec: Omit<ConfigurationSpec, "design"> = { family: "x7", frames: 50, maskedFrames: [7] };

describe("configuration memory", () => {
  test("a bit inverted twice is as it was; what changed is told each time", () => {
    const changes: ConfigurationChange[] = [];
    const memory = configurationMemory(spec, (change) => changes.push(change));
    const heard: (readonly ConfigurationBit[])[] = [];
    memory.onChange((flipped) => heard.push(flipped));
    const at = { frame: 3, word: 100, bit: 31 };
    expect(memory.flip(at, "injector")).toBe(true);
    expect(memory.word(3, 100)).toBe((memory.golden(3, 100) ^ 0x80000000) >>> 0);
    expect(memory.flip(at, "injector")).toBe(true);
    expect(memory.word(3, 100)).toBe(memory.golden(3, 100));
    expect(heard).toEqual([[at], []]);
    const change = { by: "injector", word: 3 * 101 + 100, mask: 0x80000000 };
    expect(changes).toEqual([change, change]);
  });

  test.each([
    { frame: 7, word: 0, bit: 0 },
    { frame: 50, word: 0, bit: 0 },
    { frame: 0, word: 101, bit: 0 },
    { frame: 0, word: 0, bit: 32 },
  ])("nothing changes where a frame is masked, or there is no such bit: %o", (at) => {
    const memory = configurationMemory(spec, () => expect.unreachable());
    expect(memory.flip(at, "injector")).toBe(false);
    expect(memory.flipped()).toEqual([]);
  });

  test("whatever happens, the told changes add up to the bits that are flipped", () => {
    const place = fc.record({
      frame: fc.nat({ max: 51 }),
      word: fc.nat({ max: 101 }),
      bit: fc.nat({ max: 32 }),
    });
    const deed = fc.oneof(
      { weight: 6, arbitrary: fc.record({ flip: place }) },
      { weight: 2, arbitrary: fc.record({ repair: fc.nat({ max: 50 }) }) },
      { weight: 1, arbitrary: fc.constant({ reconfigure: true as const }) },
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const sum = new Map<number, number>();
        const memory = configurationMemory(spec, ({ word, mask }) =>
          sum.set(word, ((sum.get(word) ?? 0) ^ mask) >>> 0),
        );
        for (const one of deeds) {
          if ("flip" in one) memory.flip(one.flip, "particle");
          else if ("repair" in one) memory.repair(one.repair, "scrub");
          else memory.reconfigure();
        }
        const flipped = new Map<number, number>();
        for (const { frame, word, bit } of memory.flipped()) {
          const index = frame * 101 + word;
          flipped.set(index, ((flipped.get(index) ?? 0) | (1 << bit)) >>> 0);
        }
        expect(flipped).toEqual(new Map([...sum].filter(([, mask]) => mask !== 0).sort(([a], [b]) => a - b)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("in the world: told with place and time, forgotten without power", () => {
    const lines: TruthLine[] = [];
    const world = createWorld(benchSpec(), virtualClock(), (line) => lines.push(line));
    const memory = world.configuration("a");
    memory.flip({ frame: 1, word: 0, bit: 4 }, "particle");
    expect(world.configuration("b").flipped()).toEqual([]);
    world.rail("a", false);
    expect(memory.flipped()).toEqual([]);
    const line = { board: "a", boots: 0, id: 0, structure: "configuration", word: 101, mask: 16, tNs: 0 };
    expect(lines).toMatchObject([
      { ...line, by: "particle" },
      { ...line, by: "reconfigured" },
    ]);
  });
});
