import { address, control, element, wordAt } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { sizes } from "./numbers.ts";
import type { Decoded } from "./oracle.ts";

const byRows = (rows: number, items: number): number => rows * Math.ceil(items / 8);

export function dmaLength(machine: Machine, { code, x, fa }: Decoded): number {
  const s = (operand: number): number => machine.scalars.raw(x + operand);
  switch (code) {
    case 16:
    case 17:
      return byRows(s(2), s(3));
    case 18:
      return byRows(s(8), s(9));
    case 19:
      return byRows(s(1), s(2));
    case 20:
      return s(1) * Math.ceil((s(2) * sizes[fa]!) / 4);
    default:
      return Math.ceil(s(1) / 8);
  }
}

/** The row and the items of it that cycle `e` does. */
function itemsOf(e: number, rows: number, items: number): { i: number; from: number; to: number } | null {
  const p = Math.ceil(items / 8);
  if (p === 0) return null;
  const i = Math.floor(e / p);
  if (i >= rows) return null;
  const from = 8 * (e % p);
  return { i, from, to: Math.min(items, from + 8) };
}

export function dmaCycle(machine: Machine, d: Decoded, e: number): void {
  const s = (operand: number): number => machine.scalars.raw(d.x + operand);
  const { hbm, buffer, errors } = machine;
  switch (d.code) {
    case 16:
    case 17: {
      const work = itemsOf(e, s(2), s(3));
      if (work === null) return;
      for (let j = work.from; j < work.to; j++) {
        const inHbm = address(s(0), work.i, s(4), j);
        const inBuffer = address(s(1), work.i, s(5), j);
        if (d.code === 16) {
          wordAt(hbm, inHbm);
          wordAt(buffer, inBuffer);
          buffer.write(inBuffer, hbm.read(inHbm, errors));
        } else {
          wordAt(buffer, inBuffer);
          wordAt(hbm, inHbm);
          hbm.write(inHbm, buffer.read(inBuffer, errors));
        }
      }
      return;
    }
    case 18: {
      gather(machine, s, sizes[d.fa]!, e);
      return;
    }
    case 19: {
      const work = itemsOf(e, s(1), s(2));
      if (work === null) return;
      for (let j = work.from; j < work.to; j++)
        pushFifo(machine, hbm.read(wordAt(hbm, address(s(0), work.i, s(3), j)), errors));
      return;
    }
    case 20: {
      transposed(machine, s, sizes[d.fa]!, e);
      return;
    }
    default: {
      march(machine, s, d.flags, e);
      return;
    }
  }
}

type Operand = (operand: number) => number;

function pushFifo({ fifo, control: registers }: Machine, word: number): void {
  const at = registers.raw(control.fifoWrite);
  fifo.write(at % fifo.words, word);
  registers.write(control.fifoWrite, (at + 1) >>> 0);
}

function gather({ hbm, buffer, errors }: Machine, s: Operand, size: number, e: number): void {
  const work = itemsOf(e, s(8), s(9));
  if (work === null) return;
  const { i, from, to } = work;
  const elements: number[] = [];
  for (let j = from; j < to; j++) {
    const index = buffer.read(wordAt(buffer, address(s(4), i, s(5), j)), errors);
    if (index === 0xffffffff) {
      elements.push(0);
      continue;
    }
    // Negative ones are beyond every tensor as unsigned numbers; a tensor of more than 2^31 elements does not exist.
    if (index >= s(3) || index >= 2 ** 31 || s(1) === 0) wordAt(hbm, Infinity);
    const row = Math.floor(index / s(1));
    const byte = (index % s(1)) * size;
    const word = hbm.read(wordAt(hbm, address(s(0), row, s(2), Math.floor(byte / 4))), errors);
    elements.push(size === 4 ? word : (word >>> (8 * (byte % 4))) & (2 ** (8 * size) - 1));
  }
  const perWord = 4 / size;
  for (let first = 0; first < elements.length; first += perWord) {
    const at = wordAt(buffer, address(s(6), i, s(7), ((from + first) * size) / 4));
    let word = 0;
    for (let place = 0; place < perWord; place++)
      word = (word | ((elements[first + place] ?? 0) << (8 * size * place))) >>> 0;
    buffer.write(at, word);
  }
}

function transposed(machine: Machine, s: Operand, size: number, e: number): void {
  const { hbm, errors } = machine;
  const q = Math.ceil((s(2) * size) / 4);
  if (q === 0) return;
  const fifoRow = Math.floor(e / q);
  if (fifoRow >= s(1)) return;
  const t = e % q;
  const perWord = 4 / size;
  let word = 0;
  for (let u = 0; u < perWord; u++) {
    const n = t * perWord + u;
    if (n >= s(2)) continue;
    const k = (s(4) - fifoRow) >>> 0;
    const at = wordAt(hbm, address(s(0), n, s(3), Math.floor((k * size) / 4)));
    const read = hbm.read(at, errors);
    word = (word | (element(() => read, k % perWord, size) << (8 * size * u))) >>> 0;
  }
  pushFifo(machine, word);
}

function march({ hbm, buffer, errors }: Machine, s: Operand, flags: number, e: number): void {
  const count = s(1);
  for (let n = 8 * e; n < Math.min(count, 8 * e + 8); n++) {
    const i = (flags & 1) === 1 ? count - 1 - n : n;
    const x = (s(3) + i) >>> 0;
    if ((flags & 2) !== 0) {
      const pattern = (flags & 8) !== 0 ? (1 << ((x + s(4)) % 32)) >>> 0 : s(x % 2 === 0 ? 4 : 5);
      const difference = (hbm.read(wordAt(hbm, address(s(0), 0, 0, i)), errors) ^ pattern) >>> 0;
      const log = wordAt(buffer, address(s(2), 0, 0, i));
      buffer.write(log, buffer.read(log, errors) | difference);
    }
    if ((flags & 4) !== 0) {
      const at = wordAt(hbm, address(s(0), 0, 0, i));
      hbm.write(at, (flags & 16) !== 0 ? (1 << ((x + s(6)) % 32)) >>> 0 : s(x % 2 === 0 ? 6 : 7));
    }
  }
}
