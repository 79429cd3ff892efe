import { crc32 } from "node:zlib";
import type { Rec } from "../domain/records.ts";

/**
 * One line of `journal.jsonl`: a record, its place, and a checksum that hangs on the line before.
 *
 *   {"seq":N,"tNs":T,"type":…,…  ,"crc":"xxxxxxxx"}  LF
 *   └──────── body ────────────┘└──── seal ───────┘
 *
 * crc = CRC-32 (IEEE 802.3) over the bytes of the body, begun with the crc of the line before (0 for the first), as eight
 * lower-case hex digits. A line that is changed, lost, doubled or moved breaks the chain at that line.
 */
export type StampedRec = Rec & { readonly seq: number };

/** Where the next line is to stand, and what it hangs on. */
export interface Place {
  /** Bytes of the journal before it. */
  readonly offset: number;
  readonly seq: number;
  /** Of the line before. */
  readonly crc: number;
  /** Time of the line before; -1 where there is none. */
  readonly tNs: number;
}

export const beginning: Place = { offset: 0, seq: 0, crc: 0, tNs: -1 };

/** A longer line is no record: what reads a journal holds no more than this of one. */
export const longestLineBytes = 8 * 1024 * 1024;

const sealBytes = ',"crc":"xxxxxxxx"}'.length;

/** The record as it will stand in the journal: numbered, and later than the one before by 1 ns at least. */
export function stamp(record: Rec, seq: number, lastNs: number): StampedRec {
  const stamped = Object.assign({ seq, tNs: 0, type: record.type }, record);
  stamped.tNs = record.tNs > lastNs && Number.isSafeInteger(record.tNs) ? record.tNs : lastNs + 1;
  return stamped;
}

/** The line with its line end, and its crc. A number that is none (NaN, infinite) is written as null. */
export function printLine(
  record: StampedRec,
  crcBefore: number,
): { readonly line: string; readonly crc: number } {
  const body = JSON.stringify(record).slice(0, -1);
  const crc = crc32(body, crcBefore);
  return { line: `${body},"crc":"${crc.toString(16).padStart(8, "0")}"}\n`, crc };
}

export type LineRead =
  | {
      readonly kind: "record";
      readonly record: Readonly<Record<string, unknown>>;
      readonly crc: number;
      readonly tNs: number;
    }
  | { readonly kind: "damaged"; readonly found: string };

/** Reads the bytes between two line ends as the line that belongs at `place`. Total: whatever the bytes are. */
export function readLine(bytes: Buffer, place: Place): LineRead {
  const crc = statedCrc(bytes);
  if (crc === null) return damaged("no checksum at its end");
  if (crc32(bytes.subarray(0, -sealBytes), place.crc) !== crc) return damaged("its checksum does not hold");
  let record: unknown;
  try {
    record = JSON.parse(textOf(bytes));
  } catch {
    return damaged("no JSON");
  }
  if (typeof record !== "object" || record === null) return damaged("no JSON object");
  const { seq, tNs, type } = record as { seq?: unknown; tNs?: unknown; type?: unknown };
  if (seq !== place.seq) return damaged(`seq is ${JSON.stringify(seq)}, expected ${place.seq}`);
  if (!Number.isSafeInteger(tNs) || (tNs as number) <= place.tNs)
    return damaged(`tNs is ${JSON.stringify(tNs)}, expected a whole number above ${place.tNs}`);
  if (typeof type !== "string") return damaged("no type");
  return { kind: "record", record: record as Readonly<Record<string, unknown>>, crc, tNs: tNs as number };
}

/** Holds these bytes' own checksum, if they hang on `crcBefore`? */
export function isIntact(bytes: Buffer, crcBefore: number): boolean {
  const crc = statedCrc(bytes);
  return crc !== null && crc32(bytes.subarray(0, -sealBytes), crcBefore) === crc;
}

/** The crc that a line claims to have; null where it claims none. Byte by byte: this is done for every line ever read. */
export function statedCrc(bytes: Buffer): number | null {
  const at = bytes.length - sealBytes;
  if (at < 1) return null;
  for (let k = 0; k < sealHead.length; k++) if (bytes[at + k] !== sealHead[k]) return null;
  if (bytes[at + 16] !== quote || bytes[at + 17] !== brace) return null;
  let crc = 0;
  for (let k = at + 8; k < at + 16; k++) {
    const byte = bytes[k]!;
    const digit =
      byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit < 0) return null;
    crc = crc * 16 + digit;
  }
  return crc;
}

const sealHead = Buffer.from(',"crc":"');
const quote = 0x22;
const brace = 0x7d;

/** The record's own JSON: the body, ended by the bracket that the seal stands in front of. */
function textOf(bytes: Buffer): string {
  const at = bytes.length - sealBytes;
  const comma = bytes[at]!;
  bytes[at] = brace;
  const text = bytes.toString("utf8", 0, at + 1);
  bytes[at] = comma;
  return text;
}

function damaged(found: string): LineRead {
  return { kind: "damaged", found };
}
