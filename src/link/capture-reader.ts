import { createReadStream } from "node:fs";
import { entryHead, entryLength, parseEntry, parseHeader } from "./capture-format.ts";
import type { CaptureEntry } from "./capture-format.ts";

/**
 * A raw capture read back. Total and bounded: whatever a file holds, the reader ends, and says what it could not read.
 *
 *   NAME.1.raw, NAME.2.raw … ─→ entries, with a `dropped` where bytes are missing and an `unreadable` where a file is damaged
 */
export type CaptureStep =
  | CaptureEntry
  /** Bytes were received here that no file tells of. */
  | { readonly kind: "dropped"; readonly bytes: number }
  /** The rest of this file makes no entry: a torn tail after a crash, or damage. */
  | { readonly kind: "unreadable"; readonly path: string; readonly bytes: number };

const longestHeader = 2048;

export async function* readCapture(paths: readonly string[]): AsyncGenerator<CaptureStep, void> {
  let received = 0;
  for (const path of paths) {
    for await (const step of readOne(path)) {
      if (step.kind === "offset") {
        // A later sitting counts from 0 again.
        if (step.offset > received) yield { kind: "dropped", bytes: step.offset - received };
        received = step.offset;
        continue;
      }
      if (step.kind === "bytes") received += step.bytes.length;
      if (step.kind === "run") received += step.count;
      yield step;
    }
  }
}

/** Whether these first bytes of a file are those of a raw capture. */
export function isCapture(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, 13)).toString("latin1") === "radrig-raw 1 ";
}

async function* readOne(
  path: string,
): AsyncGenerator<CaptureStep | { readonly kind: "offset"; readonly offset: number }, void> {
  let held: Buffer = Buffer.alloc(0);
  let headed = false;
  let damagedBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    if (damagedBytes > 0) {
      damagedBytes += chunk.length;
      continue;
    }
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    if (!headed) {
      const end = held.indexOf(0x0a);
      if (end < 0 && held.length <= longestHeader) continue;
      const header = end < 0 || end > longestHeader ? null : parseHeader(held.toString("latin1", 0, end));
      if (header === null) {
        damagedBytes = held.length;
        continue;
      }
      yield { kind: "offset", offset: header.offset };
      headed = true;
      at = end + 1;
    }
    while (held.length - at >= entryHead) {
      const length = entryLength(held.subarray(at, at + entryHead));
      if (length === null) {
        damagedBytes = held.length - at;
        break;
      }
      if (held.length - at < length) break;
      yield parseEntry(held.subarray(at, at + length));
      at += length;
    }
    held = held.subarray(at);
  }
  const unread = damagedBytes > 0 ? damagedBytes : held.length;
  if (unread > 0) yield { kind: "unreadable", path, bytes: unread };
}
