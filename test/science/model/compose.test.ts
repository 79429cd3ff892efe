import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import {
  composeRates,
  composeTerms,
  drawShares,
  dueOf,
  meanShares,
  sdcOf,
} from "../../../src/science/model/compose.ts";
import type { Ingredient } from "../../../src/science/model/compose.ts";
import {
  accumulatedPerSecond,
  fateOfWord,
  uncoveredShare,
  wordsOf,
} from "../../../src/science/model/coverage.ts";
import type { Ecc } from "../../../src/science/model/model.ts";

const secDed: Ecc = {
  code: "sec-ded",
  dataBits: 32,
  checkBits: 7,
  interleave: 1,
  scrubIntervalSeconds: null,
};
const tally = (
  masked: number,
  sdcCritical: number,
  dueCrash: number,
): Ingredient["strikes"][number]["counts"] => ({
  masked,
  sdcTolerable: 0,
  sdcCritical,
  dueDetected: 0,
  dueCrash,
  dueHang: 0,
});
const ingredient = (changes: Partial<Ingredient> = {}): Ingredient => ({
  structure: "weights",
  bits: 1000,
  multiplicity: [],
  strikes: [{ cells: 1, counts: tally(898, 80, 20) }],
  ecc: null,
  interleave: 1,
  ...changes,
});
const total = (ingredients: readonly Ingredient[], each = 1e-12): number => {
  const rates = composeRates(meanShares(ingredients), () => each);
  return sdcOf(rates) + dueOf(rates);
};

