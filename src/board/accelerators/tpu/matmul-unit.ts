import type { Flip } from "../../memory.ts";
import { clockArray, settlePass } from "./array-clock.ts";
import { deskewWord, delayOf, isAnyStuck, movingStructures, strikeBits, wordsOf } from "./array-registers.ts";
import type { ArrayRegisters, ArrayStructure } from "./array-registers.ts";
import { decoders, i8Code, sizes, wordsOfRow } from "./element-formats.ts";
import type { Decoded } from "./instruction-set.ts";
import {
  addOf,
  areFinite,
  isFiniteOperand,
  multiplyFloats,
  multiplyIntegers,
  stepOf,
} from "./systolic-kernels.ts";
import { createSystolicPass } from "./systolic-pass.ts";
import type { SystolicPass } from "./systolic-pass.ts";
import { accumulatorRows, control, readWords, rowAddress, wroteWords } from "./tpu-state.ts";
import type { TpuState } from "./tpu-state.ts";
import type { StrikeManner } from "../../../domain/strike.ts";

/**
 * MATMUL: rows of the unified buffer through the array into the accumulators.
 *
 *   buffer ─row e in cycle e→ pass ─row m, all at once where nobody looks→ kernel ─→ sums ─cycle m + R + C − 1→ accumulators
 *                              └ strikes ─→ outputs they reach, element by element
 */
export interface MatmulUnit {
  begin(decoded: Decoded): void;
  run(from: number, to: number): number;
  /** Before cycle t of the instruction in work, or between instructions (t null). */
  strike(structure: ArrayStructure, word: number, struck: Struck, t: number | null): Flip;
  /** Bits of the array are about to become stuck, or free: from cycle t of the instruction in work it is clocked register by register. */
  beforeHold(t: number): void;
  /** Nothing is in work. */
  abandon(): void;
}

export interface Struck {
  readonly mask: number;
  readonly manner: StrikeManner;
  readonly value: number;
}

interface Work {
  readonly decoded: Decoded;
  readonly pass: SystolicPass;
  /** Moving registers are clocked one by one: a bit of them is stuck. */
  slow: boolean;
  /** Operands of the cycles so far; null: they have changed on the way. */
  count: number | null;
  rows: number | null;
  started: boolean;
  /** Rows of the array that a product takes; null: to be looked at again, since weights have changed. */
  weights: Int32Array | Float32Array | null;
  /** Whether all weights that were in use are numbers; null: not yet looked at. */
  finite: boolean | null;
}

