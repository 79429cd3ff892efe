import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { gaussLegendre } from "../../../src/science/quadrature.ts";
import { chordsLongerThan, surfaceOf } from "../../../src/science/upset/chord-lengths.ts";
import type { Box } from "../../../src/science/upset/chord-lengths.ts";
import { randomChords } from "./random-chords.ts";

const side = fc.double({ min: 0.05, max: 50, noNaN: true });
const anyBox: fc.Arbitrary<Box> = fc.record({ a: side, b: side, h: side });
const seeded = { seed: 1988, numRuns: 25 };

/** ∫ over s, piece by piece between the lengths at which C changes its formula. */
function integralOver({ a, b, h }: Box, f: (s: number) => number): number {
  const ends = [a, b, h, Math.hypot(a, b), Math.hypot(a, h), Math.hypot(b, h), Math.hypot(a, b, h)];
  ends.sort((p, q) => p - q);
  let [sum, from] = [0, 0];
  for (const to of ends) {
    for (const { x, weight } of gaussLegendre(40, 0, 1)) {
      const s = from + (to - from) * Math.sin((Math.PI / 2) * x) ** 2;
      sum += weight * (to - from) * (Math.PI / 2) * Math.sin(Math.PI * x) * f(s);
    }
    from = to;
  }
  return sum;
}

describe("chords of a box", () => {
  // Two independent programs, among them Luke and Buehler's closed form with its sign mended.
  test.each([
    [{ a: 4, b: 6, h: 1 }, 0.25, 0.9322226],
    [{ a: 4, b: 6, h: 1 }, 0.5, 0.8662006],
    [{ a: 4, b: 6, h: 1 }, 0.99, 0.7418895],
    [{ a: 4, b: 6, h: 1 }, 1.5, 0.3139317],
    [{ a: 4, b: 6, h: 1 }, 3, 0.07007866],
    [{ a: 4, b: 6, h: 1 }, 6.05, 0.00363946],
    [{ a: 4, b: 6, h: 1 }, 7, 4.815991e-5],
    [{ a: 44.72136, b: 44.72136, h: 1 }, 0.99, 0.9638495],
    [{ a: 44.72136, b: 44.72136, h: 1 }, 1.5, 0.426749],
    [{ a: 44.72136, b: 44.72136, h: 1 }, 3, 0.1063718],
    [{ a: 44.72136, b: 44.72136, h: 1 }, 10, 0.009423885],
    [{ a: 4, b: 40, h: 1 }, 39, 1.731861e-5],
    [{ a: 1.0001, b: 1.0002, h: 1 }, 0.5, 0.61541],
    [{ a: 1.0001, b: 1.0002, h: 1 }, 1.5, 8.273793e-4],
  ])("%o: share longer than %d", (box, s, expected) => {
    expect(chordsLongerThan(box, s) / expected).toBeCloseTo(1, 6);
  });

  test("their mean is 4V/A (Cauchy) and their fourth moment 12V²/πA, for any box", () => {
    fc.assert(
      fc.property(anyBox, (box) => {
        const volume = box.a * box.b * box.h;
        const surface = surfaceOf(box);
        const mean = integralOver(box, (s) => chordsLongerThan(box, s));
        expect(mean / ((4 * volume) / surface)).toBeCloseTo(1, 5);
        const fourth = integralOver(box, (s) => 4 * s ** 3 * chordsLongerThan(box, s));
        expect(fourth / ((12 * volume * volume) / (Math.PI * surface))).toBeCloseTo(1, 5);
      }),
      seeded,
    );
  });

  test("the share never rises with the length, starts at 1 and ends with the diagonal; sides may be named in any order", () => {
    fc.assert(
      fc.property(anyBox, fc.double({ min: 0, max: 1.2, noNaN: true }), ({ a, b, h }, part) => {
        const diagonal = Math.hypot(a, b, h);
        const share = chordsLongerThan({ a, b, h }, part * diagonal);
        expect(share).toBeGreaterThanOrEqual(chordsLongerThan({ a, b, h }, part * 1.01 * diagonal) - 1e-12);
        expect(chordsLongerThan({ a: h, b: a, h: b }, part * diagonal)).toBeCloseTo(share, 7);
        expect(chordsLongerThan({ a, b, h }, 0)).toBe(1);
        expect(chordsLongerThan({ a, b, h }, diagonal * 1.0001)).toBe(0);
      }),
      seeded,
    );
  });

  test("is what 20,000 lines drawn at random through the box say", () => {
    const box: Box = { a: 2, b: 5, h: 1 };
    const chords = randomChords(box, 20_000, randomStream(7, "chords"));
    for (const s of [0.3, 0.95, 1.2, 2.5, 4]) {
      const expected = chordsLongerThan(box, s);
      const seen = chords.filter((chord) => chord > s).length / chords.length;
      expect(Math.abs(seen - expected)).toBeLessThan(
        4 * Math.sqrt((expected * (1 - expected)) / chords.length),
      );
    }
  });
});
