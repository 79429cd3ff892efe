import { runByRows } from "./by-rows.ts";
import { decoders, encoders, isInteger, sizes, wordsOfRow } from "./element-formats.ts";
import type { Decoded } from "./instruction-set.ts";
import { lanes, readWords, rowAddress, within, writeWord, wroteWords } from "./tpu-state.ts";
import type { Bank, TpuState } from "./tpu-state.ts";
import {
  combineFloat,
  combineInteger,
  combineOps,
  mapFloat,
  mapInteger,
  mapOps,
  requantizeExactly,
} from "./vector-math.ts";

/**
 * The vector unit, element by element, 32 lanes a cycle (docs/tpu.md, "Vector unit"): what it reads in a cycle it writes in the same.
 *
 *   unified buffer ─words→ numbers of a and b ─op→ numbers ─rounded→ words ─→ unified buffer
 */
const ofA = new Float64Array(lanes);
const ofB = new Float64Array(lanes);

export function runMap(state: TpuState, { d: x, op, fa, fo }: Decoded, from: number, to: number): number {
  const s = state.scalars.u32;
  const [a, aStride, out, outStride] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const [rows, items] = [s[x + 4]!, s[x + 5]!];
  const name = mapOps[op]!;
  const apply = (isInteger(fa) ? mapInteger : mapFloat)[name];
  const bits = name === "copy" && fa === fo;
  return runByRows(state, { from, to, rows, items, perCycle: lanes }, (row, item, count) => {
    const at = chunkAddress(a, row, aStride, item, fa);
    const into = chunkAddress(out, row, outStride, item, fo);
    if (bits) return copyBits(state, at, into, count, sizes[fa]!);
    if (!load(state, at, count, fa, ofA)) return false;
    for (let i = 0; i < count; i++) ofA[i] = apply(ofA[i]!);
    return store(state, into, count, fo, ofA);
  });
}

export function runCombine(state: TpuState, decoded: Decoded, from: number, to: number): number {
  const { d: x, op, fa, fb, fo, flags } = decoded;
  const s = state.scalars.u32;
  const [a, aStride, b, bStride, out, outStride] = [
    s[x]!,
    s[x + 1]!,
    s[x + 2]!,
    s[x + 3]!,
    s[x + 4]!,
    s[x + 5]!,
  ];
  const [rows, items] = [s[x + 6]!, s[x + 7]!];
  const integers = isInteger(fa) && isInteger(fb);
  const apply = (integers ? combineInteger : combineFloat)[combineOps[op]!];
  const isColumn = (flags & 1) !== 0;
  /** Rounded to the format of `a` on the way where that is narrower than f32. */
  const narrows = !integers && !isInteger(fa) && fa !== 0;
  const [narrow, widen] = [encoders[fa]!, decoders[fa]!];
  return runByRows(state, { from, to, rows, items, perCycle: lanes }, (row, item, count) => {
    if (!load(state, chunkAddress(a, row, aStride, item, fa), count, fa, ofA)) return false;
    const at = chunkAddress(b, row, bStride, isColumn ? 0 : item, fb);
    if (!load(state, at, isColumn ? 1 : count, fb, ofB)) return false;
    if (isColumn) ofB.fill(ofB[0]!, 1, count);
    if (!integers) {
      if (isInteger(fa)) for (let i = 0; i < count; i++) ofA[i] = Math.fround(ofA[i]!);
      if (isInteger(fb)) for (let i = 0; i < count; i++) ofB[i] = Math.fround(ofB[i]!);
    }
    for (let i = 0; i < count; i++) ofA[i] = apply(ofA[i]!, ofB[i]!);
    if (narrows) for (let i = 0; i < count; i++) ofA[i] = widen(narrow(ofA[i]!));
    return store(state, chunkAddress(out, row, outStride, item, fo), count, fo, ofA);
  });
}

