import { describe, expect, test } from "vitest";
import { agree, lateBy1, oddShapes } from "./tpu-agreement.ts";

describe("the TPU-like accelerator and the cycle-by-cycle simulator", () => {
  test("agree bit for bit on strikes of every target, on arrays of 4 to 16", { timeout: 120_000 }, () => {
    const found = agree({ seeds: { from: 1, count: 205 }, shape: oddShapes, perTarget: 2 });
    expect(found.disagreements).toEqual([]);
    const struck = Object.values(found.strikes);
    expect(struck).toHaveLength(19);
    expect(struck.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10_000);
    // Many are masked, and many are not: agreement about nothing would prove nothing.
    expect(found.noticed / found.alone).toBeGreaterThan(0.05);
  });

  test("agree on 128 × 128", { timeout: 120_000 }, () => {
    const found = agree({
      seeds: { from: 5_001, count: 1 },
      shape: () => ({ rows: 128, columns: 128 }),
      perTarget: 1,
    });
    expect(found.disagreements).toEqual([]);
  });

  test.each(["weight", "shadow-weight", "activation", "partial-sum", "skew", "de-skew", "scalars"])(
    "a '%s' whose time is wrong by one cycle is found",
    { timeout: 60_000 },
    (target) => {
      const found = agree({
        seeds: { from: 1, count: 12 },
        shape: oddShapes,
        perTarget: 6,
        change: (accelerator) => lateBy1(accelerator, target),
      });
      expect(found.disagreements.length).toBeGreaterThan(0);
      expect(found.disagreements.every((line) => line.includes(`"${target}"`))).toBe(true);
    },
  );
});
