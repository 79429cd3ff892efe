import type { HeldBits } from "./accelerators/accelerator.ts";
import type { StrikeManner } from "../domain/strike.ts";
import type { Flip } from "./memory.ts";

/**
 * One memory of an accelerator: words as they are stored, what is stuck in them, and the code that protects them.
 *
 *   strike, hold ─→ [ words | check bits ] ⇄ reads, wrote ⇄ machine
 *                                   └ corrected, uncorrectable ─→ errors
 *
 * The machine works on the stored words directly (`raw`, or another view of `raw.buffer`: `new Int8Array(cells.raw.buffer)`, Uint16Array, Float32Array) and
 * says what it is about to read and what it has written, so a memory that nothing has struck costs one comparison:
 *
 *   cells.reads(i)                 before it takes raw[i], or a range of words at once; the host's read of an output is a read, too
 *   raw[i] = …; cells.wrote(i)     after a whole word
 *   cells.reads(i); bytes[4i+1] = …; cells.wrote(i)   after a part of one: a real controller reads, changes and writes back, and what was wrong in the rest
 *                                  must not be taken for right
 *
 * Indices are words of `raw` always: element j of an Int8Array lies in word j >> 2. Where nothing has been struck, the check bits are those of the word:
 * they are made when it is.
 */
export interface Cells {
  readonly name: string;
  readonly words: number;
  /** Of a word, 1 to 32; bits above are 0. */
  readonly bits: number;
  readonly protection: Protection;
  /** Bits of check a word has; 0: none. They are a target of their own, `<name>-check`. */
  readonly checkBits: number;
  /** As stored; a stuck bit of a word that was read stands corrected here until the word is used again. Little-endian views of its buffer are the narrower operands. */
  readonly raw: Uint32Array<ArrayBuffer>;
  /** These words are about to be read: single errors are corrected where they stand, others are counted in `errors`. */
  reads(from: number, words?: number): void;
  /** These words have just been written: their check bits are those of what was written, and stuck bits stay as they are. */
  wrote(from: number, words?: number): void;
  /** Null where no such word or bit is. */
  strike(word: number, mask: number, manner: StrikeManner, value: number): Flip | null;
  /** The same of the check bits of the word. */
  strikeCheck(word: number, mask: number, manner: StrikeManner, value: number): Flip | null;
  /** All that is stuck from now on, of this memory by its name and of its check bits by theirs; bits of other targets are passed over. */
  hold(bits: readonly HeldBits[]): void;
  /** One pass of the scrubber over words that are struck: what can be corrected is, before a second upset meets the first. The rest is left to its reader. */
  scrub(): void;
  /** Writes these words over all, and forgets what strikes held. What `hold` named stays. */
  restore(pristine: Uint32Array): void;
  /** Whether these words are stored, with check bits that fit, and nothing is stuck. `raw` alone does not tell: a check bit may be wrong. */
  isPristine(pristine: Uint32Array): boolean;
  /** All that is stored, for a digest: the words, then word and check bits of those whose check bits do not fit. The words alone where all fit. */
  stored(): Uint32Array;
}

/** `parity`: an odd number of wrong bits is detected. `sec-ded`: one is corrected, two are detected. */
export type Protection = "none" | "parity" | "sec-ded";
export const protections = ["none", "parity", "sec-ded"] as const satisfies readonly Protection[];

/** What the memories of one accelerator report. */
export interface MemoryErrors {
  corrected(structure: string, word: number): void;
  /** The machine looks after every instruction, and traps. */
  uncorrectable(structure: string, word: number): void;
}

export interface CellsOptions {
  readonly name: string;
  readonly words: number;
  readonly bits: number;
  readonly protection: Protection;
  readonly errors: MemoryErrors;
}
