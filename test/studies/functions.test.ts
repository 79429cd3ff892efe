import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { bitsOfF32, f32OfBits } from "../../src/board/numbers/float-bits.ts";
import { answersOf, asked } from "./functions.ts";

/** A slice of `npm run study -- functions`, every 65,537th float32, and the report that is kept. */
describe.each(asked)("$name", (one) => {
  test("is correctly rounded in a slice of all inputs", () => {
    const { inputs, wrong } = answersOf(one, 65_537);
    expect(inputs).toBeGreaterThan(4_000);
    expect(wrong).toEqual([]);
  });

  test("one whose last place is one too low is found", () => {
    const low = (x: number): number => f32OfBits(bitsOfF32(one.of(x)) - 1);
    const { inputs, wrong } = answersOf({ ...one, of: low }, 65_537);
    expect(wrong.length).toBe(inputs);
  });

  test("the report says so of all", () => {
    const report = readFileSync(resolve(import.meta.dirname, "../../docs/studies/functions.md"), "utf8");
    expect(report).toMatch(new RegExp(`^\\| ${one.name} +\\| +\\d[\\d,]+ +\\| +\\d+ +\\| +0 +\\|$`, "m"));
  });
});
