import { garbledClasses } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";
import type { ImportedDevice, Remark } from "./import-records.ts";
import { Tally } from "./tallies.ts";
import { Track } from "./track.ts";
import type { Happening, Sighting } from "./track.ts";
import { runCountersOf } from "./uart-frames.ts";
import { zoneOffsetMinutes } from "./zone-offset.ts";

/**
 * What is kept of all logs while they are read: counts in full, lists up to a bound.
 *
 *   line ─▶ device ─┬─▶ Tally (all, source, device)
 *                   ├─▶ sightings of frames, sorted by time ─▶ Track of the device ─▶ happenings
 *                   └─▶ Remark, where something is worth one
 *
 * Files come in any order, and two readers may have written at the same time, so frames are sorted before they are judged.
 * Of more than half a million waiting, the earlier half is judged: in logs that long, files should come roughly by time.
 */
export interface Happened {
  readonly device: string;
  readonly happening: Happening;
}

export interface Damaged {
  readonly path: string;
  readonly what: string;
}

interface Waiting extends Sighting {
  readonly device: string;
}

/** A sink for the lines of one file; `end` it after the last. */
export interface FileSurvey {
  line(line: LogLine, size: number): void;
  end(): void;
}

const otherDevices = "others";
const devicesTold = 64;
const waitingAtMost = 500_000;

export class Survey {
  readonly all = new Tally();
  readonly devices = new Map<string, Tally>();
  /** Files by how far the time in their name is ahead of the time of their first line, minutes. */
  readonly zoneOffsets = new Map<number, number>();
  readonly damaged: Damaged[] = [];
  readonly #bound: number;
  readonly #counts = { gap: 0, reset: 0, clockStep: 0 };
  readonly #happened: Happened[] = [];
  readonly #tracks = new Map<string, Track>();
  #waiting: Waiting[] = [];
  readonly #remarks: Remark[] = [];
  #remarksLeftOut = 0;
  #begins = Infinity;

  /** `bound`: how many happenings of one kind, and remarks, are listed. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  damage(path: string, what: string): void {
    if (this.damaged.length < this.#bound) this.damaged.push({ path, what });
    this.#remark({ seconds: null, device: null, what: "error", text: `${path}: ${what}` });
  }

  file(path: string, source: Tally): FileSurvey {
    const named = /Client_(.+?)_\d{8}-\d{6}/.exec(path)?.[1];
    const seen = new Set([this.all, source]);
    for (const tally of seen) tally.file();
    let number = 0;
    let first: number | null = null;
    let latest: number | null = null;
    return {
      line: (line, size) => {
        number++;
        const device = this.#device(
          line.writer?.startsWith("Serial ") === true ? line.writer.slice(7) : named,
        );
        const own = this.devices.get(device)!;
        if (!seen.has(own)) own.file();
        seen.add(own);
        for (const tally of [this.all, source, own]) tally.line(line, size);
        this.#remarkLine(line, size, device, `${path}:${number}`);
        if (line.seconds === null) return;
        const setBack = latest !== null && line.seconds < latest;
        if (setBack)
          this.#happen(device, { kind: "clockStep", fromSeconds: latest!, toSeconds: line.seconds });
        first ??= line.seconds;
        latest = line.seconds;
        this.#begins = Math.min(this.#begins, line.seconds);
        this.#sight(line, line.seconds, device, setBack);
      },
      end: () => {
        const offset = first === null ? null : zoneOffsetMinutes(path, first);
        if (offset !== null) this.zoneOffsets.set(offset, (this.zoneOffsets.get(offset) ?? 0) + 1);
      },
    };
  }

  /** Judges what waits, in order of time. To be called once, after the last file. */
  finish(): void {
    this.#judge(0);
  }

  /** The earliest time told, seconds since 1970 UTC; 0 where there is none. */
  get beginsSeconds(): number {
    return this.#begins === Infinity ? 0 : this.#begins;
  }

  count(kind: Happening["kind"]): number {
    return this.#counts[kind];
  }

  /** Of one kind, by time. */
  happened<K extends Happening["kind"]>(
    kind: K,
  ): readonly { readonly device: string; readonly happening: Extract<Happening, { readonly kind: K }> }[] {
    return this.#happened
      .filter(
        (one): one is Happened & { happening: Extract<Happening, { kind: K }> } =>
          one.happening.kind === kind,
      )
      .sort((a, b) => timeOf(a.happening) - timeOf(b.happening));
  }

  remarks(): readonly Remark[] {
    const left = this.#remarksLeftOut;
    const more: Remark[] =
      left === 0
        ? []
        : [{ seconds: null, device: null, what: "warning", text: `${left} more remarks are not listed` }];
    return [...this.#remarks, ...more];
  }

  importedDevices(): readonly ImportedDevice[] {
    return [...this.devices].map(([name, tally]) => {
      const tallies = tally.tallies();
      return {
        name,
        frames: tallies.framesRecovered,
        garbledLines: [...garbledClasses].reduce((sum, garbled) => sum + tallies[garbled].lines, 0),
        bytesOutsideFrames: tallies.deviceBytes.total - tallies.deviceBytes.frames,
      };
    });
  }

  #device(written: string | undefined): string {
    const name =
      (written ?? "unknown")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-|-$/g, "")
        .slice(0, 32) || "unknown";
    const known = this.devices.has(name) || this.devices.size < devicesTold ? name : otherDevices;
    if (!this.devices.has(known)) this.devices.set(known, new Tally());
    return known;
  }

  #sight(line: LogLine, seconds: number, device: string, setBack: boolean): void {
    for (const frame of line.frames) {
      const counters = setBack ? null : runCountersOf(frame);
      this.#waiting.push({ device, seconds, counters });
    }
    if (this.#waiting.length >= waitingAtMost) this.#judge(waitingAtMost >> 1);
  }

  /** Shows the waiting frames to their tracks, but for the latest `keep`. */
  #judge(keep: number): void {
    const inOrder = this.#waiting.sort((a, b) => a.seconds - b.seconds);
    this.#waiting = inOrder.splice(inOrder.length - Math.min(keep, inOrder.length));
    for (const { device, ...sighting } of inOrder) {
      const track = this.#tracks.get(device) ?? new Track();
      this.#tracks.set(device, track);
      for (const happening of track.see(sighting)) this.#happen(device, happening);
    }
  }

  #happen(device: string, happening: Happening): void {
    if (++this.#counts[happening.kind] <= this.#bound) this.#happened.push({ device, happening });
  }

  #remarkLine(line: LogLine, size: number, device: string, place: string): void {
    const about = { seconds: line.seconds, device };
    if (garbledClasses.has(line.class)) {
      const hex = line.residues
        .map(({ bytes }) => Buffer.from(bytes.subarray(0, 32)).toString("hex"))
        .join(" ");
      this.#remark({
        ...about,
        what: "garbled",
        text: `${line.class}, ${size} bytes at ${place} ${hex}`.trimEnd(),
      });
    } else if (line.class === "timeOut") {
      this.#remark({ ...about, what: "info", text: `time-out of the reader at ${place}` });
    } else if (line.class === "deadReader") {
      this.#remark({ ...about, what: "warning", text: `reader found dead at ${place}` });
    }
  }

  #remark(remark: Remark): void {
    if (this.#remarks.length < this.#bound) this.#remarks.push(remark);
    else this.#remarksLeftOut++;
  }
}

function timeOf(happening: Happening): number {
  return happening.kind === "reset" ? happening.atSeconds : happening.fromSeconds;
}
