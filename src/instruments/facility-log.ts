import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs, nsPerSecond } from "../domain/clock.ts";
import type { InstrumentIdentity } from "../domain/equipment.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, silence } from "../domain/reply.ts";
import { awaitReply } from "./await-reply.ts";
import { CountTrack } from "./count-track.ts";
import type { CounterInstrument, CounterReading, Driver, DriverSettings } from "./driver.ts";
import { isTimeFormat, timeReader } from "./facility-time.ts";
import type { ReadTime } from "./facility-time.ts";
import { calibrationKeys, relUncertaintyOf } from "./flux-calibration.ts";
import { LineSplitter } from "./line-splitter.ts";

/**
 * The log that a facility's own counter writes, followed as it grows: a file, or lines on any link. It is never asked anything.
 *
 *   line ─columns→ time, counts ─→ track (resets, gaps, wrong digits) ─ × fluence per count × attenuation → fluence
 *
 * The first line heard is where counting begins. Nothing here is a maker's protocol: every column is a key.
 */
const column = z.number().int().min(1).max(100);
const schema = z.object({
  separator: z
    .string()
    .min(1)
    .max(10)
    .default("whitespace")
    .describe("between columns: the character itself, or `whitespace` for any run of spaces and tabs"),
  header: z.string().min(1).optional().describe("lines that begin so are the log's header"),
  timeColumns: z.array(column).min(1).max(4).default([1]).describe("joined by a space, counted from 1"),
  timeFormat: z
    .string()
    .max(60)
    .refine(isTimeFormat, "`unix`, or made of YYYY MM DD HH mm ss and SSS, each at most once")
    .default("YYYY-MM-DD HH:mm:ss"),
  utcOffsetMinutes: z.number().int().min(-840).max(840).default(0).describe("log's clock ahead of UTC"),
  countsColumn: column.default(2).describe("a cumulative count, from 1"),
  fluencePerCountPerCm2: z.number().positive().describe("facility factor: fluence of one count, cm⁻²"),
  ...calibrationKeys,
  lineSeconds: z.number().positive().default(3).describe("a new line comes this often"),
  staleSeconds: z
    .number()
    .positive()
    .default(60)
    .describe("no line for this long: the log is not written any more"),
  mostCountsPerSecond: z
    .number()
    .positive()
    .default(100_000)
    .describe("a faster rise is a wrong digit, unless the next line agrees"),
});
type Keys = z.infer<typeof schema>;

export const facilityLog: Driver<"counter"> = {
  protocol: "facility-log",
  kind: "counter",
  title: "a facility's counter log, followed as it grows",
  schema,
  open: (port, settings, clock) => new FollowedLog(port, settings as DriverSettings & Keys, clock),
};

class FollowedLog implements CounterInstrument {
  readonly kind = "counter";
  readonly lagSeconds: number;
  readonly lacks = [
    "no identity: whoever writes lines of this form is believed",
    "no checksum: a digit that is wrong by little is a count",
    "no shutter: beam on and off is seen by the counts, a line late",
  ];
  readonly #keys: DriverSettings & Keys;
  readonly #clock: Clock;
  readonly #track: CountTrack;
  readonly #readTime: ReadTime;
  readonly #ended = new AbortController();
  #isOver = false;
  #garbled = 0;
  #lastOdd = "";
  #heard: () => void = () => undefined;

  constructor(port: Port, keys: DriverSettings & Keys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
    this.lagSeconds = keys.lineSeconds * 1.5;
    this.#track = new CountTrack(keys);
    this.#readTime = timeReader(keys.timeFormat, keys.utcOffsetMinutes);
    void this.#follow(port.chunks).finally(() => this.#ended.abort());
  }

  async identify(): Promise<Reply<InstrumentIdentity>> {
    const stale = await this.#stale();
    return stale ?? { kind: "ok", value: { model: "facility log", serial: null, firmware: null } };
  }

