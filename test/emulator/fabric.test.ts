import { describe, expect, test } from "vitest";
import type { FabricFault } from "../../src/board/fabric-fault.ts";
import { fpgaFamilies } from "../../src/domain/configuration-plan.ts";
import type { FpgaFamily } from "../../src/domain/configuration-plan.ts";
import { fabricOf, faultsOf } from "../../src/emulator/fabric.ts";
import { framesNeeded } from "../../src/emulator/fabric-layout.ts";
import { worldSchema } from "../../src/emulator/world-schema.ts";

const spec = (family: FpgaFamily, frames = 700, design = 1) => ({ family, frames, design });

/** Words of a frame: PG036 and PG187 (101 of the 7-series, 123 of UltraScale, 93 of UltraScale+). */
const words = { x7: 101, us: 123, usp: 93 };

describe.each(fpgaFamilies)("the configuration of a %s", (family) => {
  const fabric = fabricOf(spec(family));

  test("is between 10 and 30 % essential, and holds every resource of the array", () => {
    expect(fabric.wordsOfFrame).toBe(words[family]);
    const found = { lut: 0, pin: 0, net: 0, memory: 0 };
    const tables = new Set<string>();
    const pins = new Set<string>();
    for (let frame = 0; frame < fabric.frames; frame++)
      for (let word = 0; word < fabric.wordsOfFrame; word++)
        for (let bit = 0; bit < 32; bit++) {
          const fault = fabric.faultAt(frame, word, bit);
          if (fault === null) continue;
          found[fault.site]++;
          if (fault.site === "lut") tables.add(`${fault.element} ${fault.lut} ${fault.init}`);
          if (fault.site === "pin") pins.add(`${fault.element} ${fault.lut} ${fault.pin}`);
        }
    const share =
      (found.lut + found.pin + found.net + found.memory) / (fabric.frames * fabric.wordsOfFrame * 32);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
    // 183 tables of 64 bits in each of 16 elements, every bit in one place; 8 KB of weights.
    expect([found.lut, tables.size, found.memory]).toEqual([187_392, 187_392, 65_536]);
    // Each pin's route passes two to four switches.
    expect(found.pin / pins.size).toBeGreaterThan(2.8);
    expect(found.pin / pins.size).toBeLessThan(3.2);
    // Output, accumulator and operand nets, both levels each.
    expect(found.net).toBe(16 * 2 * (183 + 32 + 16));
  });

  test("has no circuit in the middle words of a frame, beyond the last frame, or beside it", () => {
    const middle = family === "x7" ? [50] : family === "us" ? [60, 61, 62] : [45, 46, 47];
    for (const word of middle)
      for (let frame = 0; frame < 700; frame++)
        for (let bit = 0; bit < 32; bit++) expect(fabric.faultAt(frame, word, bit)).toBeNull();
    expect(fabric.faultAt(700, 0, 0)).toBeNull();
    expect(fabric.faultAt(0, words[family], 0)).toBeNull();
    expect(fabric.faultAt(-1, 0, 0)).toBeNull();
  });

  test("is the same each time it is asked, in whatever order, and another under another design", () => {
    const again = fabricOf(spec(family));
    const other = fabricOf(spec(family, 700, 2));
    const places = Array.from({ length: 4_000 }, (_, n) => [(n * 37) % 25, (n * 11) % 40, n % 32] as const);
    const told = (one: typeof fabric): (FabricFault | null)[] =>
      places.map(([frame, word, bit]) => one.faultAt(frame, word, bit));
    const backwards = [...places].reverse().map(([frame, word, bit]) => again.faultAt(frame, word, bit));
    expect(backwards.reverse()).toEqual(told(fabric));
    expect(told(other)).not.toEqual(told(fabric));
  });

  test("too few frames for the array are refused, with the number that it needs", () => {
    const needed = framesNeeded(family);
    const boards = (frames: number) => ({
      boards: { soft: { accelerator: "soft", format: "i8", configuration: { family, frames } } },
    });
    expect(worldSchema.safeParse(boards(needed)).success).toBe(true);
    const refused = worldSchema.safeParse(boards(needed - 1));
    expect(refused.error?.issues[0]?.message).toContain(`needs ${needed} frames`);
  });
});

test("only flipped bits that configure something are faults", () => {
  const fabric = fabricOf(spec("x7"));
  // The first table frame of the first column: bit 0 of the first table of block 0. Word 50 is the clock and ECC word.
  const flipped = [0, 50].map((word) => ({ frame: 28, word, bit: 0 }));
  expect(faultsOf(fabric, flipped)).toEqual([{ site: "lut", element: 0, lut: 0, init: 0 }]);
});

test("a soft accelerator computes in int8 alone", () => {
  const refused = worldSchema.safeParse({ boards: { soft: { accelerator: "soft", format: "f32" } } });
  expect(refused.error?.issues[0]?.message).toContain("format: i8");
});
