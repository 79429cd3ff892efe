import type { Ecc } from "./model.ts";

/**
 * What a code makes of an event that meets several cells of a row.
 *
 *   event of m cells ─interleave─→ words with c cells each ─code─→ corrected | detected (the read that finds it traps) | silent (passes as if right)
 */
export interface WordFate {
  readonly silent: number;
  readonly detected: number;
}

/** Cells that fall to each word: m cells in a row of a memory whose words lie `interleave` deep are in min(m, interleave) words. */
export function wordsOf(cells: number, interleave: number): number[] {
  const words = Math.min(cells, Math.max(1, Math.floor(interleave)));
  const each = Math.floor(cells / words);
  const more = cells - each * words;
  return Array.from({ length: words }, (_, word) => each + (word < more ? 1 : 0));
}

/**
 * Of so many wrong bits in one word. SEC-DED (Hsiao's (39,32)): three look like one wrong bit elsewhere in 5,452 of 9,139 cases and four are a code word in 1,363 of
 * 82,251 (docs/ecc.md); more of them behave as their parity does, as three and as four.
 */
export function fateOfWord(code: Ecc["code"], cells: number): WordFate {
  if (cells === 0) return { silent: 0, detected: 0 };
  switch (code) {
    case "none":
      return { silent: 1, detected: 0 };
    case "parity":
      return cells % 2 === 0 ? { silent: 1, detected: 0 } : { silent: 0, detected: 1 };
    case "sec-ded": {
      if (cells === 1) return { silent: 0, detected: 0 };
      if (cells === 2) return { silent: 0, detected: 1 };
      const silent = cells % 2 === 0 ? 1363 / 82251 : 5452 / 9139;
      return { silent, detected: 1 - silent };
    }
  }
}

/** Share of events of `shares[m − 1]` (m cells) in which any word is not simply corrected. */
export function uncoveredShare(ecc: Ecc, shares: ArrayLike<number>): number {
  let sum = 0;
  for (let m = 1; m <= shares.length; m++) {
    const share = shares[m - 1]!;
    if (share === 0) continue;
    let covered = 1;
    for (const cells of wordsOf(m, ecc.interleave)) {
      const { silent, detected } = fateOfWord(ecc.code, cells);
      covered *= Math.max(0, 1 - silent - detected);
    }
    sum += share * (1 - covered);
  }
  return sum;
}

/**
 * Words of which a second event finds the first before anything corrected it, in a second: words · C(w, 2) · r² · T for SEC-DED, w bits a word, r events a bit and second,
 * T the time between two corrections (`scrubIntervalSeconds`). Never more than half the events, which is what it would be if each met another. 0 without a scrub interval or another code: parity
 * detects the first, and without a code nothing accumulates that single events do not tell already.
 */
export function accumulatedPerSecond(ecc: Ecc, bits: number, eventsPerBitSecond: number): number {
  if (ecc.code !== "sec-ded" || ecc.scrubIntervalSeconds === null) return 0;
  const word = ecc.dataBits + ecc.checkBits;
  const words = bits / ecc.dataBits;
  const pairs = (word * (word - 1)) / 2;
  const met = words * pairs * eventsPerBitSecond ** 2 * ecc.scrubIntervalSeconds;
  return Math.min(met, (words * word * eventsPerBitSecond) / 2);
}