export function runRequantize(state: TpuState, { d: x, flags }: Decoded, from: number, to: number): number {
  const s = state.scalars.u32;
  const [a, aStride, out, outStride] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const [rows, items, multiplier, shift] = [s[x + 4]!, s[x + 5]!, s[x + 6]! | 0, s[x + 7]! & 63];
  const least = (flags & 1) === 0 ? 0 : -127;
  return runByRows(state, { from, to, rows, items, perCycle: lanes }, (row, item, count) => {
    if (!load(state, chunkAddress(a, row, aStride, item, 1), count, 1, ofA)) return false;
    for (let i = 0; i < count; i++) ofA[i] = requantizeExactly(ofA[i]!, multiplier, shift, least);
    return store(state, chunkAddress(out, row, outStride, item, 2), count, 2, ofA);
  });
}

/** DRAIN: accumulators to the buffer, as they are. */
export function runDrain(state: TpuState, { d: x }: Decoded, from: number, to: number): number {
  const { accumulators, buffer, scalars, shape } = state;
  const s = scalars.u32;
  const [first, ub, stride, rows, items] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!, s[x + 4]!];
  return runByRows(state, { from, to, rows, items, perCycle: lanes }, (row, item, count) => {
    const accRow = (first + row) >>> 0;
    const into = (rowAddress(ub, row, stride) + item) >>> 0;
    const inRow = item >= shape.columns ? 0 : Math.min(count, shape.columns - item);
    const at = accRow * shape.columns + item;
    const there = Math.min(within(accumulators, at, inRow), within(buffer, into, count));
    for (let i = 0; i < there; i++) {
      if (accumulators.struck && !readWords(state, accumulators, at + i, 1)) return false;
      writeWord(buffer, into + i, accumulators.u32[at + i]!);
    }
    if (there < count) state.trapped = true;
    return there === count;
  });
}

/** Word of item `item` of a row; chunks begin at a word, since 32 items of any size are whole words. */
function chunkAddress(base: number, row: number, stride: number, item: number, format: number): number {
  return (rowAddress(base, row, stride) + Math.floor((item * sizes[format]!) / 4)) >>> 0;
}

function load(state: TpuState, word: number, count: number, format: number, into: Float64Array): boolean {
  const { buffer } = state;
  const size = sizes[format]!;
  if (!readWords(state, buffer, word, wordsOfRow(count, size))) return false;
  const view = viewOf(buffer, format);
  const first = (word * 4) / size;
  if (format <= 2) {
    for (let i = 0; i < count; i++) into[i] = view[first + i]!;
  } else {
    const decode = decoders[format]!;
    for (let i = 0; i < count; i++) into[i] = decode(view[first + i]!);
  }
  return true;
}

function viewOf(
  { f32, i32, i8, u16, u8, u32 }: Bank,
  format: number,
): Float32Array | Int32Array | Int8Array | Uint16Array | Uint8Array | Uint32Array {
  switch (format) {
    case 0:
      return f32;
    case 1:
      return i32;
    case 2:
      return i8;
    case 5:
      return u8;
    case 6:
      return u32;
    default:
      return u16;
  }
}

function store(state: TpuState, word: number, count: number, format: number, values: Float64Array): boolean {
  const encode = encoders[format]!;
  return storeBits(state, word, count, sizes[format]!, (i) => encode(values[i]!));
}

const copied = new Uint32Array(lanes);

function copyBits(state: TpuState, at: number, into: number, count: number, size: number): boolean {
  const { buffer } = state;
  if (!readWords(state, buffer, at, wordsOfRow(count, size))) return false;
  const view = size === 4 ? buffer.u32 : size === 2 ? buffer.u16 : buffer.u8;
  const first = (at * 4) / size;
  for (let i = 0; i < count; i++) copied[i] = view[first + i]!;
  return storeBits(state, into, count, size, (i) => copied[i]!);
}

/** Whole words: places of the last one beyond the row are 0. */
function storeBits(
  state: TpuState,
  word: number,
  count: number,
  size: number,
  bitsOf: (i: number) => number,
): boolean {
  const { buffer } = state;
  const words = wordsOfRow(count, size);
  const there = within(buffer, word, words);
  if (there > 0) buffer.u32[word + there - 1] = 0;
  const elements = Math.min(count, (there * 4) / size);
  const view = size === 4 ? buffer.u32 : size === 2 ? buffer.u16 : buffer.u8;
  const first = (word * 4) / size;
  for (let i = 0; i < elements; i++) view[first + i] = bitsOf(i);
  wroteWords(buffer, word, there);
  if (there < words) state.trapped = true;
  return there === words;
}
