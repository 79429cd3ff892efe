import { resynchronise } from "./uart-frames.ts";
import type { Residue, UartFrame } from "./uart-frames.ts";

/**
 * What one line of a radhelper log is. Reading is total: whatever the bytes, the line falls into exactly one class.
 *
 * - `intact` the bytes of exactly one good frame
 * - `merged` good frames in company: of each other, or of bytes that belong to none
 * - `torn`, `corrupt`, `fragment` no good frame; named after its (first) residue, see uart-frames.ts
 * - `nonHex` data that is no even number of hex digits
 * - `timeOut` the reader heard nothing for its time-out (id 19)
 * - `deadReader` the reading thread was found dead (id 24)
 * - `otherEvent` an entry of the log's own form, of another id or without data
 * - `notLog` anything else: no JSON object with an id
 * - `overLong` longer than a reader keeps; its bytes are counted and left
 * - `blank` nothing but white space
 */
export const lineClasses = [
  "intact",
  "merged",
  "torn",
  "corrupt",
  "fragment",
  "nonHex",
  "timeOut",
  "deadReader",
  "otherEvent",
  "notLog",
  "overLong",
  "blank",
] as const;
export type LineClass = (typeof lineClasses)[number];

/** Classes that stand for something the serial line or its reader spoilt. */
export const garbledClasses: ReadonlySet<LineClass> = new Set([
  "torn",
  "corrupt",
  "fragment",
  "nonHex",
  "notLog",
  "overLong",
]);

export interface LogLine {
  readonly class: LineClass;
  /** Who wrote it: `Serial dut0_monitor`; null where the line does not tell. */
  readonly writer: string | null;
  /** Seconds since 1970 UTC by the reader's clock; null where there is none between 1970 and 2100. */
  readonly seconds: number | null;
  readonly frames: readonly UartFrame[];
  readonly residues: readonly Residue[];
}

/** Ids of log entries: bytes from the serial line, the reader's time-out, the reader found dead. */
const dataId = 20;
const timeOutId = 19;
const deadReaderId = 24;
const seconds2100 = 4_102_444_800;

export const overLongLine: LogLine = emptyLine("overLong");

export function readLogLine(bytes: Buffer): LogLine {
  const text = bytes.toString("utf8");
  if (text.trim() === "") return emptyLine("blank");
  const entry = parseObject(text);
  if (entry === null || typeof entry["id"] !== "number") return emptyLine("notLog");
  const writer = typeof entry["type"] === "string" ? entry["type"] : null;
  const stamp = entry["timestamp"];
  const seconds = typeof stamp === "number" && stamp >= 0 && stamp <= seconds2100 ? stamp : null;
  const about = { writer, seconds };
  if (entry["id"] === timeOutId) return { ...emptyLine("timeOut"), ...about };
  if (entry["id"] === deadReaderId) return { ...emptyLine("deadReader"), ...about };
  const data = entry["data"];
  if (entry["id"] !== dataId || typeof data !== "string") return { ...emptyLine("otherEvent"), ...about };
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(data)) return { ...emptyLine("nonHex"), ...about };
  const { frames, residues } = resynchronise(Buffer.from(data, "hex"));
  return { class: classOf(frames, residues), ...about, frames, residues };
}

function classOf(frames: readonly UartFrame[], residues: readonly Residue[]): LineClass {
  if (frames.length === 0) return residues[0]!.kind;
  return frames.length === 1 && residues.length === 0 ? "intact" : "merged";
}

function emptyLine(lineClass: LineClass): LogLine {
  return { class: lineClass, writer: null, seconds: null, frames: [], residues: [] };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
