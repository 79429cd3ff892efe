import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeInConfiguration, placesIn } from "../../src/campaign/configuration-places.ts";
import type { Places } from "../../src/campaign/configuration-places.ts";
import type { ConfigurationPlan } from "../../src/domain/configuration-plan.ts";
import { faultModelNamed } from "../../src/domain/fault-model.ts";
import { randomStream } from "../../src/domain/random.ts";
import { plainAxes } from "../../src/domain/strike.ts";

const space = {
  name: "configuration",
  words: 101 * 700,
  bits: 32,
  axes: plainAxes(101 * 700),
  selfCheck: null,
};
const none = { frames: [], words: [], bits: [] };
const plan = (more: Partial<ConfigurationPlan> = {}): ConfigurationPlan => ({
  family: "x7",
  ...none,
  exclude: none,
  essentialBits: null,
  ...more,
});

const placed = (places: Places | string): string[] => {
  if (typeof places === "string") throw new Error(places);
  return Array.from({ length: places.count }, (_, index) => {
    const { word, bit } = places.at(index);
    return `${Math.floor(word / 101)} ${word % 101} ${bit}`;
  });
};

describe("the bits a block strikes", () => {
  test("without a word about them: every bit of the space once", () => {
    const places = placesIn(null, { ...space, words: 3 }, null) as Places;
    const all = Array.from({ length: places.count }, (_, index) => places.at(index));
    expect(new Set(all.map(({ word, bit }) => word * 32 + bit)).size).toBe(96);
  });

  test("frames, words and bits are a product, exclusions are taken out of it", () => {
    const places = placesIn(
      plan({
        frames: [
          [3, 4],
          [9, 9],
        ],
        words: [[99, 100]],
        bits: [0, 31],
        exclude: { frames: [[4, 5]], words: [], bits: [] },
      }),
      space,
      null,
    );
    expect(placed(places).sort()).toEqual(
      ["3", "9"].flatMap((frame) => ["100 0", "100 31", "99 0", "99 31"].map((rest) => `${frame} ${rest}`)),
    );
  });

  test("of an essential-bits file: its bits, as far as frames and exclusions allow", () => {
    const at = (frame: number, word: number, bit: number): number => (frame * 101 + word) * 32 + bit;
    const essential = {
      frames: 720,
      bits: Uint32Array.of(at(0, 0, 1), at(5, 7, 3), at(5, 8, 3), at(710, 0, 0)),
    };
    const narrowed = plan({ exclude: { frames: [], words: [[8, 8]], bits: [] } });
    // Frame 710 is in the file and not in what the controller reaches.
    expect(placed(placesIn(narrowed, space, essential))).toEqual(["0 0 1", "5 7 3"]);
  });

  test.each([
    ["another family", plan({ family: "us" }), null, "no whole number of them"],
    ["a frame beyond the device", plan({ frames: [[0, 700]] }), null, "frame 700 is asked"],
    ["nothing left", plan({ bits: [3], exclude: { ...none, bits: [3] } }), null, "no bit is left"],
    [
      "a file of a smaller part",
      plan(),
      { frames: 10, bits: Uint32Array.of(0) },
      "holds 10 frames, the device has 700",
    ],
  ])("%s is refused in one sentence", (_, asked, essential, says) => {
    expect(placesIn(asked, space, essential)).toEqual(expect.stringContaining(says));
  });

  test("strike k is a pure function of its stream, within the word, adjacent bits never beyond it", () => {
    const places = placesIn(plan({ bits: [0, 30, 31] }), space, null) as Places;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom("single-bit" as const, "adjacent-2" as const, "adjacent-3" as const),
        (id, faultModel) => {
          const draw = () =>
            placeInConfiguration(
              randomStream(5, "strike", 1, id),
              id,
              space,
              places,
              faultModelNamed(faultModel),
              8,
            );
          const { strike } = draw();
          expect(draw().strike).toEqual(strike);
          expect(strike.cycle).toBe(0);
          expect(strike.word).toBeLessThan(space.words);
          const ones = strike.mask.toString(2).replaceAll("0", "").length;
          expect(ones).toBe({ "single-bit": 1, "adjacent-2": 2, "adjacent-3": 3 }[faultModel]);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
