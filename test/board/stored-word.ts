/**
 * The slow way, as an oracle: every word stored with its check bits, always; the parity sums bit by bit; and a decoder that knows no syndromes: it tries to
 * invert each bit in turn and looks whether a code word comes out.
 */
export interface StoredWord {
  data: number;
  check: number;
  readonly stuck: Map<number, boolean>;
}

export type Read = "fine" | "corrected" | "uncorrectable";

/** Bits are numbered through: data first, then check bits. */
export interface SlowCode {
  readonly bits: number;
  readonly columns: readonly number[];
  readonly checkBits: number;
  readonly corrects: boolean;
}

export function encodeSlowly(code: SlowCode, data: number): number {
  let check = 0;
  for (let row = 0; row < code.checkBits; row++) {
    let sum = 0;
    for (let bit = 0; bit < code.bits; bit++) {
      const taken = (code.columns[bit]! >> row) % 2 === 1;
      if (taken && Math.floor(data / 2 ** bit) % 2 === 1) sum++;
    }
    if (sum % 2 === 1) check += 2 ** row;
  }
  return check;
}

export function getBit(code: SlowCode, at: StoredWord, bit: number): boolean {
  const [word, place] = bit < code.bits ? [at.data, bit] : [at.check, bit - code.bits];
  return Math.floor(word / 2 ** place) % 2 === 1;
}

/** A stuck bit does not take it. */
export function setBit(code: SlowCode, at: StoredWord, bit: number, on: boolean): void {
  const take = at.stuck.get(bit) ?? on;
  if (getBit(code, at, bit) === take) return;
  const sign = take ? 1 : -1;
  if (bit < code.bits) at.data += sign * 2 ** bit;
  else at.check += sign * 2 ** (bit - code.bits);
}

export function writeSlowly(code: SlowCode, at: StoredWord, data: number): void {
  const wanted = { data, check: encodeSlowly(code, data), stuck: new Map<number, boolean>() };
  for (let bit = 0; bit < code.bits + code.checkBits; bit++) setBit(code, at, bit, getBit(code, wanted, bit));
}

/** What the reader is given, and what the decoder said; what it corrected is written back. */
export function readSlowly(code: SlowCode, at: StoredWord): { data: number; read: Read } {
  const fits = (word: StoredWord): boolean => encodeSlowly(code, word.data) === word.check;
  if (code.checkBits === 0 || fits(at)) return { data: at.data, read: "fine" };
  for (let bit = 0; code.corrects && bit < code.bits + code.checkBits; bit++) {
    const trial = { data: at.data, check: at.check, stuck: new Map<number, boolean>() };
    setBit(code, trial, bit, !getBit(code, trial, bit));
    if (!fits(trial)) continue;
    setBit(code, at, bit, getBit(code, trial, bit));
    return { data: trial.data, read: "corrected" };
  }
  return { data: at.data, read: "uncorrectable" };
}
