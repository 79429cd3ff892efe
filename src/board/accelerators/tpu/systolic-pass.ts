import { deskewWord, skewWord } from "./array-registers.ts";
import type { ArrayRegisters } from "./array-registers.ts";
import { stepOf } from "./systolic-kernels.ts";
import type { Step } from "./systolic-kernels.ts";

/**
 * One MATMUL on its way through the array: what every register holds at every cycle of it, worked out where somebody asks, and not before.
 *
 *   row m of the operand passes element (r, c) in cycle m + r + c:   activation ─→
 *                                                                    sum        │
 *                                                                               ▼
 * So what stands in an activation or a partial sum before cycle t belongs to row m = t − 1 − r − c, whatever moves through; a row below 0 is what the registers
 * held when the pass began, a row beyond the last is a bubble of zeros. A strike on a moving register replaces one value of one row (`put…`), a strike on a weight
 * splits the rows of its column into those that met the old one and those that meet the new one.
 */
export interface SystolicPass {
  readonly format: number;
  /** Row m of the operand, R raw elements, as it was read in cycle m. */
  enter(m: number, row: Uint32Array): void;
  /** As it now is on its way; zeros where none was read. */
  rowAt(m: number): Uint32Array;
  /** What leaves column c for row m, after de-skewing. */
  output(m: number, c: number): number;
  /** What the registers hold before cycle t. */
  activationAt(r: number, c: number, t: number): number;
  partialSumAt(r: number, c: number, t: number): number;
  skewAt(r: number, d: number, t: number): number;
  deskewAt(c: number, d: number, t: number): number;
  /** From cycle t on the register holds this. */
  putActivation(r: number, c: number, t: number, bits: number): void;
  putPartialSum(r: number, c: number, t: number, bits: number): void;
  putSkew(r: number, d: number, t: number, bits: number): void;
  putDeskew(c: number, d: number, t: number, bits: number): void;
  /** The weight of (r, c), whose bits now lie in the registers, was this before cycle t. */
  weightChanged(r: number, c: number, t: number, before: number): void;
  /** Rows `from` … `to` − 1 whose output of a column is not the plain product with the weights that now stand there. */
  dirty(from: number, to: number, use: (m: number, c: number) => void): void;
  /** Whether a strike on a moving register stays in the array after the last of `rows` rows. */
  leavesBehind(rows: number): boolean;
  /** Whether there was no strike within it. */
  readonly clean: boolean;
}

interface Change {
  readonly r: number;
  readonly c: number;
  readonly t: number;
  readonly before: number;
}

