import type { ElementDifference, OutputFormat, Score } from "../domain/evidence.ts";

/** How one output differs from golden. */
export interface Difference {
  readonly wrong: number;
  /** Of these, got NaN or infinite. */
  readonly nan: number;
  /** The first of them, by rising index. */
  readonly elements: readonly ElementDifference[];
}

const nothing: Difference = { wrong: 0, nan: 0, elements: [] };

/** Compares raw output words and lists at most `most` that differ. */
export function compare(
  golden: Uint32Array,
  got: Uint32Array,
  format: OutputFormat,
  most: number,
): Difference {
  const elements: ElementDifference[] = [];
  let wrong = 0;
  let nan = 0;
  for (let index = 0; index < golden.length; index++) {
    if (golden[index] === got[index]) continue;
    wrong++;
    if (format === "f32" && (got[index]! & 0x7f800000) === 0x7f800000) nan++;
    if (elements.length < most) elements.push({ index, expected: golden[index]!, got: got[index]! });
  }
  return wrong === 0 ? nothing : { wrong, nan, elements };
}

/** The five best classes, best first, equal ones by rising class; NaN is below everything. */
export function topScores(output: Uint32Array, format: OutputFormat): readonly Score[] {
  const values =
    format === "f32"
      ? new Float32Array(output.buffer, output.byteOffset, output.length)
      : new Int32Array(output.buffer, output.byteOffset, output.length);
  const rank = (label: number): number => (Number.isNaN(values[label]) ? -Infinity : values[label]!);
  return Array.from(output, (bits, label) => ({ label, bits }))
    .sort((a, b) => (rank(a.label) === rank(b.label) ? a.label - b.label : rank(b.label) - rank(a.label)))
    .slice(0, 5);
}
