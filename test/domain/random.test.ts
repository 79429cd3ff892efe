import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";

describe("nextBelow", () => {
  test("reaches all of a range beyond 32 bits: golden runs of many device cycles have it", () => {
    const bound = 2 ** 40 - 1;
    const random = randomStream(1, "cycles");
    const draws = Array.from({ length: 4000 }, () => random.nextBelow(bound));
    for (const draw of draws) expect(Number.isSafeInteger(draw) && draw >= 0 && draw < bound).toBe(true);
    // Uniform: mean bound / 2, standard error bound / sqrt(12 n).
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(Math.abs(mean / bound - 0.5)).toBeLessThan(4 / Math.sqrt(12 * draws.length));
  });

  test("draws once where 32 bits are enough: strikes stay where they were", () => {
    const [one, other] = [randomStream(7, "strike"), randomStream(7, "strike")];
    expect(one.nextBelow(2 ** 32)).toBe(other.nextU32());
    expect(one.nextU32()).toBe(other.nextU32());
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])(
    "refuses %d, below which there is nothing to draw",
    (bound) => {
      expect(() => randomStream(1).nextBelow(bound)).toThrow(RangeError);
    },
  );
});
