import { closeSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { nsPerSecond } from "../domain/clock.ts";
import type { Clock } from "../domain/clock.ts";
import { maxBody, piecesOf, printEntry, printHeader } from "./capture-format.ts";

/**
 * The raw capture of one port: every byte received, before anything makes sense of it (law 1).
 *
 *   chunk ─→ runs become counts ─→ NAME.1.raw           up to the quota less the tail, kept for good
 *                               └→ NAME.2.raw, .3.raw … half a megabyte each, the oldest deleted: the last megabyte stays
 *
 * Format: `capture-format.ts`. The first file holds at least the first megabyte. Writing is synchronous and through a
 * 64 KiB buffer, brought to the disk's cache at least once a second of the clock while bytes come in. A disk that takes no more
 * never ends a run: what it does not take is counted as dropped.
 */
export interface Capture {
  /** A port was opened under this device's name. */
  opened(port: string): void;
  take(bytes: Uint8Array): void;
  counts(): CaptureCounts;
  flush(): void;
  close(): void;
}

export interface CaptureCounts {
  readonly bytes: number;
  /** Bytes beyond the quota, or refused by the disk: on no disk any more. */
  readonly dropped: number;
  /** Why the disk takes no more; null while it does. */
  readonly failed: string | null;
}

export const megabyte = 1024 * 1024;
const tailFile = megabyte / 2;
/** Three files of the tail hold the last megabyte at any time: two whole ones and the one being written. */
const tailFiles = 3;
/** The least quota: the first and the last megabyte. */
export const leastQuotaBytes = 2 * megabyte + tailFile;

export interface CaptureOptions {
  readonly clock: Clock;
  readonly quotaBytes: number;
}

/** Starts a capture in `folder` (made if need be), beside those of earlier sittings. `device` names the files. */
export function openCapture(folder: string, device: string, options: CaptureOptions): Capture {
  return new FileCapture(folder, device, options);
}

/** The capture files of one device in the order they were written, or of any device when none is named. */
export function captureFiles(folder: string, device: string | null = null): string[] {
  return readdirSync(folder)
    .map((file) => ({ file, match: /^(.+)\.(\d{1,9})\.raw$/.exec(file) }))
    .filter(({ match }) => match !== null && (device === null || match[1] === device))
    .sort((a, b) =>
      a.match![1]! < b.match![1]!
        ? -1
        : a.match![1]! > b.match![1]!
          ? 1
          : Number(a.match![2]) - Number(b.match![2]),
    )
    .map(({ file }) => join(folder, file));
}

interface TailFile {
  readonly path: string;
  /** Bytes received that this file tells of. */
  tells: number;
}

class FileCapture implements Capture {
  readonly #folder: string;
  readonly #device: string;
  readonly #clock: Clock;
  readonly #headBytes: number;
  readonly #tail: TailFile[] = [];
  #number: number;
  #port = "";
  #file: number | null = null;
  #fileSize = 0;
  #buffer: Buffer[] = [];
  #buffered = 0;
  /** Received bytes that entries have been made for, and those of them still in the buffer. */
  #told = 0;
  #toldInBuffer = 0;
  #flushedNs = 0;
  #bytes = 0;
  #dropped = 0;
  #failed: string | null = null;

  constructor(folder: string, device: string, options: CaptureOptions) {
    mkdirSync(folder, { recursive: true });
    const earlier = captureFiles(folder, device);
    const spent = earlier.reduce((sum, path) => sum + statSync(path).size, 0);
    this.#folder = folder;
    this.#device = device;
    this.#clock = options.clock;
    this.#number = Number(/\.(\d+)\.raw$/.exec(earlier.at(-1) ?? "")?.[1] ?? 0);
    this.#headBytes = Math.max(leastQuotaBytes, options.quotaBytes - spent) - tailFiles * tailFile;
    this.#flushedNs = options.clock.nowNs();
  }

  opened(port: string): void {
    this.#port = port;
    const name = Buffer.from(port).subarray(0, 1024);
    this.#append(printEntry("O", this.#clock.nowNs(), name.length, name), 0);
  }

  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const tNs = this.#clock.nowNs();
    for (const piece of piecesOf(bytes)) {
      if (piece.run) {
        this.#append(
          printEntry("R", tNs, piece.bytes.length, piece.bytes.subarray(0, 1)),
          piece.bytes.length,
        );
        continue;
      }
      for (let at = 0; at < piece.bytes.length; at += maxBody) {
        const body = piece.bytes.subarray(at, at + maxBody);
        this.#append(printEntry("B", tNs, body.length, body), body.length);
      }
    }
    if (tNs - this.#flushedNs >= nsPerSecond) this.flush();
  }

  counts(): CaptureCounts {
    return { bytes: this.#bytes, dropped: this.#dropped, failed: this.#failed };
  }

  flush(): void {
    this.#flushedNs = this.#clock.nowNs();
    if (this.#buffered === 0 || this.#file === null) return;
    const bytes = Buffer.concat(this.#buffer);
    this.#attempt((file) => {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
    if (this.#failed !== null) this.#dropped += this.#toldInBuffer;
    this.#buffer = [];
    this.#buffered = 0;
    this.#toldInBuffer = 0;
  }

  close(): void {
    this.flush();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** `tells`: how many received bytes the entry stands for. */
  #append(entry: Buffer, tells: number): void {
    if (this.#failed === null && (this.#file === null || this.#isFull(entry.length))) this.#startFile();
    this.#told += tells;
    if (this.#failed !== null) {
      this.#dropped += tells;
      return;
    }
    this.#buffer.push(entry);
    this.#buffered += entry.length;
    this.#fileSize += entry.length;
    this.#toldInBuffer += tells;
    const file = this.#tail.at(-1);
    if (file !== undefined) file.tells += tells;
    if (this.#buffered >= maxBody) this.flush();
  }

  #isFull(more: number): boolean {
    return this.#fileSize + more > (this.#tail.length === 0 ? this.#headBytes : tailFile);
  }

  #startFile(): void {
    const isFirst = this.#file === null;
    this.close();
    if (!isFirst) {
      if (this.#tail.length === tailFiles) this.#dropOldest();
      this.#tail.push({ path: this.#pathOf(this.#number + 1), tells: 0 });
    }
    this.#number++;
    const header = printHeader(this.#told, this.#port);
    this.#fileSize = header.length;
    this.#attempt(() => {
      this.#file = openSync(this.#pathOf(this.#number), "wx");
      writeSync(this.#file, header);
    });
  }

  #dropOldest(): void {
    const oldest = this.#tail.shift()!;
    this.#dropped += oldest.tells;
    this.#attempt(() => unlinkSync(oldest.path));
  }

  #pathOf(number: number): string {
    return join(this.#folder, `${this.#device}.${number}.raw`);
  }

  #attempt(work: (file: number) => void): void {
    if (this.#failed !== null) return;
    try {
      work(this.#file ?? -1);
    } catch (error) {
      this.#failed = error instanceof Error ? error.message : String(error);
    }
  }
}
