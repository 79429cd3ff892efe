/**
 * The raw capture's file format: what came in on one port, byte for byte, with times. Append-only, so that a crash
 * leaves a readable file with at most its last entry torn.
 *
 *   file   = header line, entries
 *   header = `radrig-raw 1 offset=<bytes received before this file> port=<name>` LF
 *   entry  = kind (1 byte), time (8 bytes), length (4 bytes), body;  numbers little-endian, unsigned
 *
 *   kind  body
 *   `B`   `length` bytes as they came
 *   `R`   1 byte, which came `length` times in a row
 *   `O`   `length` bytes: the name of the port that was opened (a port that comes back may have another)
 *
 * Time counts nanoseconds of the run's clock. Bytes missing between two files, or between the bytes told by one file and the
 * next one's offset, were beyond the quota: their number is the difference.
 */
export type CaptureEntry =
  | { readonly kind: "bytes"; readonly tNs: number; readonly bytes: Uint8Array }
  | { readonly kind: "run"; readonly tNs: number; readonly byte: number; readonly count: number }
  | { readonly kind: "opened"; readonly tNs: number; readonly port: string };

export const entryHead = 13;
/** No entry's body is longer; a reader meeting a longer one has met damage. */
export const maxBody = 64 * 1024;
/** Runs of one byte from this length on become counts. */
export const shortestRun = 32;

export function printHeader(offset: number, port: string): Buffer {
  return Buffer.from(`radrig-raw 1 offset=${offset} port=${encodeURIComponent(port)}\n`, "latin1");
}

export function parseHeader(line: string): { readonly offset: number; readonly port: string } | null {
  const match = /^radrig-raw 1 offset=(\d{1,15}) port=([\w.!~*'()%-]{0,1024})$/.exec(line);
  if (match === null) return null;
  try {
    return { offset: Number(match[1]), port: decodeURIComponent(match[2]!) };
  } catch {
    return null;
  }
}

export function printEntry(kind: "B" | "R" | "O", tNs: number, length: number, body: Uint8Array): Buffer {
  const entry = Buffer.allocUnsafe(entryHead + body.length);
  entry[0] = kind.charCodeAt(0);
  entry.writeUInt32LE(tNs % 0x1_0000_0000, 1);
  entry.writeUInt32LE(Math.floor(tNs / 0x1_0000_0000), 5);
  entry.writeUInt32LE(length, 9);
  entry.set(body, entryHead);
  return entry;
}

/** How many bytes the entry that starts here takes, told by its head; null where it is none. */
export function entryLength(head: Uint8Array): number | null {
  const length = Buffer.from(head.buffer, head.byteOffset, head.length).readUInt32LE(9);
  switch (String.fromCharCode(head[0]!)) {
    case "B":
    case "O":
      return length <= maxBody ? entryHead + length : null;
    case "R":
      return entryHead + 1;
    default:
      return null;
  }
}

/** A whole entry, as cut out by `entryLength`. */
export function parseEntry(entry: Uint8Array): CaptureEntry {
  const head = Buffer.from(entry.buffer, entry.byteOffset, entry.length);
  const tNs = head.readUInt32LE(5) * 0x1_0000_0000 + head.readUInt32LE(1);
  const body = entry.subarray(entryHead);
  switch (String.fromCharCode(head[0]!)) {
    case "R":
      return { kind: "run", tNs, byte: body[0]!, count: head.readUInt32LE(9) };
    case "O":
      return { kind: "opened", tNs, port: Buffer.from(body).toString("utf8") };
    default:
      return { kind: "bytes", tNs, bytes: body };
  }
}

/** The chunk as pieces: a run of one byte each, or bytes without a long run. */
export function* piecesOf(
  chunk: Uint8Array,
): Generator<{ readonly run: boolean; readonly bytes: Uint8Array }> {
  let plainFrom = 0;
  let at = 0;
  while (at < chunk.length) {
    const byte = chunk[at]!;
    // A run of the shortest length that starts here holds its byte at its far end as well: most places fail at once.
    if (chunk[at + shortestRun - 1] !== byte) {
      at++;
      continue;
    }
    let end = at + 1;
    while (end < chunk.length && chunk[end] === byte) end++;
    if (end - at >= shortestRun) {
      if (at > plainFrom) yield { run: false, bytes: chunk.subarray(plainFrom, at) };
      yield { run: true, bytes: chunk.subarray(at, end) };
      plainFrom = end;
    }
    at = end;
  }
  if (plainFrom < chunk.length) yield { run: false, bytes: chunk.subarray(plainFrom) };
}
