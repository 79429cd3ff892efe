import { deskewWord, settled, skewWord } from "./array-registers.ts";
import type { ArrayRegisters } from "./array-registers.ts";
import type { SystolicPass } from "./systolic-pass.ts";
import type { Step } from "./systolic-kernels.ts";

/**
 * One clock of the array, register by register: the slow way, taken only while a bit of a moving register is stuck (docs/tpu.md, MATMUL, 3).
 * `x`: what comes in, R raw elements.
 */
export function clockArray(
  registers: ArrayRegisters,
  rows: number,
  columns: number,
  step: Step,
  x: Uint32Array,
): void {
  const { weight, activation, partialSum, skew, deskew, stuck } = registers;
  for (let c = 0; c < columns - 1; c++) {
    for (let d = columns - 2 - c; d >= 0; d--) {
      const word = deskewWord(columns, c, d);
      const from = d === 0 ? partialSum[(rows - 1) * columns + c]! : deskew[deskewWord(columns, c, d - 1)]!;
      deskew[word] = settled(stuck["de-skew"], word, from);
    }
  }
  // From the last element to the first: each reads its neighbours before they change.
  for (let r = rows - 1; r >= 0; r--) {
    for (let c = columns - 1; c >= 0; c--) {
      const word = r * columns + c;
      const entering = r === 0 ? x[0]! : skew[skewWord(r, r - 1)]!;
      const input = c === 0 ? entering : activation[word - 1]!;
      const above = r === 0 ? 0 : partialSum[word - columns]!;
      partialSum[word] = settled(stuck["partial-sum"], word, step(above, weight[word]!, input));
      activation[word] = settled(stuck.activation, word, input);
    }
    for (let d = r - 1; d >= 0; d--) {
      const word = skewWord(r, d);
      skew[word] = settled(stuck.skew, word, d === 0 ? x[r]! : skew[word - 1]!);
    }
  }
  registers.moved = true;
}

/** Puts into the registers what they hold before cycle t of the pass. */
export function settlePass(
  registers: ArrayRegisters,
  rows: number,
  columns: number,
  pass: SystolicPass,
  t: number,
): void {
  const activation = new Uint32Array(rows * columns);
  const partialSum = new Uint32Array(rows * columns);
  const skew = new Uint32Array(registers.skew.length);
  const deskew = new Uint32Array(registers.deskew.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      activation[r * columns + c] = pass.activationAt(r, c, t);
      partialSum[r * columns + c] = pass.partialSumAt(r, c, t);
    }
    for (let d = 0; d < r; d++) skew[skewWord(r, d)] = pass.skewAt(r, d, t);
  }
  for (let c = 0; c < columns - 1; c++)
    for (let d = 0; d <= columns - 2 - c; d++) deskew[deskewWord(columns, c, d)] = pass.deskewAt(c, d, t);
  registers.activation.set(activation);
  registers.partialSum.set(partialSum);
  registers.skew.set(skew);
  registers.deskew.set(deskew);
  registers.moved = true;
}
