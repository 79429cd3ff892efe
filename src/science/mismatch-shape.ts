/**
 * How the wrong elements of a matrix lie, as beam tests of GPUs tell it (D. A. G. Oliveira, L. Pilla, P. Rech and others; the published parsers of
 * the radhelper project count so): `single`: one; `block`: some row holds more than one of them and some column does too;
 * `line`: only rows do, or only columns; `random`: several, and no two share a row or a column.
 */
export const mismatchShapes = ["single", "line", "block", "random"] as const;
export type MismatchShape = (typeof mismatchShapes)[number];

/** Of elements by index, row by row, in a matrix of so many columns; null where none differs. */
export function mismatchShape(indices: readonly number[], columns: number): MismatchShape | null {
  if (indices.length === 0) return null;
  if (indices.length === 1) return "single";
  const shared = (placeOf: (index: number) => number): boolean =>
    new Set(indices.map(placeOf)).size < indices.length;
  const rows = shared((index) => Math.floor(index / columns));
  const lines = shared((index) => index % columns);
  if (rows && lines) return "block";
  return rows || lines ? "line" : "random";
}