describe("a rate from its parts", () => {
  test("is bits × events a bit × what becomes of an event, worked by hand", () => {
    // 998 strikes and priors of ½ + ½ + ½: SDC (80 + ½)/999.5, DUE (20 + ½)/999.5.
    const rates = composeRates(meanShares([ingredient()]), () => 2e-12);
    expect(sdcOf(rates)).toBeCloseTo((1000 * 2e-12 * 80.5) / 999.5, 20);
    expect(dueOf(rates)).toBeCloseTo((1000 * 2e-12 * 20.5) / 999.5, 20);
  });

  test("counts an event of two cells in one word once: by the strikes of two cells", () => {
    const strikes = [
      { cells: 1, counts: tally(100_000, 0, 0) },
      { cells: 2, counts: tally(0, 100_000, 0) },
    ];
    // Events: 3 of one cell and 1 of two, ½ added to each: a share of 1.5/5 has two cells, and all of those are SDC.
    const rates = composeRates(meanShares([ingredient({ multiplicity: [3, 1], strikes })]), () => 1e-12);
    expect(sdcOf(rates)).toBeCloseTo(1000 * 1e-12 * (1.5 / 5), 13);
  });

  test("in words that lie interleaved, two cells are two words with one wrong bit each", () => {
    const strikes = [
      { cells: 1, counts: tally(50_000, 50_000, 0) },
      { cells: 2, counts: tally(0, 0, 100_000) },
    ];
    const [vector] = meanShares([ingredient({ multiplicity: [0, 1e6], strikes, interleave: 2 })]).perEvent;
    // Either of two words, half each: three quarters, and none of it as strikes of two cells in one word end.
    expect(sdcOf(vector!)).toBeCloseTo(0.75, 4);
    expect(dueOf(vector!)).toBeLessThan(1e-4);
  });

  test("structures add, whatever they are", () => {
    const any = fc.record({
      bits: fc.integer({ min: 1, max: 1e9 }),
      masked: fc.integer({ min: 0, max: 500 }),
      sdc: fc.integer({ min: 0, max: 500 }),
      due: fc.integer({ min: 1, max: 500 }),
      multiplicity: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [one, other] = [a, b].map(({ bits, masked, sdc, due, multiplicity }, at) =>
          ingredient({
            structure: `s${at}`,
            bits,
            multiplicity,
            strikes: [{ cells: 1, counts: tally(masked, sdc, due) }],
          }),
        );
        const both = total([one!, other!]);
        expect(both).toBeGreaterThan(Math.max(total([one!]), total([other!])));
        expect(both / (total([one!]) + total([other!]))).toBeCloseTo(1, 12);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test("a code never raises what an event comes to, nor does a deeper interleave lower what a code covers", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("none", "parity", "sec-ded" as const),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 8 }),
        (code, multiplicity, sdc, due, interleave) => {
          const bare = ingredient({
            multiplicity,
            interleave,
            strikes: [{ cells: 1, counts: tally(100, sdc, due) }],
          });
          const under = { ...bare, ecc: { ...secDed, code, interleave } };
          expect(total([under])).toBeLessThanOrEqual(total([bare]) * (1 + 1e-12));
          const silent = sdcOf(composeRates(meanShares([under]), () => 1e-12));
          expect(silent).toBeLessThanOrEqual(
            sdcOf(composeRates(meanShares([bare]), () => 1e-12)) * (1 + 1e-12),
          );
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  test("draws scatter about the mean as a Dirichlet does", () => {
    const ingredients = [ingredient({ multiplicity: [50, 10] })];
    const mean = meanShares(ingredients).perEvent[0]!;
    const random = randomStream(1, "compose-test");
    const draws = Array.from({ length: 4000 }, () => sdcOf(drawShares(ingredients, random).perEvent[0]!));
    const average = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const p = sdcOf(mean);
    const deviation = Math.sqrt((p * (1 - p)) / 1000.5);
    expect(Math.abs(average - p)).toBeLessThan((4 * deviation) / Math.sqrt(draws.length));
    const variance = draws.reduce((sum, value) => sum + (value - average) ** 2, 0) / draws.length;
    expect(Math.sqrt(variance) / deviation).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / deviation).toBeLessThan(1.05);
  });

  test("only a rate in time has what accumulates between two scrubs", () => {
    const scrubbed = ingredient({ bits: 32e6, ecc: { ...secDed, scrubIntervalSeconds: 3600 } });
    const shares = meanShares([scrubbed]);
    const [inBeam] = composeTerms(shares, () => 1e-9);
    const [inTime] = composeTerms(shares, () => 1e-9, { perSecond: true });
    const harmful = 1 - (898 + 0.5) / 999.5;
    // 1e6 words · 39·38/2 pairs · (1e-9)² · 3600 s, by hand 2.6676e-6 a second, and it does harm as often as an upset does.
    expect(dueOf(inTime!) - dueOf(inBeam!)).toBeCloseTo(2.6676e-6 * harmful, 12);
    expect(sdcOf(inTime!)).toBe(sdcOf(inBeam!));
  });
});

describe("what a code covers", () => {
  test("cells in a row, dealt out to words", () => {
    expect(wordsOf(3, 1)).toEqual([3]);
    expect(wordsOf(3, 2)).toEqual([2, 1]);
    expect(wordsOf(3, 4)).toEqual([1, 1, 1]);
    expect(wordsOf(9, 4)).toEqual([3, 2, 2, 2]);
  });

  test("SEC-DED corrects one, detects two, and takes 5,452 of 9,139 triples for one wrong bit", () => {
    expect(fateOfWord("sec-ded", 1)).toEqual({ silent: 0, detected: 0 });
    expect(fateOfWord("sec-ded", 2)).toEqual({ silent: 0, detected: 1 });
    expect(fateOfWord("sec-ded", 3).silent).toBeCloseTo(0.596564, 6);
    expect(fateOfWord("parity", 2)).toEqual({ silent: 1, detected: 0 });
    expect(fateOfWord("none", 1)).toEqual({ silent: 1, detected: 0 });
  });

  test("the uncovered share of HBM's events, by interleave", () => {
    expect(uncoveredShare(secDed, [0.9, 0.08, 0.02])).toBeCloseTo(0.1, 12);
    expect(uncoveredShare({ ...secDed, interleave: 2 }, [0.9, 0.08, 0.02])).toBeCloseTo(0.02, 12);
    expect(uncoveredShare({ ...secDed, interleave: 4 }, [0.9, 0.08, 0.02])).toBe(0);
    expect(uncoveredShare({ ...secDed, code: "none" }, [0.9, 0.08, 0.02])).toBeCloseTo(1, 12);
  });

  test("no more events meet than come", () => {
    const scrubbed = { ...secDed, scrubIntervalSeconds: 1e12 };
    expect(accumulatedPerSecond(scrubbed, 32e6, 1e-9)).toBe((39e6 * 1e-9) / 2);
    expect(accumulatedPerSecond(secDed, 32e6, 1e-9)).toBe(0);
  });
});
