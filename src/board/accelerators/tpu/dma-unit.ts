import { runByRows } from "./by-rows.ts";
import { sizes, wordsOfRow } from "./element-formats.ts";
import type { Decoded } from "./instruction-set.ts";
import { control, dmaWords, readWords, rowAddress, within, writeWord, wroteWords } from "./tpu-state.ts";
import type { Bank, TpuState } from "./tpu-state.ts";

/**
 * The DMA unit: words between the memories, 8 a cycle, one after the other (docs/tpu.md, "DMA unit").
 *
 *   HBM ⇄ unified buffer    HBM → weight FIFO
 *
 * Each function does the cycles `from` … `to` − 1 of its instruction as far as it goes, and answers the cycle that comes next.
 */
export function runTransfer(state: TpuState, { name, d: x }: Decoded, from: number, to: number): number {
  const s = state.scalars.u32;
  const [hbm, ub, rows, words] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const [hbmStride, ubStride] = [s[x + 4]!, s[x + 5]!];
  const inward = name === "DMAIN";
  const source = inward ? state.hbm : state.buffer;
  const sink = inward ? state.buffer : state.hbm;
  return runByRows(state, { from, to, rows, items: words, perCycle: dmaWords }, (row, item, count) => {
    const inHbm = (rowAddress(hbm, row, hbmStride) + item) >>> 0;
    const inBuffer = (rowAddress(ub, row, ubStride) + item) >>> 0;
    return inward
      ? move(state, source, inHbm, sink, inBuffer, count)
      : move(state, source, inBuffer, sink, inHbm, count);
  });
}

function move(state: TpuState, source: Bank, from: number, sink: Bank, into: number, count: number): boolean {
  const there = Math.min(within(source, from, count), within(sink, into, count));
  if (!source.struck && !sink.struck) {
    for (let i = 0; i < there; i++) sink.u32[into + i] = source.u32[from + i]!;
  } else {
    for (let i = 0; i < there; i++) {
      if (!readWords(state, source, from + i, 1)) return false;
      writeWord(sink, into + i, source.u32[from + i]!);
    }
  }
  if (there < count) state.trapped = true;
  return there === count;
}

/** LOADW: rows of packed weights as they lie. */
export function runLoadWeights(state: TpuState, { d: x }: Decoded, from: number, to: number): number {
  const s = state.scalars.u32;
  const [hbm, rows, words, stride] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  return runByRows(state, { from, to, rows, items: words, perCycle: dmaWords }, (row, item, count) => {
    const address = (rowAddress(hbm, row, stride) + item) >>> 0;
    const there = within(state.hbm, address, count);
    for (let i = 0; i < there; i++) {
      if (state.hbm.struck && !readWords(state, state.hbm, address + i, 1)) return false;
      pushToFifo(state, state.hbm.u32[address + i]!);
    }
    if (there < count) state.trapped = true;
    return there === count;
  });
}

function pushToFifo({ control: registers, fifo }: TpuState, word: number): void {
  const at = registers.u32[control.fifoWrite]!;
  writeWord(fifo, at % fifo.words, word);
  writeWord(registers, control.fifoWrite, at + 1);
}

/** LOADT: rows of weights that lie as columns; one FIFO word a cycle. */
export function runLoadTransposed(state: TpuState, { d: x, fa }: Decoded, from: number, to: number): number {
  const s = state.scalars.u32;
  const [hbm, rows, columns, stride, first] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!, s[x + 4]!];
  const size = sizes[fa]!;
  const places = 4 / size;
  const items = wordsOfRow(columns, size);
  return runByRows(state, { from, to, rows, items, perCycle: 1 }, (row, item) => {
    const k = (first - row) >>> 0;
    let word = 0;
    for (let place = 0; place < places; place++) {
      const n = item * places + place;
      if (n >= columns) break;
      const address = (rowAddress(hbm, n, stride) + Math.floor((k * size) / 4)) >>> 0;
      if (!readWords(state, state.hbm, address, 1)) return false;
      word |= elementOf(state.hbm, address, k, size) << (8 * size * place);
    }
    pushToFifo(state, word >>> 0);
    return true;
  });
}

