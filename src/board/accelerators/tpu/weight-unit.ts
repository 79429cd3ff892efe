import { settleAll, settled } from "./array-registers.ts";
import type { ArrayRegisters } from "./array-registers.ts";
import { sizes, wordsOfRow } from "./element-formats.ts";
import type { Decoded } from "./instruction-set.ts";
import { control, readWords, writeWord } from "./tpu-state.ts";
import type { TpuState } from "./tpu-state.ts";

/** SHIFT: a row of weights a cycle from the FIFO into the first row of the shadow; what stands there moves down. */
export function runShift(
  state: TpuState,
  registers: ArrayRegisters,
  { d: x, fa }: Decoded,
  from: number,
  to: number,
): number {
  const { fifo, shape, scalars } = state;
  const { shadow } = registers;
  const stuck = registers.stuck["shadow-weight"];
  const rows = scalars.u32[x]!;
  const columns = scalars.u32[x + 1]!;
  const duration = Math.max(1, rows);
  const last = Math.min(to, Math.max(duration, from + 1));
  if (columns > shape.columns) {
    state.trapped = true;
    return from + 1;
  }
  const size = sizes[fa]!;
  const words = wordsOfRow(columns, size);
  const mask = size === 4 ? 0xffffffff : 2 ** (8 * size) - 1;
  const rowInto = (row: number, first: number): void => {
    const base = row * shape.columns;
    for (let c = 0; c < columns; c++) {
      const word = fifo.u32[((first + Math.floor((c * size) / 4)) >>> 0) % fifo.words]!;
      shadow[base + c] = ((word >>> ((c * size * 8) % 32)) & mask) >>> 0;
    }
    shadow.fill(0, base + columns, base + shape.columns);
  };
  const count = Math.min(last, rows) - from;
  const sound = !fifo.struck && !state.control.struck && stuck.size === 0;
  if (sound && count > 0 && count <= shape.rows) {
    // Nothing can go wrong on the way: each row goes at once to where it comes to stand.
    const first = state.control.u32[control.fifoRead]!;
    shadow.copyWithin(count * shape.columns, 0, (shape.rows - count) * shape.columns);
    for (let i = 0; i < count; i++) rowInto(count - 1 - i, (first + i * words) >>> 0);
    writeWord(state.control, control.fifoRead, first + count * words);
    state.ended = last >= duration;
    return last;
  }
  for (let cycle = from; cycle < last && cycle < rows; cycle++) {
    const first = state.control.u32[control.fifoRead]!;
    for (let i = 0; i < words; i++) {
      if (!readWords(state, fifo, ((first + i) >>> 0) % fifo.words, 1)) return cycle + 1;
    }
    writeWord(state.control, control.fifoRead, first + words);
    shadow.copyWithin(shape.columns, 0, (shape.rows - 1) * shape.columns);
    rowInto(0, first);
    for (const word of stuck.keys()) shadow[word] = settled(stuck, word, shadow[word]!);
  }
  state.ended = last >= duration;
  return last;
}

/** SWAP: weights and shadow change places. */
export function runSwap(state: TpuState, registers: ArrayRegisters, from: number): number {
  const { weight, shadow } = registers;
  registers.weight = shadow;
  registers.shadow = weight;
  settleAll(registers, "weight");
  settleAll(registers, "shadow-weight");
  state.ended = true;
  return from + 1;
}
