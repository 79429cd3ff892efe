import fc from "fast-check";
import { expect, test } from "vitest";
import { mismatchShape } from "../../src/science/mismatch-shape.ts";

test.each([
  ["none", [], null],
  ["one", [17], "single"],
  ["two of one row", [16, 18], "line"],
  ["two of one column", [2, 18], "line"],
  ["a whole row", Array.from({ length: 16 }, (_, column) => 32 + column), "line"],
  // Two rows of pairs, no column twice: the published parsers call it a line.
  ["pairs in two rows, columns apart", [0, 1, 18, 19], "line"],
  ["three in a corner", [0, 1, 16], "block"],
  ["four in a square", [0, 1, 16, 17], "block"],
  ["a diagonal", [0, 17, 34], "random"],
] as const)("%s", (_name, indices, shape) => {
  expect(mismatchShape(indices, 16)).toBe(shape);
});

test("a shape does not depend on the order, nor on which way the matrix lies", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(255), { maxLength: 12 }), (indices) => {
      const turned = indices.map((index) => (index % 16) * 16 + Math.floor(index / 16));
      expect(mismatchShape(indices.toReversed(), 16)).toBe(mismatchShape(indices, 16));
      expect(mismatchShape(turned, 16)).toBe(mismatchShape(indices, 16));
    }),
    { seed: 1, numRuns: 500 },
  );
});
