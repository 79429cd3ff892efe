import type { HeldBits } from "../accelerator.ts";
import type { Flip } from "../../memory.ts";
import type { StrikeManner } from "../../../domain/strike.ts";

/**
 * The registers of the array as they stand between instructions: raw bits, row by row. During a MATMUL the moving ones keep what they held before it
 * (`systolic-pass.ts` says what they hold in between), and get their final contents at its end.
 */
export interface ArrayRegisters {
  /** Bits of a weight and of an activation: 8, 16 or 32. */
  readonly operandBits: number;
  weight: Uint32Array;
  shadow: Uint32Array;
  readonly activation: Uint32Array;
  readonly partialSum: Uint32Array;
  readonly skew: Uint32Array;
  readonly deskew: Uint32Array;
  /** Whether any moving register may hold anything but 0. */
  moved: boolean;
  /** Bits that cannot be written, by structure. */
  readonly stuck: Readonly<Record<ArrayStructure, Map<number, StuckBits>>>;
}

export const movingStructures = ["activation", "partial-sum", "skew", "de-skew"] as const;
export const arrayStructures = ["weight", "shadow-weight", ...movingStructures] as const;
export type ArrayStructure = (typeof arrayStructures)[number];

export interface StuckBits {
  mask: number;
  value: number;
  /** Those that `hold` named, which no restoring lets go. */
  given: { readonly mask: number; readonly value: number } | null;
}

export function createArrayRegisters(rows: number, columns: number, operandBits: number): ArrayRegisters {
  const square = (): Uint32Array => new Uint32Array(rows * columns);
  return {
    operandBits,
    weight: square(),
    shadow: square(),
    activation: square(),
    partialSum: square(),
    skew: new Uint32Array((rows * (rows - 1)) / 2),
    deskew: new Uint32Array((columns * (columns - 1)) / 2),
    moved: false,
    stuck: {
      weight: new Map(),
      "shadow-weight": new Map(),
      activation: new Map(),
      "partial-sum": new Map(),
      skew: new Map(),
      "de-skew": new Map(),
    },
  };
}

/** Word of delay d of row r; of column c of `columns`, whose numbers go from the right. */
export const skewWord = (r: number, d: number): number => (r * (r - 1)) / 2 + d;
export const deskewWord = (columns: number, c: number, d: number): number => skewWord(columns - 1 - c, d);

/** Row and delay of a word of `skew`; for `de-skew` the row is columns − 1 − column. */
export function delayOf(word: number): { readonly row: number; readonly delay: number } {
  let row = 1;
  while (skewWord(row + 1, 0) <= word) row++;
  return { row, delay: word - skewWord(row, 0) };
}

export function wordsOf(registers: ArrayRegisters, structure: ArrayStructure): Uint32Array {
  switch (structure) {
    case "weight":
      return registers.weight;
    case "shadow-weight":
      return registers.shadow;
    case "activation":
      return registers.activation;
    case "partial-sum":
      return registers.partialSum;
    case "skew":
      return registers.skew;
    case "de-skew":
      return registers.deskew;
  }
}

export function bitsOf({ operandBits }: ArrayRegisters, structure: ArrayStructure): number {
  return structure === "partial-sum" || structure === "de-skew" ? 32 : operandBits;
}

/** What a word is after a strike, and what becomes stuck in it. */
export function strikeBits(
  registers: ArrayRegisters,
  structure: ArrayStructure,
  word: number,
  before: number,
  { mask, manner, value }: { readonly mask: number; readonly manner: StrikeManner; readonly value: number },
): Flip {
  const stuck = registers.stuck[structure];
  if (manner === "hold") {
    const at = stuck.get(word) ?? { mask: 0, value: 0, given: null };
    stuck.set(word, { ...at, mask: (at.mask | mask) >>> 0, value: put(at.value, mask, value) });
  }
  const struck = manner === "flip" ? (before ^ mask) >>> 0 : put(before, mask, value);
  return { before, after: settled(stuck, word, struck) };
}

/** What stands in the register when this is written into it. */
export function settled(stuck: ReadonlyMap<number, StuckBits>, word: number, bits: number): number {
  if (stuck.size === 0) return bits;
  const at = stuck.get(word);
  if (at === undefined) return bits;
  const held = put(bits, at.mask, at.value);
  return at.given === null ? held : put(held, at.given.mask, at.given.value);
}

/** After all words of a structure have been written. */
export function settleAll(registers: ArrayRegisters, structure: ArrayStructure): void {
  const words = wordsOf(registers, structure);
  const stuck = registers.stuck[structure];
  for (const word of stuck.keys()) {
    words[word] = settled(stuck, word, words[word]!);
    registers.moved = true;
  }
}

/** All 0, but what is stuck. */
export function clearArray(registers: ArrayRegisters): void {
  registers.moved = false;
  for (const structure of arrayStructures) {
    wordsOf(registers, structure).fill(0);
    settleAll(registers, structure);
  }
}

/** Named by the world: these bits and no others. What strikes hold stays. */
export function holdInArray(registers: ArrayRegisters, bits: readonly HeldBits[]): void {
  for (const structure of arrayStructures) {
    const stuck = registers.stuck[structure];
    for (const [word, at] of stuck) {
      if (at.mask === 0) stuck.delete(word);
      else stuck.set(word, { ...at, given: null });
    }
    const width = bitsOf(registers, structure);
    for (const { target, word, mask, value } of bits) {
      const there = width === 32 ? mask >>> 0 : mask & ((1 << width) - 1);
      if (target !== structure || word >= wordsOf(registers, structure).length || there === 0) continue;
      const at = stuck.get(word) ?? { mask: 0, value: 0, given: null };
      const given = at.given ?? { mask: 0, value: 0 };
      const all = { mask: (given.mask | there) >>> 0, value: put(given.value, there, value) };
      stuck.set(word, { ...at, given: all });
    }
    settleAll(registers, structure);
  }
}

/** What strikes held is free again. */
export function freeStruck(registers: ArrayRegisters): void {
  for (const structure of arrayStructures) {
    const stuck = registers.stuck[structure];
    for (const [word, { given }] of stuck) {
      if (given === null) stuck.delete(word);
      else stuck.set(word, { mask: 0, value: 0, given });
    }
  }
}

export const isAnyStuck = ({ stuck }: ArrayRegisters, structures: readonly ArrayStructure[]): boolean =>
  structures.some((structure) => stuck[structure].size > 0);

/** The bits of the mask are those of the value. */
function put(word: number, mask: number, value: number): number {
  return ((word & ~mask) | (value & mask)) >>> 0;
}
