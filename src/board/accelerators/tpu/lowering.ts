import type { Assembler } from "./assembler.ts";
import { scratchScalar } from "./assembler.ts";
import type { Mnemonic } from "./instruction-set.ts";
import type { Placed } from "./tensor-layout.ts";

/** What the lowerings of all steps share: which scalars are whose, and how words come and go. */
export interface Lowering {
  readonly asm: Assembler;
  readonly rows: number;
  readonly columns: number;
  readonly programName: string;
  placed(tensor: string): Placed;
}

/** Blocks of operands: the first scalar of each. */
export const blocks = { vector: 0, dma: 10, matmul: 16, shift: 20, load: 22 } as const;
export const counters = { inner: 28, middle: 29, outer: 30 } as const;
const inputScalar = 31;

/** s[register] = address of the tensor, of the set of the input in work, and `offset` words on. */
export function setAddress({ asm }: Lowering, register: number, place: Placed, offset = 0): void {
  if (place.setWords === 0) {
    asm.set(register, place.from + offset);
    return;
  }
  asm.set(scratchScalar, place.setWords);
  asm.product(register, scratchScalar, inputScalar);
  asm.add(register, register, place.from + offset);
}

export interface Transfer {
  readonly ub: number;
  readonly rows: number;
  readonly words: number;
  /** Defaults: rows lie one after the other. */
  readonly hbmStride?: number;
  readonly ubStride?: number;
}

/** Between HBM at s[hbm] and the buffer. */
export function transfer(
  { asm }: Lowering,
  name: "DMAIN" | "DMAOUT",
  hbm: number,
  { ub, rows, words, hbmStride = words, ubStride = words }: Transfer,
): void {
  const x = blocks.dma;
  asm.move(x, hbm);
  operands(asm, x + 1, [ub, rows, words, hbmStride, ubStride]);
  asm.emit(name, { d: x });
}

export function operands(asm: Assembler, first: number, values: readonly number[]): void {
  values.forEach((value, i) => asm.set(first + i, value));
}

/** A unit's instruction with all its operands constant. */
export function vectorInstruction(
  { asm }: Lowering,
  name: Mnemonic,
  values: readonly number[],
  fields: Parameters<Assembler["emit"]>[1] = {},
): void {
  operands(asm, blocks.vector, values);
  asm.emit(name, { d: blocks.vector, ...fields });
}
