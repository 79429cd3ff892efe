import type { LineClass } from "./log-line.ts";
import { lineClasses } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";
import type { ResidueKind } from "./uart-frames.ts";

/** Lines of one class, and the bytes they take in the log, line ends included. */
export interface ClassCount {
  readonly lines: number;
  readonly bytes: number;
}

/**
 * What a log amounts to. Two sums hold: the classes add up to `linesTotal` and `bytesTotal`, and the parts of
 * `deviceBytes` to what the device sent.
 */
export interface Tallies extends Readonly<Record<LineClass, ClassCount>> {
  readonly framesRecovered: number;
  /** By rising id, then length of the payload in bytes. */
  readonly framesById: readonly { readonly id: number; readonly length: number; readonly count: number }[];
  readonly files: number;
  readonly linesTotal: number;
  /** Bytes of the log files, after unpacking. */
  readonly bytesTotal: number;
  /** Bytes of the serial line, decoded from hex: in good frames, and in what lies between. */
  readonly deviceBytes: Readonly<Record<"total" | "frames" | ResidueKind, number>>;
}

/** Frame overhead: start, id, length, checksum (2), end. */
const frameOverheadBytes = 6;

export class Tally {
  #files = 0;
  #frames = 0;
  readonly #byId = new Map<number, number>();
  readonly #classes = new Map<LineClass, { lines: number; bytes: number }>();
  readonly #deviceBytes = { total: 0, frames: 0, torn: 0, corrupt: 0, fragment: 0 };

  file(): void {
    this.#files++;
  }

  line(line: LogLine, size: number): void {
    const count = this.#classes.get(line.class) ?? { lines: 0, bytes: 0 };
    this.#classes.set(line.class, { lines: count.lines + 1, bytes: count.bytes + size });
    for (const { id, payload } of line.frames) {
      const key = id * 256 + payload.length;
      this.#byId.set(key, (this.#byId.get(key) ?? 0) + 1);
      this.#deviceBytes.frames += payload.length + frameOverheadBytes;
      this.#deviceBytes.total += payload.length + frameOverheadBytes;
    }
    this.#frames += line.frames.length;
    for (const { kind, bytes } of line.residues) {
      this.#deviceBytes[kind] += bytes.length;
      this.#deviceBytes.total += bytes.length;
    }
  }

  get frames(): number {
    return this.#frames;
  }

  tallies(): Tallies {
    const classes = Object.fromEntries(
      lineClasses.map((name) => [name, this.#classes.get(name) ?? { lines: 0, bytes: 0 }]),
    ) as Record<LineClass, ClassCount>;
    const counts = Object.values(classes);
    return {
      framesRecovered: this.#frames,
      framesById: [...this.#byId]
        .sort(([a], [b]) => a - b)
        .map(([key, count]) => ({ id: key >> 8, length: key & 0xff, count })),
      ...classes,
      files: this.#files,
      linesTotal: counts.reduce((sum, { lines }) => sum + lines, 0),
      bytesTotal: counts.reduce((sum, { bytes }) => sum + bytes, 0),
      deviceBytes: { ...this.#deviceBytes },
    };
  }
}
