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

const dataLine = /^[01]{32}$/;
/** More than the vendor's eight; what has no data by then is another file. */
const longestHeader = 64;

/** A sentence where it is none: which line, what was found and what was expected. */
export function readEssentialBits(
  text: string,
  family: FpgaFamily,
  padWords: number,
): EssentialBits | string {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const first = lines.slice(0, longestHeader).findIndex((line) => dataLine.test(line));
  if (first < 0)
    return `no data within the first ${longestHeader} lines: expected lines of 32 characters 0 or 1 after a short header (is this an .ebd file?)`;
  const words = lines.length - first;
  const stated = statedBits(lines.slice(0, first));
  if (stated !== null && stated !== words * 32)
    return `its header says ${stated} bits, ${words} data lines hold ${words * 32}: the file is cut short or longer than it should be`;
  const frameWords = wordsOfFrame[family];
  const lead = padWords + frameWords;
  if (words <= lead || (words - lead) % frameWords !== 0)
    return `${words} data lines are not ${padWords} pad words and whole frames of ${frameWords} words: is it of another family than '${family}'?`;
  const bits: number[] = [];
  for (let word = 0; word < words; word++) {
    const line = lines[first + word]!;
    if (!dataLine.test(line))
      return `line ${first + word + 1}: expected 32 characters 0 or 1, found ${JSON.stringify(line.slice(0, 40))}`;
    if (word < lead) continue;
    for (let bit = 0; bit < 32; bit++) if (line[31 - bit] === "1") bits.push((word - lead) * 32 + bit);
  }
  return { bits: Uint32Array.from(bits), frames: (words - lead) / frameWords };
}

/** `Bits: 128055264` in the header; null where it says none. */
function statedBits(header: readonly string[]): number | null {
  for (const line of header) {
    const found = /^Bits:\s*(\d{1,12})\s*$/.exec(line);
    if (found !== null) return Number(found[1]);
  }
  return null;
}
