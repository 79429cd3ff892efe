import type { RandomStream } from "../domain/random.ts";

/**
 * The cells that one particle upsets: n in a row of the array, where the words of a group lie bit by bit beside each other.
 *
 *   interleave 2:  word  0  1  0  1  0  1 …      cells 1, 2, 3 of a row: word 1 bit 0, word 0 bit 1, word 1 bit 1
 *                  bit   0  0  1  1  2  2 …
 *
 * Where n ≤ interleave no word loses more than one bit (the reason why arrays are made so); at interleave 1 all n are in one word.
 */
export interface UpsetWord {
  readonly word: number;
  readonly mask: number;
}

export interface CellArray {
  readonly words: number;
  readonly bits: number;
  readonly multiplicity: readonly number[];
  readonly interleave: number;
}

/** One event: its place and, where the device knows more than single cells, its size. Words come in rising order. */
export function upsetCells(
  { words, bits, multiplicity, interleave }: CellArray,
  places: RandomStream,
  shapes: RandomStream,
): readonly UpsetWord[] {
  const size = multiplicity.length === 1 ? 1 : 1 + weighted(multiplicity, shapes);
  const word = places.nextBelow(words);
  const bit = places.nextBelow(bits);
  if (size === 1) return [{ word, mask: (1 << bit) >>> 0 }];
  const base = word - (word % interleave);
  /** Words of the last row may be fewer. */
  const inRow = Math.min(interleave, words - base);
  const cells = inRow * bits;
  // A row has an end: an event near it lies wholly before it, as far as the row is long enough.
  const fits = Math.min(size, cells);
  const first = Math.min(bit * inRow + (word - base), cells - fits);
  const masks = new Map<number, number>();
  for (let cell = first; cell < first + fits; cell++) {
    const struck = base + (cell % inRow);
    masks.set(struck, ((masks.get(struck) ?? 0) | (1 << Math.floor(cell / inRow))) >>> 0);
  }
  return [...masks].sort(([a], [b]) => a - b).map(([at, mask]) => ({ word: at, mask }));
}

function weighted(weights: readonly number[], random: RandomStream): number {
  let left = random.nextFloat() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
