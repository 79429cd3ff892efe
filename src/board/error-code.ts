import type { Protection } from "./cells.ts";

/**
 * The code of one word of a protected memory: what its check bits are, and what a decoder makes of a word and the check bits stored beside it.
 *
 *   data ─encode→ check            data', check' ─→ syndrome ─located→ nothing | bit to invert | uncorrectable
 *
 * SEC-DED is the odd-weight-column code of M. Y. Hsiao, "A class of optimal minimum odd-weight-column SEC-DED codes", IBM J. Res. Dev. 14 (1970)
 * 395-401: (39,32), (22,16), (13,8), and shortened for words between. Its columns are all different and of odd weight, as light as they can be and spread
 * evenly over the check bits. Two errors give a syndrome of even weight, which is no column: detected. Three give an odd one, which may be the column of a
 * fourth bit: then the decoder inverts that one, too, as a real one does.
 */
export interface ErrorCode {
  readonly checkBits: number;
  /** Column of each data bit: the check bits it takes part in. Column of check bit i is 1 << i. */
  readonly columns: readonly number[];
  encode(data: number): number;
  /** By syndrome: `none`, `uncorrectable`, or the index of the bit to invert; data bits first, then check bits. */
  readonly located: Int8Array;
}

export const none = -1;
export const uncorrectable = -2;

/** For words of 1 to 32 bits; null: no code. */
export function errorCodeFor(protection: Protection, bits: number): ErrorCode | null {
  if (!Number.isInteger(bits) || bits < 1 || bits > 32) throw new RangeError(`no word has ${bits} bits`);
  if (protection === "none") return null;
  if (protection === "parity") return codeOf(new Array<number>(bits).fill(1), 1, () => uncorrectable);
  const columns = hsiaoColumns(bits);
  const checkBits = checkBitsFor(bits);
  return codeOf(columns, checkBits, (syndrome) => {
    const data = columns.indexOf(syndrome);
    if (data >= 0) return data;
    return weight(syndrome) === 1 ? bits + Math.log2(syndrome) : uncorrectable;
  });
}

function codeOf(
  columns: readonly number[],
  checkBits: number,
  locate: (syndrome: number) => number,
): ErrorCode {
  // Row i: the data bits whose parity check bit i is.
  const rows = Array.from({ length: checkBits }, (_, i) =>
    columns.reduce((row, column, bit) => (column & (1 << i) ? row | (1 << bit) : row), 0),
  );
  return {
    checkBits,
    columns,
    encode: (data) => rows.reduce((check, row, i) => check | (parity(data & row) << i), 0),
    located: Int8Array.from({ length: 2 ** checkBits }, (_, s) => (s === 0 ? none : locate(s))),
  };
}

/** As few as have enough columns of odd weight above 1. */
function checkBitsFor(bits: number): number {
  let checkBits = 3;
  while (2 ** (checkBits - 1) - checkBits < bits) checkBits++;
  return checkBits;
}

/** The lightest first; of equally light ones always the one that leaves the rows most even. */
function hsiaoColumns(bits: number): number[] {
  const checkBits = checkBitsFor(bits);
  const left = Array.from({ length: 2 ** checkBits }, (_, column) => column).filter(
    (column) => weight(column) % 2 === 1 && weight(column) > 1,
  );
  const loads = new Array<number>(checkBits).fill(0);
  const cost = (column: number): number =>
    weight(column) * 10_000 + loads.reduce((sum, load, i) => sum + (column & (1 << i) ? load : 0), 0);
  return Array.from({ length: bits }, () => {
    const best = left.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    left.splice(left.indexOf(best), 1);
    for (let i = 0; i < checkBits; i++) if (best & (1 << i)) loads[i] = loads[i]! + 1;
    return best;
  });
}

function weight(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function parity(word: number): number {
  return weight(word) & 1;
}
