import type { StrikeManner } from "../domain/strike.ts";
import type { HeldBits } from "./accelerators/accelerator.ts";
import type { Cells, CellsOptions } from "./cells.ts";
import { errorCodeFor, none, uncorrectable } from "./error-code.ts";

/** Bits that cannot be written, of a word and of its check bits. */
interface Stuck {
  mask: number;
  value: number;
  checkMask: number;
  checkValue: number;
}

/** A word that is not as it was written, or whose bits are not free. `check` is what is stored beside it. */
interface StruckWord extends Stuck {
  check: number;
  /** Held by `hold`; the rest is held by strikes. */
  given: Stuck | null;
}

/** All words 0. */
export function createCells({ name, words, bits, protection, errors }: CellsOptions): Cells {
  const raw = new Uint32Array(words);
  const code = errorCodeFor(protection, bits);
  const checkBits = code?.checkBits ?? 0;
  const encode = (data: number): number => (code === null ? 0 : code.encode(data));
  const struck = new Map<number, StruckWord>();
  let given = new Map<number, Stuck>();

  const settle = (word: number, at: StruckWord): void => {
    raw[word] = forced(raw[word]!, at.mask, at.value);
    at.check = forced(at.check, at.checkMask, at.checkValue);
    if (at.given === null) return;
    raw[word] = forced(raw[word], at.given.mask, at.given.value);
    at.check = forced(at.check, at.given.checkMask, at.given.checkValue);
  };
  const isFree = (at: StruckWord): boolean => at.mask === 0 && at.checkMask === 0 && at.given === null;
  const forget = (word: number, at: StruckWord): void => {
    if (isFree(at) && encode(raw[word]!) === at.check) struck.delete(word);
  };
  const entry = (word: number): StruckWord => {
    const found = struck.get(word);
    if (found !== undefined) {
      settle(word, found);
      return found;
    }
    const check = encode(raw[word]!);
    const made = { check, mask: 0, value: 0, checkMask: 0, checkValue: 0, given: given.get(word) ?? null };
    struck.set(word, made);
    return made;
  };
  /** As the decoder does it: the word is right afterwards, or thought so; a stuck bit is wrong again at the next use. */
  const decode = (word: number, at: StruckWord, patrol: boolean): void => {
    if (code === null) return;
    settle(word, at);
    const bit = code.located[encode(raw[word]!) ^ at.check]!;
    if (bit === uncorrectable) {
      if (!patrol) errors.uncorrectable(name, word);
      return;
    }
    if (bit !== none) {
      if (bit < bits) raw[word] = raw[word]! ^ (1 << bit);
      else at.check ^= 1 << (bit - bits);
      errors.corrected(name, word);
    }
    forget(word, at);
  };
  const written = (word: number, at: StruckWord): void => {
    at.check = encode(raw[word]!);
    settle(word, at);
    forget(word, at);
  };
  const each = (from: number, count: number, use: (word: number, at: StruckWord) => void): void => {
    const to = from + count;
    if (count > struck.size) {
      for (const [word, at] of struck) if (word >= from && word < to) use(word, at);
      return;
    }
    for (let word = from; word < to; word++) {
      const at = struck.get(word);
      if (at !== undefined) use(word, at);
    }
  };
  const read = (word: number, at: StruckWord): void => decode(word, at, false);
  const isThere = (word: number, mask: number, width: number): boolean =>
    Number.isInteger(word) && word >= 0 && word < words && mask > 0 && mask < 2 ** width;
  const enterGiven = (): void => {
    for (const [word, stuck] of given) {
      const at = entry(word);
      at.given = stuck;
      settle(word, at);
    }
  };

  return {
    name,
    words,
    bits,
    protection,
    checkBits,
    raw,
    reads: (from, count = 1) => {
      if (struck.size > 0) each(from, count, read);
    },
    wrote: (from, count = 1) => {
      if (struck.size > 0) each(from, count, written);
    },
    strike: (word, mask, manner, value) => {
      if (!isThere(word, mask, bits)) return null;
      const at = entry(word);
      const before = raw[word]!;
      raw[word] = struckBy(before, mask, manner, value);
      if (manner === "hold") {
        at.value = forced(at.value, mask, value);
        at.mask |= mask;
      }
      settle(word, at);
      forget(word, at);
      return { before, after: raw[word] };
    },
    strikeCheck: (word, mask, manner, value) => {
      if (!isThere(word, mask, checkBits)) return null;
      const at = entry(word);
      const before = at.check;
      at.check = struckBy(before, mask, manner, value);
      if (manner === "hold") {
        at.checkValue = forced(at.checkValue, mask, value);
        at.checkMask |= mask;
      }
      settle(word, at);
      forget(word, at);
      return { before, after: at.check };
    },
    hold: (held) => {
      for (const [word, at] of struck) {
        settle(word, at);
        at.given = null;
      }
      given = stuckBits(held, { name, words, bits, checkBits });
      enterGiven();
      for (const [word, at] of struck) forget(word, at);
    },
    scrub: () => {
      for (const [word, at] of struck) decode(word, at, true);
    },
    restore: (pristine) => {
      raw.set(pristine);
      struck.clear();
      enterGiven();
    },
    isPristine: (pristine) => struck.size === 0 && Buffer.compare(bytesOf(raw), bytesOf(pristine)) === 0,
    stored: () => {
      const unfit: number[] = [];
      for (const [word, at] of struck) {
        settle(word, at);
        if (encode(raw[word]!) !== at.check) unfit.push(word);
      }
      if (unfit.length === 0) return raw;
      const stored = new Uint32Array(words + 2 * unfit.length);
      stored.set(raw);
      stored.set(
        unfit.sort((a, b) => a - b).flatMap((word) => [word, struck.get(word)!.check]),
        words,
      );
      return stored;
    },
  };
}

/** What is stuck in one memory, by word; later ones win over earlier ones. */
function stuckBits(
  held: readonly HeldBits[],
  { name, words, bits, checkBits }: Pick<Cells, "name" | "words" | "bits" | "checkBits">,
): Map<number, Stuck> {
  const found = new Map<number, Stuck>();
  for (const { target, word, mask, value } of held) {
    const ofCheck = target === `${name}-check`;
    const there = mask & widthMask(ofCheck ? checkBits : bits);
    if ((!ofCheck && target !== name) || word >= words || there === 0) continue;
    const stuck = found.get(word) ?? { mask: 0, value: 0, checkMask: 0, checkValue: 0 };
    found.set(word, stuck);
    if (ofCheck) {
      stuck.checkValue = forced(stuck.checkValue, there, value);
      stuck.checkMask |= there;
    } else {
      stuck.value = forced(stuck.value, there, value);
      stuck.mask |= there;
    }
  }
  return found;
}

function struckBy(before: number, mask: number, manner: StrikeManner, value: number): number {
  return manner === "flip" ? (before ^ mask) >>> 0 : forced(before, mask, value);
}

/** The bits of the mask are those of the value. */
function forced(word: number, mask: number, value: number): number {
  return ((word & ~mask) | (value & mask)) >>> 0;
}

function widthMask(bits: number): number {
  return bits === 32 ? -1 : (1 << bits) - 1;
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
