import { createCells } from "../../create-cells.ts";
import type { Cells, MemoryErrors, Protection } from "../../cells.ts";

/** What an emulated device is built as. */
export interface TpuShape {
  /** Of the array, 4 to 256 each. */
  readonly rows: number;
  readonly columns: number;
  readonly ecc: boolean;
}

export const bufferWords = 32_768;
export const accumulatorRows = 256;
export const lanes = 32;
export const dmaWords = 8;

/** Registers of `control`. */
export const control = {
  pc: 0,
  instruction: 1,
  status: 2,
  trapVector: 3,
  fifoRead: 4,
  fifoWrite: 5,
  rows: 6,
  columns: 7,
  enable: 8,
} as const;
export const controlWords = 9;

/** A memory and the views of its words that the units work on. */
export interface Bank {
  readonly cells: Cells;
  readonly words: number;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly u16: Uint16Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  /** Whether any word may not be as it was written, or is stuck: then every access asks the cells. */
  struck: boolean;
}

export interface TpuState {
  readonly shape: TpuShape;
  readonly hbm: Bank;
  readonly buffer: Bank;
  readonly accumulators: Bank;
  readonly fifo: Bank;
  readonly instructions: Bank;
  readonly lanes: Bank;
  readonly scalars: Bank;
  readonly control: Bank;
  /** All memories and registers above, by the name of their target. */
  readonly banks: ReadonlyMap<string, Bank>;
  /** Set by an access that may not be, or a word that cannot be corrected; the sequencer takes the trap. */
  trapped: boolean;
  /** Set by a unit with the last cycle of its instruction. */
  ended: boolean;
}

export function createTpuState(
  shape: TpuShape,
  sizes: { readonly hbmWords: number; readonly instructionWords: number },
  counted: MemoryErrors,
): TpuState {
  const banks = new Map<string, Bank>();
  const errors: MemoryErrors = {
    corrected: (structure, word) => counted.corrected(structure, word),
    uncorrectable: (structure, word) => {
      counted.uncorrectable(structure, word);
      state.trapped = true;
    },
  };
  const bank = (name: string, words: number, withEcc: Protection = "none"): Bank => {
    const protection = shape.ecc ? withEcc : "none";
    const cells = createCells({ name, words, bits: 32, protection, errors });
    const { buffer } = cells.raw;
    const made = {
      cells,
      words,
      u32: cells.raw,
      i32: new Int32Array(buffer),
      f32: new Float32Array(buffer),
      u16: new Uint16Array(buffer),
      i8: new Int8Array(buffer),
      u8: new Uint8Array(buffer),
      struck: false,
    };
    banks.set(name, made);
    return made;
  };
  const { rows, columns } = shape;
  const state: TpuState = {
    shape,
    hbm: bank("hbm", sizes.hbmWords, "sec-ded"),
    buffer: bank("unified-buffer", bufferWords, "sec-ded"),
    accumulators: bank("accumulators", accumulatorRows * columns, "sec-ded"),
    fifo: bank("weight-fifo", rows * columns, "parity"),
    instructions: bank("instructions", sizes.instructionWords, "parity"),
    lanes: bank("lanes", 2 * lanes),
    scalars: bank("scalars", 32),
    control: bank("control", controlWords),
    banks,
    trapped: false,
    ended: false,
  };
  return state;
}

/**
 * Words about to be read, in rising order; false, and a trap, at the first one that lies beyond the memory or cannot be corrected: what comes
 * after it is not looked at.
 */
export function readWords(state: TpuState, bank: Bank, from: number, count: number): boolean {
  const there = within(bank, from, count);
  if (bank.struck) {
    for (let word = from; word < from + there; word++) {
      bank.cells.reads(word);
      if (state.trapped) return false;
    }
  }
  if (there < count) state.trapped = true;
  return there === count;
}

/** How many of these words there are before the first that lies beyond the memory. */
export function within(bank: Bank, from: number, count: number): number {
  return from >= bank.words ? 0 : Math.min(count, bank.words - from);
}

export function wroteWords(bank: Bank, from: number, count: number): void {
  if (bank.struck) bank.cells.wrote(from, count);
}

/** One register. */
export function writeWord(bank: Bank, word: number, value: number): void {
  bank.u32[word] = value;
  if (bank.struck) bank.cells.wrote(word);
}

/** Address of row `row`: all address arithmetic is modulo 2^32. */
export function rowAddress(base: number, row: number, stride: number): number {
  return (base + Math.imul(row, stride)) >>> 0;
}
