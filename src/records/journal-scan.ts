import type { FileHandle } from "node:fs/promises";
import { RigError } from "../domain/errors.ts";
import type { LineRead, Place } from "./journal-line.ts";
import { beginning, isIntact, longestLineBytes, readLine, statedCrc } from "./journal-line.ts";

/**
 *   journal.jsonl ─chunks→ lines ─chain→ verified lines ┬→ the reader
 *                                                       └→ where it breaks: torn (a write cut short) or damaged
 *
 * A cut write ends in the middle of a line, or in zeros that the file system gave it, and nothing whole stands behind it.
 * All else was changed after it was written, and no program may guess what it said.
 */
export type VerifiedLine = Extract<LineRead, { kind: "record" }>;

export interface VerifiedLines {
  readonly lines: readonly VerifiedLine[];
  /** Where the next line is to stand. */
  readonly next: Place;
}

/** How a journal ends. */
export interface Tail {
  readonly kind: "whole" | "torn";
  /** Bytes behind the last whole line. */
  readonly bytes: number;
}

/** What is read at once; a line longer than that is read in steps that double. */
const chunkBytes = 256 * 1024;

/**
 * Verified lines of the bytes from `from` to `limit`, a chunk's worth at a time; returns where the last whole line ends.
 * Stops without a word where the chain breaks: ask `judgeTail` what that means.
 */
export async function* verifiedLines(
  file: FileHandle,
  from: Place,
  limit: number,
): AsyncGenerator<VerifiedLines, Place> {
  let next = from;
  /** What is read goes behind the beginning of a line that the last read had cut. */
  let buffer = Buffer.allocUnsafe(chunkBytes);
  let held = 0;
  while (next.offset + held < limit) {
    if (held === buffer.length) {
      if (held >= longestLineBytes) return next;
      buffer = Buffer.concat([buffer], 2 * held);
    }
    const wanted = Math.min(buffer.length - held, limit - next.offset - held);
    const { bytesRead } = await file.read(buffer, held, wanted, next.offset + held);
    if (bytesRead === 0) return next;
    const bytes = buffer.subarray(0, held + bytesRead);
    const lines: VerifiedLine[] = [];
    let at = 0;
    for (let end = bytes.indexOf(lf, held); end >= 0; end = bytes.indexOf(lf, at)) {
      const line = readLine(bytes.subarray(at, end), next);
      if (line.kind === "damaged") {
        if (lines.length > 0) yield { lines, next };
        return next;
      }
      lines.push(line);
      next = { offset: next.offset + end + 1 - at, seq: next.seq + 1, crc: line.crc, tNs: line.tNs };
      at = end + 1;
    }
    held = bytes.copyWithin(0, at).length - at;
    if (lines.length > 0) yield { lines, next };
  }
  return next;
}

/** The place behind all lines of a file that is at rest, verified. */
export async function placeOf(file: FileHandle, limit: number): Promise<Place> {
  const lines = verifiedLines(file, beginning, limit);
  for (;;) {
    const step = await lines.next();
    if (step.done === true) return step.value;
  }
}

/** What the bytes behind the last whole line are. Damage is RigError `journal_unreadable`, which names the line and the mend. */
export async function judgeTail(file: FileHandle, path: string, end: Place, limit: number): Promise<Tail> {
  if (end.offset >= limit) return { kind: "whole", bytes: 0 };
  const bad = await lookBehind(file, end, limit);
  if (!bad.anyIntact && (!bad.endsWithLine || bad.zeros)) return { kind: "torn", bytes: limit - end.offset };
  throw new RigError(
    "journal_unreadable",
    `${path}:${end.seq + 1}: the line at byte ${end.offset} is damaged (${bad.found})${
      bad.anyIntact ? ", and whole lines stand behind it" : ""
    }: bring the file back from a copy; to go on with the ${end.seq} lines before it, copy the folder and there run: truncate -s ${end.offset} journal.jsonl`,
  );
}

interface Behind {
  /** What is wrong with the first bad line. */
  readonly found: string;
  readonly anyIntact: boolean;
  readonly endsWithLine: boolean;
  readonly zeros: boolean;
}

async function lookBehind(file: FileHandle, end: Place, limit: number): Promise<Behind> {
  let found: string | null = null;
  let zeros = false;
  let before: number | null = null;
  let endsWithLine = false;
  for await (const { line, whole } of looseLines(file, end.offset, limit)) {
    endsWithLine = whole;
    zeros ||= line.includes(0);
    if (found === null) {
      const read = readLine(line, end);
      found = read.kind === "damaged" ? read.found : "no line end";
    } else if (whole && before !== null && isIntact(line, before)) {
      return { found, anyIntact: true, endsWithLine: true, zeros };
    }
    before = statedCrc(line);
  }
  return { found: found ?? "nothing", anyIntact: false, endsWithLine, zeros };
}

/** Lines without any check; one that is too long comes in pieces. */
async function* looseLines(
  file: FileHandle,
  from: number,
  limit: number,
): AsyncGenerator<{ readonly line: Buffer; readonly whole: boolean }> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < limit;) {
    const chunk = await readAt(file, at, Math.min(Math.max(chunkBytes, rest.length), limit - at));
    if (chunk.length === 0) break;
    at += chunk.length;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(lf, rest.length); end >= 0; end = bytes.indexOf(lf, start)) {
      yield { line: bytes.subarray(start, end), whole: true };
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length >= longestLineBytes) {
      yield { line: rest, whole: false };
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield { line: rest, whole: false };
}

const lf = 0x0a;

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