export function createMatmulUnit(state: TpuState, registers: ArrayRegisters): MatmulUnit {
  const { rows: R, columns: C } = state.shape;
  const latency = R + C - 1;
  let work: Work | null = null;

  const begin = (decoded: Decoded): void => {
    work = {
      decoded,
      pass: createSystolicPass(registers, R, C, decoded.fa),
      slow: isAnyStuck(registers, movingStructures),
      count: null,
      rows: null,
      started: false,
      weights: null,
      finite: null,
    };
  };

  const run = (from: number, to: number): number => {
    const now = work!;
    const { decoded, pass } = now;
    const s = state.scalars.u32;
    const x = decoded.d;
    const [ub, stride, count, accRow] = [s[x]!, s[x + 1]!, s[x + 2]!, s[x + 3]!];
    const rows = state.control.u32[control.rows]!;
    const columns = state.control.u32[control.columns]!;
    const duration = count === 0 ? 1 : count + latency;
    const last = Math.min(to, Math.max(duration, from + 1));
    if (rows > R || columns > C) return trap(now, from);
    now.count = !now.started || now.count === count ? count : null;
    now.rows = !now.started || now.rows === rows ? rows : null;
    now.started = true;
    const size = sizes[decoded.fa]!;
    const words = wordsOfRow(rows, size);
    let [pendingFrom, pendingTo] = [0, 0];
    const flush = (): boolean => {
      const done = pendingTo === pendingFrom || collect(now, pendingFrom, pendingTo, accRow, columns);
      pendingFrom = pendingTo;
      return done;
    };
    const watched = now.slow || (state.accumulators.struck && (decoded.flags & 1) !== 0);
    for (let e = from; e < last; e++) {
      const m = e - latency;
      if (m >= 0 && m < count) {
        if ((accRow + m) >>> 0 >= accumulatorRows) {
          flush();
          return trap(now, e);
        }
        if (pendingTo === pendingFrom) pendingFrom = m;
        pendingTo = m + 1;
        if (watched && !flush()) return trap(now, e);
      }
      let row: Uint32Array | null = null;
      if (e < count) {
        const address = rowAddress(ub, e, stride);
        if (!readWords(state, state.buffer, address, words)) {
          flush();
          return trap(now, e);
        }
        row = unpack(address, rows, size);
        if (!now.slow) pass.enter(e, row);
      }
      if (now.slow) clockArray(registers, R, C, stepOf(decoded.fa), row ?? new Uint32Array(R));
    }
    flush();
    if (last >= duration) {
      state.ended = true;
      settle(now, last);
    }
    return last;
  };

  const trap = (now: Work, e: number): number => {
    state.trapped = true;
    if (!now.slow) settlePass(registers, R, C, now.pass, e);
    work = null;
    return e + 1;
  };

  const unpack = (address: number, rows: number, size: number): Uint32Array => {
    const { u8, u16, u32 } = state.buffer;
    const view = size === 4 ? u32 : size === 2 ? u16 : u8;
    const row = new Uint32Array(R);
    const first = (address * 4) / size;
    for (let r = 0; r < rows; r++) row[r] = view[first + r]!;
    return row;
  };

  /** Rows `from` … `to` − 1 into the accumulators; false where a word of them could not be corrected. */
  const collect = (now: Work, from: number, to: number, accRow: number, columns: number): boolean => {
    const sums = now.slow ? readOut() : productOf(now, from, to);
    const { accumulators } = state;
    const accumulates = (now.decoded.flags & 1) !== 0;
    const add = addOf(now.decoded.fa);
    for (let m = from; m < to; m++) {
      const into = ((accRow + m) >>> 0) * C;
      const row = (m - from) * C;
      if (!accumulates) {
        accumulators.u32.set(sums.subarray(row, row + columns), into);
        wroteWords(accumulators, into, columns);
        continue;
      }
      for (let c = 0; c < columns; c++) {
        if (accumulators.struck && !readWords(state, accumulators, into + c, 1)) return false;
        accumulators.u32[into + c] = add(accumulators.u32[into + c]!, sums[row + c]!);
        wroteWords(accumulators, into + c, 1);
      }
    }
    return true;
  };

  /** What stands at the lower end of the array: one row. */
  const readOut = (): Uint32Array =>
    Uint32Array.from({ length: C }, (_, c) =>
      c === C - 1 ? registers.partialSum[R * C - 1]! : registers.deskew[deskewWord(C, c, C - 2 - c)]!,
    );

  const productOf = (now: Work, from: number, to: number): Uint32Array => {
    const { pass, decoded } = now;
    const { fa } = decoded;
    const inner = pass.clean && isFinite(now) && now.rows !== null ? now.rows : R;
    const weights = (now.weights =
      now.weights !== null && now.weights.length >= inner * C ? now.weights : decodeWeights(fa, inner));
    const shape = { rows: to - from, inner, columns: C };
    const a = fa === i8Code ? new Int32Array(shape.rows * inner) : new Float32Array(shape.rows * inner);
    const decode = decoders[fa]!;
    for (let m = from; m < to; m++) {
      const row = pass.rowAt(m);
      for (let r = 0; r < inner; r++) a[(m - from) * inner + r] = decode(row[r]!);
    }
    const sums = new Uint32Array(shape.rows * C);
    if (fa === i8Code)
      multiplyIntegers(a as Int32Array, weights as Int32Array, new Int32Array(sums.buffer), shape);
    else multiplyFloats(a as Float32Array, weights as Float32Array, new Float32Array(sums.buffer), shape);
    pass.dirty(from, to, (m, c) => {
      sums[(m - from) * C + c] = pass.output(m, c);
    });
    return sums;
  };

  const decodeWeights = (format: number, inner: number): Int32Array | Float32Array => {
    const decode = decoders[format]!;
    const weights = format === i8Code ? new Int32Array(inner * C) : new Float32Array(inner * C);
    for (let i = 0; i < weights.length; i++) weights[i] = decode(registers.weight[i]!);
    return weights;
  };

  /** Also of those that strikes have taken away since. */
  const isFinite = (now: Work): boolean => (now.finite ??= areFinite(now.decoded.fa, registers.weight));

  /** The last cycle has been made: t of them in all. */
  const settle = (now: Work, t: number): void => {
    work = null;
    if (now.slow) return;
    const { pass, count } = now;
    const whole = count !== null && count > 0;
    const bubbles =
      isFinite(now) && (whole ? !pass.leavesBehind(count) : !registers.moved && pass.clean && count === 0);
    if (!bubbles) {
      settlePass(registers, R, C, pass, t);
      return;
    }
    if (registers.moved) for (const structure of movingStructures) wordsOf(registers, structure).fill(0);
    registers.moved = false;
  };

  const goSlow = (now: Work, t: number): void => {
    if (now.slow) return;
    if (t > 0) settlePass(registers, R, C, now.pass, t);
    now.slow = true;
  };

  const strike = (structure: ArrayStructure, word: number, struck: Struck, t: number | null): Flip => {
    const words = wordsOf(registers, structure);
    const isWeight = structure === "weight" || structure === "shadow-weight";
    if (work !== null && t !== null && t > 0 && !isWeight && struck.manner === "hold") goSlow(work, t);
    if (work === null || t === null || t === 0 || work.slow || structure === "shadow-weight") {
      const flip = strikeBits(registers, structure, word, words[word]!, struck);
      words[word] = flip.after;
      if (!isWeight) registers.moved = true;
      if (work !== null && !isWeight && struck.manner === "hold") work.slow = true;
      return flip;
    }
    const { pass } = work;
    const [r, c] = [Math.floor(word / C), word % C];
    const change = (before: number, put: (bits: number) => void): Flip => {
      const flip = strikeBits(registers, structure, word, before, struck);
      if (flip.after !== before) put(flip.after);
      return flip;
    };
    switch (structure) {
      case "weight":
        return change(words[word]!, (bits) => {
          const before = words[word]!;
          const finite = isFinite(work!) && isFiniteOperand(pass.format, bits);
          work!.finite = finite;
          words[word] = bits;
          work!.weights = null;
          pass.weightChanged(r, c, t, before);
        });
      case "activation":
        return change(pass.activationAt(r, c, t), (bits) => pass.putActivation(r, c, t, bits));
      case "partial-sum":
        return change(pass.partialSumAt(r, c, t), (bits) => pass.putPartialSum(r, c, t, bits));
      case "skew": {
        const { row, delay } = delayOf(word);
        return change(pass.skewAt(row, delay, t), (bits) => pass.putSkew(row, delay, t, bits));
      }
      case "de-skew": {
        const { row, delay } = delayOf(word);
        const column = C - 1 - row;
        return change(pass.deskewAt(column, delay, t), (bits) => pass.putDeskew(column, delay, t, bits));
      }
    }
  };

  return {
    begin,
    run,
    strike,
    beforeHold: (t) => {
      if (work !== null) goSlow(work, t);
    },
    abandon: () => {
      work = null;
    },
  };
}
