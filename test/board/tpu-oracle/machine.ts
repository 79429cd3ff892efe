import { Store } from "./store.ts";

/** What a machine is made of before its first cycle: enough for docs/tpu.md, and nothing of how the accelerator is written. */
export interface Image {
  readonly rows: number;
  readonly columns: number;
  /** Bits of the registers that hold operands: 8, 16 or 32. */
  readonly operandBits: number;
  readonly ecc: boolean;
  readonly hbm: Uint32Array;
  readonly instructions: Uint32Array;
  readonly trapVector: number;
  readonly input: number;
  /** Words of HBM that the host reads back at HALT, in order. */
  readonly output: readonly number[];
}

export interface OracleStrike {
  readonly target: string;
  readonly word: number;
  readonly mask: number;
  readonly cycle: number;
  /** Stuck at `value` from then on, instead of flipped. */
  readonly hold?: { readonly value: number };
}

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

export const accumulatorRows = 256;
export const bufferWords = 32_768;

/** All state, as the page lists it. */
export interface Machine {
  readonly image: Image;
  readonly stores: Readonly<Record<string, Store>>;
  readonly hbm: Store;
  readonly buffer: Store;
  readonly accumulators: Store;
  readonly fifo: Store;
  readonly instructions: Store;
  readonly weight: Store;
  readonly shadow: Store;
  readonly activation: Store;
  readonly sum: Store;
  readonly skew: Store;
  readonly deSkew: Store;
  readonly lanes: Store;
  readonly scalars: Store;
  readonly control: Store;
  readonly errors: { corrected: number; uncorrected: number };
}

export function machineOf(image: Image): Machine {
  const { rows, columns, operandBits, ecc } = image;
  const code = ecc ? "sec-ded" : "none";
  const parity = ecc ? "parity" : "none";
  const stores = {
    hbm: new Store(image.hbm.length, 32, code),
    "unified-buffer": new Store(bufferWords, 32, code),
    accumulators: new Store(accumulatorRows * columns, 32, code),
    "weight-fifo": new Store(rows * columns, 32, parity),
    instructions: new Store(image.instructions.length, 32, parity),
    weight: new Store(rows * columns, operandBits, "none"),
    "shadow-weight": new Store(rows * columns, operandBits, "none"),
    activation: new Store(rows * columns, operandBits, "none"),
    "partial-sum": new Store(rows * columns, 32, "none"),
    skew: new Store((rows * (rows - 1)) / 2, operandBits, "none"),
    "de-skew": new Store((columns * (columns - 1)) / 2, 32, "none"),
    lanes: new Store(64, 32, "none"),
    scalars: new Store(32, 32, "none"),
    control: new Store(9, 32, "none"),
  };
  image.hbm.forEach((value, word) => stores.hbm.write(word, value));
  image.instructions.forEach((value, word) => stores.instructions.write(word, value));
  stores.control.write(control.trapVector, image.trapVector);
  stores.control.write(control.enable, 7);
  stores.control.write(control.rows, rows);
  stores.control.write(control.columns, columns);
  stores.scalars.write(31, image.input);
  return {
    image,
    stores,
    hbm: stores.hbm,
    buffer: stores["unified-buffer"],
    accumulators: stores.accumulators,
    fifo: stores["weight-fifo"],
    instructions: stores.instructions,
    weight: stores.weight,
    shadow: stores["shadow-weight"],
    activation: stores.activation,
    sum: stores["partial-sum"],
    skew: stores.skew,
    deSkew: stores["de-skew"],
    lanes: stores.lanes,
    scalars: stores.scalars,
    control: stores.control,
    errors: { corrected: 0, uncorrected: 0 },
  };
}

/** Raised in some cycle; ends the instruction with it. */
export class Trap extends Error {}

export function wordAt(store: Store, address: number): number {
  if (address >= store.words) throw new Trap();
  return address;
}

/** base + i·stride + j, modulo 2^32. */
export function address(base: number, i: number, stride: number, j = 0): number {
  return (base + Math.imul(i, stride) + j) >>> 0;
}

/** Element `j` of a row of packed words. */
export function element(words: (index: number) => number, j: number, size: number): number {
  const byte = j * size;
  const word = words(Math.floor(byte / 4));
  return size === 4 ? word : (word >>> (8 * (byte % 4))) & (2 ** (8 * size) - 1);
}
