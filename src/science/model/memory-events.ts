import { stuckBits } from "../fit/stuck-bits.ts";
import { sumOf } from "./observed.ts";
import type { MemoryReading, ObservedRun } from "./observed.ts";

/** What a memory test's readings come to: events by their cells, with stuck bits taken out. */
export interface MemoryEvents {
  readonly sizes: readonly number[];
  readonly stuck: number;
  /** Readings that were too wrong for an event of the memory, or were not listed whole. */
  readonly unread: number;
}

/** Cells of one event lie side by side: bits of one word, or the same bits of words that lie interleaved with it. */
const nearWords = 16;
const nearBits = 1;
/** More cells than that are no upset of a memory cell but of what addresses or writes it. */
const mostCells = 64;

/** null: the run has no readings that could be told apart; its outcomes are then all there is. */
export function memoryEvents(run: ObservedRun, watchedBits: number): MemoryEvents | null {
  if (run.readings.length === 0)
    return sumOf(run.outcomes, "sdc") === 0 ? { sizes: [], stuck: 0, unread: 0 } : null;
  const readable = run.readings.filter(
    (reading) => !reading.truncated && cellsOf(reading).length <= mostCells,
  );
  const found = stuckBits(
    readable.flatMap(({ iteration, words }) =>
      cellsOf({ words }).map(({ word, bit }) => ({ address: `${word}.${bit}`, writes: iteration })),
    ),
    Math.max(watchedBits, 1),
  );
  const bad = new Set(found.stuck.map(({ address }) => address));
  const sizes = readable.flatMap((reading) =>
    clusters(cellsOf(reading).filter(({ word, bit }) => !bad.has(`${word}.${bit}`))),
  );
  return { sizes, stuck: bad.size, unread: run.readings.length - readable.length };
}

interface Cell {
  readonly word: number;
  readonly bit: number;
}

function cellsOf({ words }: Pick<MemoryReading, "words">): Cell[] {
  return words.flatMap(({ word, wrong }) => {
    const cells: Cell[] = [];
    for (let bit = 0; bit < 32; bit++) if ((wrong >>> bit) & 1) cells.push({ word, bit });
    return cells;
  });
}

/** Sizes of the groups that neighbours make. */
function clusters(cells: readonly Cell[]): number[] {
  const left = new Set(cells);
  const sizes: number[] = [];
  for (const first of cells) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const member of group)
      for (const other of left)
        if (Math.abs(other.word - member.word) <= nearWords && Math.abs(other.bit - member.bit) <= nearBits) {
          left.delete(other);
          group.push(other);
        }
    sizes.push(group.length);
  }
  return sizes;
}