export function createSystolicPass(
  registers: ArrayRegisters,
  rows: number,
  columns: number,
  format: number,
): SystolicPass {
  const step: Step = stepOf(format);
  const read: Uint32Array[] = [];
  const changes: Change[] = [];
  const changesAt = new Map<number, Change[]>();
  /** Values put in place of what a register would hold, by row of the operand, row and column of the array. */
  const activations = new Map<number, number>();
  const sums = new Map<number, number>();
  const outputs = new Map<number, number>();
  const struckRows = new Set<number>();
  // Rows from −(R + C) on have been in the array.
  const key = (m: number, r: number, c: number): number => ((m + rows + columns) * rows + r) * columns + c;
  const placeOf = (place: number): { readonly m: number; readonly c: number } => ({
    m: Math.floor(place / (rows * columns)) - rows - columns,
    c: place % columns,
  });
  const bubble = new Uint32Array(rows);
  let latestRow = -Infinity;
  const note = (m: number): void => {
    latestRow = Math.max(latestRow, m);
  };

  const weightAt = (r: number, c: number, t: number): number => {
    const before = changesAt.get(r * columns + c)?.find((change) => t < change.t);
    return before === undefined ? registers.weight[r * columns + c]! : before.before;
  };
  /** What comes into array row r with row m of the operand. */
  const entry = (m: number, r: number): number => {
    if (m < 0) return registers.skew[skewWord(r, -1 - m)]!;
    return m < read.length ? read[m]![r]! : 0;
  };
  /** `stood`: where row m stood when the pass began; below 0: it entered later. Column −1 is what comes in. */
  const activation = (m: number, r: number, c: number): number => {
    const stood = -1 - m - r;
    let value = stood < 0 ? entry(m, r) : registers.activation[r * columns + stood]!;
    if (!struckRows.has(r)) return value;
    for (let at = Math.max(0, stood + 1); at <= c; at++) value = activations.get(key(m, r, at)) ?? value;
    return value;
  };
  const sum = (m: number, r: number, c: number): number => {
    const stood = -1 - m - c;
    let value = stood < 0 ? 0 : registers.partialSum[stood * columns + c]!;
    for (let at = Math.max(0, stood + 1); at <= r; at++) {
      value = step(value, weightAt(at, c, m + at + c), activation(m, at, c - 1));
      if (sums.size > 0) value = sums.get(key(m, at, c)) ?? value;
    }
    return value;
  };
  const output = (m: number, c: number): number => outputs.get(key(m, 0, c)) ?? sum(m, rows - 1, c);

  return {
    format,
    enter: (m, row) => {
      while (read.length < m) read.push(bubble.slice());
      read[m] = row;
    },
    rowAt: (m) => read[m] ?? bubble,
    output,
    activationAt: (r, c, t) => activation(t - 1 - r - c, r, c),
    partialSumAt: (r, c, t) => sum(t - 1 - r - c, r, c),
    skewAt: (r, d, t) => entry(t - 1 - d, r),
    deskewAt: (c, d, t) =>
      t - 1 - d < 0
        ? registers.deskew[deskewWord(columns, c, d - t)]!
        : output(t - 2 - d - (rows - 1) - c, c),
    putActivation: (r, c, t, bits) => {
      activations.set(key(t - 1 - r - c, r, c), bits);
      struckRows.add(r);
      note(t - 1 - r - c);
    },
    putPartialSum: (r, c, t, bits) => {
      sums.set(key(t - 1 - r - c, r, c), bits);
      note(t - 1 - r - c);
    },
    putSkew: (r, d, t, bits) => {
      const m = t - 1 - d;
      if (m < 0) {
        registers.skew[skewWord(r, d - t)] = bits;
        registers.moved = true;
      } else {
        while (read.length <= m) read.push(bubble.slice());
        read[m]![r] = bits;
      }
      note(m);
    },
    putDeskew: (c, d, t, bits) => {
      if (t - 1 - d < 0) {
        registers.deskew[deskewWord(columns, c, d - t)] = bits;
        registers.moved = true;
      } else {
        outputs.set(key(t - 2 - d - (rows - 1) - c, 0, c), bits);
        note(t - 2 - d - (rows - 1) - c);
      }
    },
    weightChanged: (r, c, t, before) => {
      const change = { r, c, t, before };
      changes.push(change);
      changesAt.set(r * columns + c, [...(changesAt.get(r * columns + c) ?? []), change]);
    },
    dirty: (from, to, use) => {
      const seen = new Set<number>();
      const once = (m: number, c: number): void => {
        if (m < from || m >= to || seen.has(m * columns + c)) return;
        seen.add(m * columns + c);
        use(m, c);
      };
      for (const { r, c, t } of changes) for (let m = from; m < Math.min(to, t - r - c); m++) once(m, c);
      for (const place of activations.keys()) {
        const { m, c } = placeOf(place);
        for (let right = c + 1; right < columns; right++) once(m, right);
      }
      for (const place of sums.keys()) {
        const { m, c } = placeOf(place);
        once(m, c);
      }
      for (const place of outputs.keys()) {
        const { m, c } = placeOf(place);
        once(m, c);
      }
    },
    leavesBehind: (count) => latestRow >= count,
    get clean() {
      return changes.length === 0 && latestRow === -Infinity;
    },
  };
}
