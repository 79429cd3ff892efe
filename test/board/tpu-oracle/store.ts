/**
 * One set of words of the oracle: what stands in each, which bits are wrong, which are stuck. The code of a protected word is taken at its word: one wrong bit of
 * data or check is corrected, two are not (parity: an odd number is seen). Tests strike no more than two bits of a word with sec-ded.
 */
export class Store {
  readonly words: number;
  readonly bits: number;
  readonly protection: "none" | "parity" | "sec-ded";
  readonly #value: Uint32Array;
  readonly #wrong = new Map<number, { data: number; check: number }>();
  readonly #held = new Map<number, { mask: number; value: number }>();
  readonly #all: number;

  constructor(words: number, bits: number, protection: Store["protection"]) {
    this.words = words;
    this.bits = bits;
    this.protection = protection;
    this.#value = new Uint32Array(words);
    this.#all = bits === 32 ? 0xffffffff : 2 ** bits - 1;
  }

  /** All words, as a cycle leaves them to the next. */
  before(): Uint32Array {
    return this.#value.slice();
  }

  /** As stored, right or wrong. */
  raw(word: number): number {
    return this.#value[word]!;
  }

  read(word: number, errors: { corrected: number; uncorrected: number }): number {
    const wrong = this.#wrong.size === 0 ? undefined : this.#wrong.get(word);
    if (wrong !== undefined && this.protection !== "none") {
      const bits = ones(wrong.data) + ones(wrong.check);
      if (this.protection === "sec-ded" && bits === 1) {
        this.#value[word] = (this.#value[word]! ^ wrong.data) >>> 0;
        this.#wrong.delete(word);
        errors.corrected++;
      } else if (this.protection === "sec-ded" || bits % 2 === 1) {
        errors.uncorrected++;
        throw new Uncorrectable();
      }
    }
    return this.#value[word]!;
  }

  write(word: number, value: number): void {
    this.#value[word] = (value & this.#all) >>> 0;
    if (this.#wrong.size > 0) this.#wrong.delete(word);
    if (this.#held.size > 0) this.#stick(word);
  }

  flip(word: number, mask: number): void {
    this.#value[word] = (this.#value[word]! ^ mask) >>> 0;
    this.#mark(word, mask, 0);
  }

  flipCheck(word: number, mask: number): void {
    this.#mark(word, 0, mask);
  }

  /** These bits read so from now on, whatever is written. */
  hold(word: number, mask: number, value: number): void {
    const held = this.#held.get(word) ?? { mask: 0, value: 0 };
    this.#held.set(word, {
      mask: (held.mask | mask) >>> 0,
      value: ((held.value & ~mask) | (value & mask)) >>> 0,
    });
    this.#stick(word);
  }

  #stick(word: number): void {
    const held = this.#held.get(word);
    if (held === undefined) return;
    const wrong = ((this.#value[word]! ^ held.value) & held.mask) >>> 0;
    if (wrong !== 0) this.flip(word, wrong);
  }

  #mark(word: number, data: number, check: number): void {
    if (this.protection === "none") return;
    const before = this.#wrong.get(word) ?? { data: 0, check: 0 };
    const now = { data: (before.data ^ data) >>> 0, check: before.check ^ check };
    if (now.data === 0 && now.check === 0) this.#wrong.delete(word);
    else this.#wrong.set(word, now);
  }
}

export class Uncorrectable extends Error {}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
