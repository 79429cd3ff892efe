import { ReadlineParser } from "@serialport/parser-readline";
import type { Link, Port } from "../domain/link.ts";
import type { Capture } from "./capture.ts";
import { LengthGuard } from "./length-guard.ts";

/**
 * Bytes to lines and back.
 *
 *   port.chunks ─→ capture ─→ length guard ─→ readline parser (latin1) ─→ lines without CR, empty ones left out ─→ batches
 *   port.write  ←──────────────────────────── lines joined, a line end each ←──────────────────────────────────── write
 *
 * A batch holds all lines that one chunk completed, so that a line costs no hop of its own. A new chunk is asked for
 * only when the batch before it was taken: a slow reader holds back the port, not memory.
 * `latin1` keeps every byte as one character: a flipped byte reaches the record as it came.
 */
export interface LineOptions {
  readonly capture?: Capture;
  /** A line end is put in after this many bytes without one. */
  readonly maxLineBytes?: number;
}

export const defaultMaxLineBytes = 1024;

export function linesOf(port: Port, options: LineOptions = {}): Link {
  const counts = { bytesIn: 0, bytesOut: 0, linesIn: 0 };
  const guard = new LengthGuard(options.maxLineBytes ?? defaultMaxLineBytes);
  const batches = batchesOf(port, guard, counts, options.capture ?? null);
  return {
    name: port.name,
    batches,
    async write(lines) {
      if (lines.length === 0) return;
      const bytes = Buffer.from(lines.join("\n") + "\n", "latin1");
      counts.bytesOut += bytes.length;
      await port.write(bytes);
    },
    counts: () => ({ ...counts, bytesCut: guard.bytesCut, opened: 1 }),
    ended: () => port.ended?.() ?? null,
    close: () => port.close(),
  };
}

async function* batchesOf(
  port: Port,
  guard: LengthGuard,
  counts: { bytesIn: number; linesIn: number },
  capture: Capture | null,
): AsyncGenerator<readonly string[], void> {
  const parser = new ReadlineParser({ delimiter: "\n", encoding: "latin1", readableObjectMode: true });
  const split = (bytes: Uint8Array): string[] => {
    const lines: string[] = [];
    parser.write(bytes);
    for (let line = read(parser); line !== null; line = read(parser)) {
      const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (bare.length > 0) lines.push(bare);
    }
    counts.linesIn += lines.length;
    return lines;
  };
  capture?.opened(port.name);
  for await (const chunk of port.chunks) {
    counts.bytesIn += chunk.length;
    capture?.take(chunk);
    const lines = split(guard.pass(chunk));
    if (lines.length > 0) yield lines;
  }
  // What the port left unfinished is evidence as well: it comes up as a line and will be found garbled.
  const torn = guard.open > 0 ? split(Buffer.from("\n")) : [];
  if (torn.length > 0) yield torn;
}

/** In object mode with an encoding, `read` gives one decoded line, or null when the parser holds no whole one. */
function read(parser: ReadlineParser): string | null {
  return parser.read() as string | null;
}
