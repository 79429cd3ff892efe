import type { Axis } from "../domain/strike.ts";
import { digestOf } from "./digest.ts";

/**
 * The state of one loaded workload: every word that a kernel reads lies here, and here it is struck.
 *
 *   strike ─xor→ [ weights | inputs | control | scratch ] ⇄ kernel
 *                        ▲ restore         │ digest
 *                  [ pristine copy ]       ▼ 16 hex digits
 *
 * One buffer, so that restoring, comparing and digesting are one pass each. The typed arrays handed out are the kernel's
 * own operands, not copies of them.
 */
export interface Memory {
  /** The kernel's operands in one place of the memory; only before `seal`. */
  f32(role: Role, words: number): Float32Array;
  i8(role: Role, words: number): Int8Array;
  u32(role: Role, words: number): Uint32Array;
  /** What lies here now is the pristine state. */
  seal(): void;
  restore(what: Refreshed): void;
  /** Words of 32 bits that this copies. */
  restoredWords(what: Refreshed): number;
  /** Scratch is dead between iterations: it is cleared, so that a digest tells of lasting state alone. */
  clearScratch(): void;
  /** Byte for byte, by comparison. */
  isPristine(): boolean;
  digest(): string;
}

/** `weights` and `inputs` are what a refresh of that name restores; `control` and `scratch` come back with a full one. */
export type Role = "weights" | "inputs" | "control" | "scratch";
export type Refreshed = "full" | "weights" | "inputs";
export type Words = Float32Array | Int8Array | Uint32Array;

/** A set of words that can be struck: pieces of memory, one after the other. */
export interface Structure {
  readonly name: string;
  readonly words: number;
  /** Bits of a word that exist: 8 or 32. */
  readonly bits: number;
  /** How the words are laid out, outermost first; absent: a plain row of them. */
  readonly axes?: readonly Axis[];
  /** Flips the bits of `mask` in the word as input `input` sees it; null where no such word or bit is. */
  xor(input: number, word: number, mask: number): Flip | null;
  /** Writes the bits of `value` where `mask` has them; null as with `xor`. */
  put(input: number, word: number, mask: number, value: number): Flip | null;
}

/** Raw bits of the word before and after. */
export interface Flip {
  readonly before: number;
  readonly after: number;
}

interface Region {
  readonly role: Role;
  readonly from: number;
  readonly to: number;
}

export function createMemory(bytes: number): Memory {
  const buffer = new ArrayBuffer(bytes);
  const regions: Region[] = [];
  let used = 0;
  let sealed = false;
  let live = new Uint8Array(buffer, 0, 0);
  let pristine = live;
  let pristineDigest = "";

  const take = (role: Role, size: number): number => {
    const from = used;
    const to = from + Math.ceil(size / 4) * 4;
    if (sealed || to > bytes) throw new RangeError(`no ${size} bytes left of ${bytes}`);
    regions.push({ role, from, to });
    used = to;
    return from;
  };
  const restoreRole = (role: Role): void => {
    for (const region of regions) {
      if (region.role === role) live.set(pristine.subarray(region.from, region.to), region.from);
    }
  };
  const isPristine = (): boolean => Buffer.compare(live, pristine) === 0;

  return {
    f32: (role, words) => new Float32Array(buffer, take(role, words * 4), words),
    i8: (role, words) => new Int8Array(buffer, take(role, words), words),
    u32: (role, words) => new Uint32Array(buffer, take(role, words * 4), words),
    seal: () => {
      sealed = true;
      live = new Uint8Array(buffer, 0, used);
      pristine = live.slice();
      pristineDigest = digestOf(wordsOf(pristine));
    },
    restore: (what) => {
      if (what === "full") live.set(pristine);
      else restoreRole(what);
    },
    restoredWords: (what) =>
      regions
        .filter(({ role }) => what === "full" || role === what)
        .reduce((words, { from, to }) => words + (to - from) / 4, 0),
    clearScratch: () => restoreRole("scratch"),
    isPristine,
    digest: () => (isPristine() ? pristineDigest : digestOf(wordsOf(live))),
  };
}

/**
 * A structure of one array after the other. Of an array with `perInput` words an input, only those of the input in work
 * are seen: the structure is as large as one input.
 */
export function structureOf(
  name: string,
  ...parts: readonly { readonly words: Words; readonly perInput?: number }[]
): Structure {
  const pieces = parts.map(({ words, perInput }) => ({ raw: rawOf(words), perInput: perInput ?? 0 }));
  const bits = parts[0]!.words.BYTES_PER_ELEMENT * 8;
  const sizes = pieces.map(({ raw, perInput }) => (perInput > 0 ? perInput : raw.length));
  const words = sizes.reduce((sum, size) => sum + size, 0);
  const limit = 2 ** bits;
  const write = (
    input: number,
    word: number,
    mask: number,
    become: (before: number) => number,
  ): Flip | null => {
    if (!Number.isInteger(word) || word < 0 || word >= words || mask <= 0 || mask >= limit) return null;
    let index = word;
    let piece = 0;
    while (index >= sizes[piece]!) index -= sizes[piece++]!;
    const { raw, perInput } = pieces[piece]!;
    index += input * perInput;
    const before = raw[index]!;
    raw[index] = become(before);
    return { before, after: raw[index]! };
  };
  return {
    name,
    words,
    bits,
    xor: (input, word, mask) => write(input, word, mask, (before) => before ^ mask),
    put: (input, word, mask, value) =>
      write(input, word, mask, (before) => (before & ~mask) | (value & mask)),
  };
}

/** The same cells as unsigned words: what a strike sees. */
function rawOf(words: Words): Uint32Array | Uint8Array {
  return words.BYTES_PER_ELEMENT === 1
    ? new Uint8Array(words.buffer, words.byteOffset, words.length)
    : new Uint32Array(words.buffer, words.byteOffset, words.length);
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}
