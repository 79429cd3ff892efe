import type { TpuState } from "./tpu-state.ts";

/**
 * The cycles `from` … `to` − 1 of an instruction that goes by rows, `perCycle` items of one row a cycle (docs/tpu.md, "By rows"). `work` does the items
 * j … j + n − 1 of row i, and is false where it trapped. Answers the cycle that comes next; `ended` and `trapped` of the state say why it stopped.
 */
export function runByRows(
  state: TpuState,
  { from, to, rows, items, perCycle }: ByRows,
  work: (row: number, item: number, count: number) => boolean,
): number {
  const perRow = Math.ceil(items / perCycle);
  const duration = Math.max(1, rows * perRow);
  const last = Math.min(to, Math.max(duration, from + 1));
  let row = perRow === 0 ? rows : Math.floor(from / perRow);
  let item = perRow === 0 ? 0 : (from - row * perRow) * perCycle;
  for (let cycle = from; cycle < last; cycle++) {
    if (row >= rows) break;
    if (!work(row, item, Math.min(perCycle, items - item))) return cycle + 1;
    item += perCycle;
    if (item >= items) {
      item = 0;
      row++;
    }
  }
  state.ended = last >= duration;
  return last;
}

export interface ByRows {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly items: number;
  readonly perCycle: number;
}
