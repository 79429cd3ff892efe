import { z } from "zod";
import { nsPerMs, nsPerSecond } from "../../domain/clock.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";

/**
 * A facility's counting program: a cumulative count of the world's fluence, written down once a second of the world's time.
 *
 *   world ─fluence→ count ─→ line ─→ uart or file        nobody reads it: it writes on
 *
 * `chipir` writes as the neutron line's own program does: header, day-first date, milliseconds apart, four counters of eleven digits.
 */
const schema = z.object({
  layout: z.enum(["chipir", "csv"]).default("chipir"),
  fluencePerCountPerCm2: z
    .number()
    .positive()
    .optional()
    .describe("true factor at the board; from the rig file's factor and attenuation, unless given"),
  lineSeconds: z.number().positive().default(1),
  startCounts: z.number().int().min(0).default(53_764),
  resetsAtSeconds: z.array(z.number().min(0)).default([]).describe("somebody sets the counter to nought"),
  silentBetweenSeconds: z
    .array(z.tuple([z.number(), z.number()]))
    .default([])
    .describe("it counts and writes nothing"),
});
type Quirks = z.infer<typeof schema>;

export const emulatedFacilityLog: EmulatedInstrument = {
  protocol: "facility-log",
  schema,
  live: async (uart, its) => {
    const quirks = its.quirks as unknown as Quirks;
    const over = new AbortController();
    const listening = (async () => {
      for await (const _ of uart.chunks) continue;
      over.abort();
    })();
    const counter = new Counter(its, quirks);
    if (quirks.layout === "chipir") await uart.write(Buffer.from("Data From ChipIR\r\n"));
    for (let line = 0; !over.signal.aborted; line++) {
      const seconds = its.clock.nowNs() / nsPerSecond;
      const silent = quirks.silentBetweenSeconds.some(([from, to]) => seconds >= from && seconds < to);
      if (!silent) await uart.write(Buffer.from(counter.line(seconds), "latin1"));
      const nextNs = (Math.floor(seconds / quirks.lineSeconds + 1e-9) + 1) * quirks.lineSeconds * nsPerSecond;
      await its.clock.sleep(Math.max(1, (nextNs - its.clock.nowNs()) / nsPerMs), over.signal);
    }
    await listening;
  },
};

class Counter {
  readonly #its: InstrumentCircumstances;
  readonly #quirks: Quirks;
  readonly #perCount: number;
  readonly #resetsAt: number[];
  /** Fluence at which it showed `#base`. */
  #fromPerCm2 = 0;
  #base: number;

  constructor(its: InstrumentCircumstances, quirks: Quirks) {
    this.#its = its;
    this.#quirks = quirks;
    const { fluencePerCountPerCm2: factor, attenuation } = its.settings;
    const stated =
      (typeof factor === "number" ? factor : 1) * (typeof attenuation === "number" ? attenuation : 1);
    this.#perCount = quirks.fluencePerCountPerCm2 ?? stated;
    this.#resetsAt = [...quirks.resetsAtSeconds].sort((a, b) => a - b);
    this.#base = quirks.startCounts;
  }

  line(seconds: number): string {
    const fluencePerCm2 = this.#its.world.fluencePerCm2();
    while (this.#resetsAt.length > 0 && this.#resetsAt[0]! <= seconds) {
      this.#resetsAt.shift();
      this.#fromPerCm2 = fluencePerCm2;
      this.#base = 0;
    }
    const counts = this.#base + Math.floor((fluencePerCm2 - this.#fromPerCm2) / this.#perCount);
    const offset = this.#its.settings["utcOffsetMinutes"];
    const atMs =
      Date.parse(this.#its.clock.epochUtc) +
      Math.round(seconds * 1_000) +
      (typeof offset === "number" ? offset : 0) * 60_000;
    const [day, time] = new Date(atMs).toISOString().split("T") as [string, string];
    if (this.#quirks.layout === "csv") return `${day} ${time.slice(0, 8)},${counts}\n`;
    const [year, month, date] = day.split("-") as [string, string, string];
    const columns = [4, counts >> 1, counts + 7, counts].map((count) => String(count).padStart(11, "0"));
    return `${date}/${month}/${year} ${time.slice(0, 8)} .${time.slice(9, 12)}  ${columns.join(" ")} 24.32 0.00\r\n`;
  }
}
