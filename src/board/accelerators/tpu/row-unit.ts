import { decoders, encoders, i32Code, isInteger, sizes } from "./element-formats.ts";
import { bitsOfF32, f32OfBits } from "../../numbers/float-bits.ts";
import type { Decoded } from "./instruction-set.ts";
import { lanes, readWords, rowAddress, writeWord, wroteWords } from "./tpu-state.ts";
import type { TpuState } from "./tpu-state.ts";
import { combineFloat } from "./vector-math.ts";

/**
 * REDUCE: lanes are rows, a column a cycle; the running value and its index lie in the lane's registers between cycles. EXCHANGE: a stage of a sorting network.
 */
export function runReduce(state: TpuState, decoded: Decoded, from: number, to: number): number {
  const { scalars, lanes: registers, buffer } = state;
  const { d: x, op, fa, fo } = decoded;
  const s = scalars.u32;
  const [a, aStride, out, outStride] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const [rows, columns] = [s[x + 4]!, s[x + 5]!];
  const duration = Math.max(1, Math.ceil(rows / lanes) * columns);
  const last = Math.min(to, Math.max(duration, from + 1));
  const size = sizes[fa]!;
  const decode = decoders[fa]!;
  const encode = encoders[fo]!;
  const integer = isInteger(fa);
  const toBits = integer ? (value: number) => value >>> 0 : bitsOfF32;
  const fromBits = integer ? decoders[i32Code]! : f32OfBits;

  const lane = (k: number, row: number, column: number): boolean => {
    const word = (rowAddress(a, row, aStride) + Math.floor((column * size) / 4)) >>> 0;
    if (!readWords(state, buffer, word, 1)) return false;
    const shift = (column * size * 8) % 32;
    const element = decode(
      size === 4 ? buffer.u32[word]! : (buffer.u32[word]! >>> shift) & (2 ** (8 * size) - 1),
    );
    if (column === 0) {
      writeWord(registers, 2 * k, toBits(op === 2 && element !== element ? -Infinity : element));
      writeWord(registers, 2 * k + 1, 0);
    } else {
      const value = fromBits(registers.u32[2 * k]!);
      if (op === 0) writeWord(registers, 2 * k, toBits(integer ? (value + element) | 0 : value + element));
      else if (op === 1) writeWord(registers, 2 * k, toBits(combineFloat.max(value, element)));
      else if (element > value) {
        writeWord(registers, 2 * k, toBits(element));
        writeWord(registers, 2 * k + 1, column);
      }
    }
    if (column !== columns - 1) return true;
    const result = op === 2 ? registers.i32[2 * k + 1]! : fromBits(registers.u32[2 * k]!);
    const into = rowAddress(out, row, outStride);
    if (into >= buffer.words) {
      state.trapped = true;
      return false;
    }
    writeWord(buffer, into, encode(result));
    return true;
  };

  for (let cycle = from; cycle < last && columns > 0; cycle++) {
    const group = Math.floor(cycle / columns);
    const first = group * lanes;
    const count = Math.min(lanes, rows - first);
    for (let k = 0; k < count; k++) if (!lane(k, first + k, cycle - group * columns)) return cycle + 1;
  }
  state.ended = last >= duration;
  return last;
}

export function runExchange(state: TpuState, { d: x, fa }: Decoded, from: number, to: number): number {
  const { buffer, scalars } = state;
  const s = scalars.u32;
  const [ub, pairs, distance, block] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
  const duration = Math.max(1, Math.ceil(pairs / lanes));
  const last = Math.min(to, Math.max(duration, from + 1));
  const view = fa === i32Code ? buffer.i32 : buffer.f32;
  const indexOf = (pair: number): number => {
    const group = Math.floor(pair / distance);
    return (2 * distance * group + (pair - group * distance)) >>> 0;
  };
  for (let cycle = from; cycle < last; cycle++) {
    const first = cycle * lanes;
    const end = Math.min(pairs, first + lanes);
    if (distance === 0 && first < end) {
      state.trapped = true;
      return cycle + 1;
    }
    for (let pair = first; pair < end; pair++) {
      const at = (ub + indexOf(pair)) >>> 0;
      if (!readWords(state, buffer, at, 1) || !readWords(state, buffer, (at + distance) >>> 0, 1))
        return cycle + 1;
    }
    for (let pair = first; pair < end; pair++) {
      const i = indexOf(pair);
      const at = (ub + i) >>> 0;
      const partner = (at + distance) >>> 0;
      const [low, high] = [view[at]!, view[partner]!];
      if ((i & block) === 0 ? low > high : low < high) {
        const bits = buffer.u32[at]!;
        buffer.u32[at] = buffer.u32[partner]!;
        buffer.u32[partner] = bits;
      }
      wroteWords(buffer, at, 1);
      wroteWords(buffer, partner, 1);
    }
  }
  state.ended = last >= duration;
  return last;
}
