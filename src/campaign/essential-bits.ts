import { wordsOfFrame } from "../domain/configuration-plan.ts";
import type { FpgaFamily } from "../domain/configuration-plan.ts";

/**
 * An essential-bits file (.ebd): a mask of the configuration memory that the vendor's tools write beside a bitstream. A 1 is a bit
 * that the design depends on.
 *
 *   header lines, free text │ pad words │ one dummy frame │ frame 0: word 0, word 1, … │ frame 1 …
 *
 * One word a line, bit 31 on the left (AR67086): data line = words of a frame · (frame + 1) + word + pad words, column = 31 − bit.
 */
export interface EssentialBits {
  /** The file's bits by number, (frame · words of a frame + word) · 32 + bit, ascending. */
  readonly bits: Uint32Array;
  readonly frames: number;
}

/** Pad words of a family's file. UltraScale: AR67086. 7-series: from the length of real files. Of UltraScale+ none is known here. */
export const knownPadWords: Readonly<Record<FpgaFamily, number | null>> = { x7: 0, us: 10, usp: null };

/** More than the vendor's eight; what has no data by then is another file. */
const longestHeader = 64;
const [zero, one, lineFeed, carriageReturn] = [0x30, 0x31, 0x0a, 0x0d];

/** A sentence where it is none: which line, what was found and what was expected. Files of large parts have hundreds of megabytes. */
export function readEssentialBits(
  bytes: Uint8Array,
  family: FpgaFamily,
  padWords: number,
): EssentialBits | string {
  const head = headerOf(bytes);
  if (head === null)
    return `no data within the first ${longestHeader} lines: expected lines of 32 characters 0 or 1 after a short header (is this an .ebd file?)`;
  const words: number[] = [];
  for (let at = head.end; at < bytes.length; at = lineEnd(bytes, at)) {
    if (!isData(bytes, at))
      return `line ${head.lines + words.length + 1}: expected 32 characters 0 or 1, found ${JSON.stringify(textAt(bytes, at, 40))}`;
    words.push(at);
  }
  if (head.statedBits !== null && head.statedBits !== words.length * 32)
    return `its header says ${head.statedBits} bits, ${words.length} data lines hold ${words.length * 32}: the file is cut short or longer than it should be`;
  const frameWords = wordsOfFrame[family];
  const lead = padWords + frameWords;
  if (words.length <= lead || (words.length - lead) % frameWords !== 0)
    return `${words.length} data lines are not ${padWords} pad words and whole frames of ${frameWords} words: is it of another family than '${family}'?`;
  const bits: number[] = [];
  for (let word = lead; word < words.length; word++)
    for (let bit = 0; bit < 32; bit++)
      if (bytes[words[word]! + 31 - bit] === one) bits.push((word - lead) * 32 + bit);
  return { bits: Uint32Array.from(bits), frames: (words.length - lead) / frameWords };
}

interface Header {
  readonly lines: number;
  /** Where the data begins. */
  readonly end: number;
  /** `Bits: 128055264`; null where it does not say. */
  readonly statedBits: number | null;
}

function headerOf(bytes: Uint8Array): Header | null {
  let statedBits: number | null = null;
  for (let lines = 0, at = 0; lines < longestHeader && at < bytes.length; lines++) {
    if (isData(bytes, at)) return { lines, end: at, statedBits };
    const stated = /^Bits:\s*(\d{1,12})\s*$/.exec(textAt(bytes, at, 200));
    if (stated !== null) statedBits = Number(stated[1]);
    at = lineEnd(bytes, at);
  }
  return null;
}

/** Thirty-two of 0 and 1, and then the end of the line. */
function isData(bytes: Uint8Array, at: number): boolean {
  for (let n = at; n < at + 32; n++) if (bytes[n] !== zero && bytes[n] !== one) return false;
  const after = bytes[at + 32];
  return after === undefined || after === lineFeed || after === carriageReturn;
}

/** Where the line after this one begins. */
function lineEnd(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(lineFeed, at);
  return end < 0 ? bytes.length : end + 1;
}

function textAt(bytes: Uint8Array, at: number, most: number): string {
  const end = bytes.indexOf(lineFeed, at);
  const line = bytes.subarray(at, Math.min(at + most, end < 0 ? bytes.length : end));
  return String.fromCharCode(...line).replace(/\r$/, "");
}