  async prove(): Promise<Reply<readonly string[]>> {
    const stale = await this.#stale();
    if (stale !== null) return stale;
    const { counts, atSeconds, hostSeconds } = this.#track.last!;
    const ahead = atSeconds - Date.parse(this.#clock.epochUtc) / 1_000 - hostSeconds;
    return {
      kind: "ok",
      value: [
        `last line: ${counts} counts at ${new Date(atSeconds * 1_000).toISOString()}`,
        `the log's clock is ${Math.abs(ahead).toFixed(1)} s ${ahead < 0 ? "behind" : "ahead of"} this host's`,
        ...(this.#garbled === 0 ? [] : [`${this.#garbled} lines were no counter lines: '${this.#lastOdd}'`]),
      ],
    };
  }

  /** A counter of particles shows nothing in the dark; that it is there at all is seen. */
  async zero(): Promise<Reply<null>> {
    return (await this.#stale()) ?? { kind: "ok", value: null };
  }

  async read(): Promise<Reply<CounterReading>> {
    const stale = await this.#stale();
    if (stale !== null) return stale;
    const { counts, countsPerSecond } = this.#track;
    const factor = this.#keys.fluencePerCountPerCm2 * this.#keys.attenuation;
    return {
      kind: "ok",
      value: {
        fluencePerCm2: counts * factor,
        fluxPerCm2PerSecond: countsPerSecond * factor,
        ...this.#track.takeNews(),
        // Counts are Poisson: of n of them one sigma is √n.
        relUncertainty1Sigma: relUncertaintyOf(this.#keys, counts > 0 ? 1 / Math.sqrt(counts) : 0),
        faults: [],
      },
    };
  }

  /** Waits for the first line; null: a line came lately. */
  async #stale(): Promise<Exclude<Reply<never>, { kind: "ok" }> | null> {
    if (this.#isOver) return silence(0);
    const { answerMs, lineSeconds, staleSeconds } = this.#keys;
    const fromNs = this.#clock.nowNs();
    const waitMs = Math.max(answerMs, lineSeconds * 2_000);
    const { last } = this.#track;
    if (last === null) {
      // For this wait alone: what waits on a promise that lives as long as the port is never forgotten.
      const first = new Promise<void>((resolve) => (this.#heard = resolve));
      await awaitReply(this.#clock, waitMs, first, this.#ended.signal);
    }
    if (this.#over()) return silence((this.#clock.nowNs() - fromNs) / nsPerMs);
    const line = this.#track.last;
    if (line === null)
      return this.#garbled === 0
        ? silence((this.#clock.nowNs() - fromNs) / nsPerMs)
        : refused(
            `its lines are no counter lines, as '${this.#lastOdd}': see separator, columns and time format`,
          );
    const age = this.#clock.nowNs() / nsPerSecond - line.hostSeconds;
    return age > staleSeconds ? silence(age * 1_000) : null;
  }

  /** Asked anew after a wait. */
  #over(): boolean {
    return this.#isOver;
  }

  async #follow(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const splitter = new LineSplitter();
    for await (const chunk of chunks) for (const line of splitter.push(chunk)) this.#hear(line);
    this.#isOver = true;
  }

  #hear(line: string): void {
    const { header, separator, timeColumns, countsColumn } = this.#keys;
    if (header !== undefined && line.startsWith(header)) return;
    const columns = separator === "whitespace" ? line.trim().split(/[ \t]+/) : line.split(separator);
    const atSeconds = this.#readTime(timeColumns.map((place) => columns[place - 1] ?? "").join(" "));
    const text = columns[countsColumn - 1]?.trim() ?? "";
    if (atSeconds === null || !/^\d{1,15}$/.test(text)) {
      this.#garbled++;
      this.#lastOdd = line.slice(0, 60).replaceAll(/[^ -~]/g, "?");
      return;
    }
    const hostSeconds = this.#clock.nowNs() / nsPerSecond;
    this.#track.add({ atSeconds, counts: Number(text), hostSeconds });
    this.#heard();
  }
}
