import { crc32, crcTable } from "./crc32.ts";
import { maxLineBytes } from "./messages.ts";
import type { Garbled } from "./messages.ts";

/**
 * The outer rules of a line: length, mark, characters, CRC (PROTOCOL.md, "Lines").
 *
 *   $ body * crc
 *   0 1    n-9 n-8 … n      no LF here: a link has cut it off
 */
const mark = 0x24;
const star = 0x2a;
const tail = 9;

/** Puts mark and CRC around a body. Throws RangeError for what is no body: a fault of the caller, never of a device. */
export function enclose(body: string): string {
  const line = `$${body}*${hex8(crc32(body))}`;
  const broken = frameFault(line);
  if (broken !== undefined) throw new RangeError(`not a line (${broken}): ${line}`);
  return line;
}

/** The first outer rule that the line breaks, or undefined: then its body is `line.slice(1, bodyEnd(line))`. */
export function frameFault(line: string): Garbled["reason"] | undefined {
  const length = line.length;
  if (length >= maxLineBytes) return "too-long";
  if (length === 0 || line.charCodeAt(0) !== mark) return "no-mark";
  const end = length - tail;
  let crc = -1;
  let stars = 0;
  for (let i = 1; i < length; i++) {
    const code = line.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === mark || (code === star && ++stars > 1)) return "bad-character";
    if (i < end) crc = (crc >>> 8) ^ crcTable[(crc ^ code) & 0xff]!;
  }
  if (end < 1 || line.charCodeAt(end) !== star) return "no-crc";
  let sent = 0;
  for (let i = end + 1; i < length; i++) {
    const digit = hexDigit(line.charCodeAt(i));
    if (digit < 0) return "no-crc";
    sent = (sent << 4) | digit;
  }
  return sent === ~crc ? undefined : "bad-crc";
}

/** Where the body of a line without fault ends. */
export function bodyEnd(line: string): number {
  return line.length - tail;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

function hex8(word: number): string {
  return word.toString(16).padStart(8, "0");
}