/** Element `index` of a row lies in this word; its bits. */
function elementOf({ u32, u16, u8 }: Bank, word: number, index: number, size: number): number {
  if (size === 4) return u32[word]!;
  return size === 2 ? u16[2 * word + (index % 2)]! : u8[4 * word + (index % 4)]!;
}

/** GATHER: single elements by a list of their indices. */
export function runGather(state: TpuState, { d: x, fa }: Decoded, from: number, to: number): number {
  const { hbm, buffer, scalars } = state;
  const s = scalars.u32;
  const [base, columnsFrom, strideFrom, elements] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const [index, indexStride, out, outStride] = [s[x + 4]!, s[x + 5]!, s[x + 6]!, s[x + 7]!];
  const [rows, items] = [s[x + 8]!, s[x + 9]!];
  const size = sizes[fa]!;
  const made = new Uint32Array(dmaWords);
  return runByRows(state, { from, to, rows, items, perCycle: dmaWords }, (row, item, count) => {
    const list = (rowAddress(index, row, indexStride) + item) >>> 0;
    made.fill(0);
    for (let i = 0; i < count; i++) {
      const at = (list + i) >>> 0;
      if (!readWords(state, buffer, at, 1)) return false;
      const element = buffer.i32[at]!;
      if (element === -1) continue;
      if (element < -1 || element >= elements || columnsFrom === 0) {
        state.trapped = true;
        return false;
      }
      const rowFrom = Math.floor(element / columnsFrom);
      const column = element - rowFrom * columnsFrom;
      const word = (rowAddress(base, rowFrom, strideFrom) + Math.floor((column * size) / 4)) >>> 0;
      if (!readWords(state, hbm, word, 1)) return false;
      const place = (i * size) >> 2;
      made[place] = made[place]! | (elementOf(hbm, word, column, size) << ((i * size * 8) % 32));
    }
    const into = (rowAddress(out, row, outStride) + (item * size) / 4) >>> 0;
    const words = wordsOfRow(count, size);
    const there = within(buffer, into, words);
    for (let i = 0; i < there; i++) buffer.u32[into + i] = made[i]!;
    wroteWords(buffer, into, there);
    if (there < words) state.trapped = true;
    return there === words;
  });
}

/** MARCH: a march element over a piece of HBM, what differs noted in the buffer. */
export function runMarch(state: TpuState, { d: x, flags }: Decoded, from: number, to: number): number {
  const { hbm, buffer, scalars } = state;
  const s = scalars.u32;
  const [base, count, log, first] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const readAs = patternOf(s[x + 4]!, s[x + 5]!, (flags & 8) !== 0);
  const writeAs = patternOf(s[x + 6]!, s[x + 7]!, (flags & 16) !== 0);
  const rows = { from, to, rows: 1, items: count, perCycle: dmaWords };
  return runByRows(state, rows, (_row, item, items) => {
    for (let n = item; n < item + items; n++) {
      const i = (flags & 1) === 0 ? n : count - 1 - n;
      const at = (base + i) >>> 0;
      const x = (first + i) >>> 0;
      if ((flags & 2) !== 0) {
        const noted = (log + i) >>> 0;
        if (!readWords(state, hbm, at, 1) || !readWords(state, buffer, noted, 1)) return false;
        writeWord(buffer, noted, (buffer.u32[noted]! | (hbm.u32[at]! ^ readAs(x))) >>> 0);
      }
      if ((flags & 4) !== 0) {
        if (at >= hbm.words) {
          state.trapped = true;
          return false;
        }
        writeWord(hbm, at, writeAs(x));
      }
    }
    return true;
  });
}

function patternOf(even: number, odd: number, walking: boolean): (index: number) => number {
  if (walking) return (index) => (1 << ((index + even) & 31)) >>> 0;
  return (index) => (index % 2 === 0 ? even : odd);
}
