import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs, nsPerSecond } from "../domain/clock.ts";
import type { InstrumentIdentity } from "../domain/equipment.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, silence } from "../domain/reply.ts";
import type { CounterInstrument, CounterReading, Driver, DriverSettings } from "./driver.ts";
import { calibrationKeys, relUncertaintyOf } from "./flux-calibration.ts";
import { FluxIntegral } from "./flux-integral.ts";
import { keithleyReading } from "./keithley-reading.ts";
import type { KeithleyReading } from "./keithley-reading.ts";
import { TerminatedLines } from "./terminated-lines.ts";

/**
 * Keithley 6485 and 6487 picoammeters: the current of an ion chamber, Faraday cup or diode, made into flux and fluence.
 *
 *   *IDN? ─→ identity        READ? ─→ current, time, status ─ − offset, × calibration × attenuation → flux ─trapezoids→ fluence
 *
 * Terminators, `READ?`, `FORM:ELEM`, overflow, NaN and the wrap are the manual's (6485 pp. 13-4, 13-6, 9-17); what is not confirmed
 * is a key (docs/instruments/keithley-6485.md).
 */
export const terminators = { LF: "\n", CR: "\r", LFCR: "\n\r", CRLF: "\r\n" } as const;

const schema = z.object({
  terminator: z
    .enum(["LF", "CR", "LFCR", "CRLF"])
    .default("LF")
    .describe("as set in the instrument's RS-232 menu; answers are read whatever ends them"),
  fluxPerCm2PerSecondPerA: z
    .number()
    .positive()
    .describe("calibration factor at the counter's position, cm⁻² s⁻¹ per ampere"),
  polarity: z.enum(["positive", "negative"]).default("positive").describe("sign of the current under beam"),
  ...calibrationKeys,
  zeroReadings: z.number().int().min(2).max(1_000).default(10).describe("averaged with the beam off"),
  setUp: z
    .array(z.string().regex(/^[ -~]{1,80}$/))
    .default(["SYST:ZCH OFF"])
    .describe(
      "sent at the beginning and after a silence, before FORM:ELEM READ,UNIT,TIME,STAT: zero check off, range, filter",
    ),
  overRangeStatusMask: z
    .number()
    .int()
    .min(0)
    .max(0xffff)
    .default(1)
    .describe("status bits of a reading that is over range"),
  zeroCheckStatusMask: z
    .number()
    .int()
    .min(0)
    .max(0xffff)
    .default(512)
    .describe("status bits that say that zero check is on, and the input not connected"),
  clockTolerance: z
    .number()
    .min(0)
    .max(1_000)
    .default(0.02)
    .describe("how far the instrument's timestamps may run off the host's clock, of the time passed"),
});
type Keys = z.infer<typeof schema>;

export const keithley6485: Driver<"counter"> = {
  protocol: "keithley-6485",
  kind: "counter",
  title: "Keithley 6485/6487 picoammeter",
  schema,
  open: (port, settings, clock) => new Picoammeter(port, settings as DriverSettings & Keys, clock),
};

const elements = "FORM:ELEM READ,UNIT,TIME,STAT";
/** Selected device clear (6485 p. 9-17): whatever it was doing, it does no more. */
const deviceClear = "\x18";
const longestAnswerBytes = 80;
const bitsPerByte = 10;

class Picoammeter implements CounterInstrument {
  readonly kind = "counter";
  readonly lagSeconds = 0;
  readonly lacks = [
    "no checksum: a digit changed on the wire can be a reading",
    "no memory of beam: what falls between two readings is interpolated",
  ];
  readonly #port: Port;
  readonly #keys: DriverSettings & Keys;
  readonly #clock: Clock;
  readonly #lines: TerminatedLines;
  readonly #integral: FluxIntegral;
  #offset = { ampere: 0, standardErrorA: 0 };
  #isSetUp = false;
  /** The last command had no answer: it may still come. */
  #owes = false;

  constructor(port: Port, keys: DriverSettings & Keys, clock: Clock) {
    this.#port = port;
    this.#keys = keys;
    this.#clock = clock;
    this.#lines = new TerminatedLines(port, clock);
    this.#integral = new FluxIntegral(keys);
  }

  identify(): Promise<Reply<InstrumentIdentity>> {
    return this.#ask("*IDN?", identityOf, "no 6485 or 6487");
  }

  async prove(): Promise<Reply<readonly string[]>> {
    const reply = await this.#take();
    if (reply.kind !== "ok") return reply;
    const { ampere, status } = reply.value;
    return { kind: "ok", value: [`reads ${ampere.toExponential(3)} A, status ${status}`] };
  }

  async zero(): Promise<Reply<null>> {
    const taken: number[] = [];
    let last: Current | null = null;
    while (taken.length < this.#keys.zeroReadings) {
      const reply = await this.#take();
      if (reply.kind !== "ok") return reply;
      last = reply.value;
      taken.push(last.ampere);
    }
    const mean = taken.reduce((sum, ampere) => sum + ampere, 0) / taken.length;
    const squares = taken.reduce((sum, ampere) => sum + (ampere - mean) ** 2, 0);
    this.#offset = {
      ampere: mean,
      standardErrorA: Math.sqrt(squares / (taken.length - 1) / taken.length),
    };
    this.#integral.startAnew(this.#sample(last!));
    return { kind: "ok", value: null };
  }

  async read(): Promise<Reply<CounterReading>> {
    const reply = await this.#take();
    if (reply.kind !== "ok") return reply;
    const sample = this.#sample(reply.value);
    this.#integral.add(sample);
    const { fluencePerCm2, countedSeconds } = this.#integral;
    const ofOffset =
      fluencePerCm2 > 0 ? (this.#offset.standardErrorA * this.#factor() * countedSeconds) / fluencePerCm2 : 0;
    return {
      kind: "ok",
      value: {
        fluencePerCm2,
        fluxPerCm2PerSecond: Math.max(0, sample.fluxPerCm2PerSecond),
        ...this.#integral.takeNews(),
        relUncertainty1Sigma: relUncertaintyOf(this.#keys, ofOffset),
        faults: [],
      },
    };
  }

  #factor(): number {
    return this.#keys.fluxPerCm2PerSecondPerA * this.#keys.attenuation;
  }

  #sample(current: Current): Parameters<FluxIntegral["add"]>[0] {
    const sign = this.#keys.polarity === "negative" ? -1 : 1;
    return {
      fluxPerCm2PerSecond: sign * (current.ampere - this.#offset.ampere) * this.#factor(),
      atSeconds: current.atSeconds,
      hostSeconds: this.#clock.nowNs() / nsPerSecond,
    };
  }

  /** One reading that is a number; what is none is refused by its name, and never bridged. */
  async #take(): Promise<Reply<Current>> {
    if (!this.#isSetUp) for (const command of [...this.#keys.setUp, elements]) this.#send(command);
    this.#isSetUp = true;
    const reply = await this.#ask("READ?", (line) => this.#fresh(line), "no reading");
    if (reply.kind !== "ok") return reply;
    const { value } = reply;
    const over = value.kind === "none" ? value.why : this.#overRange(value.status);
    if (over !== null) {
      this.#integral.breakUp();
      return refused(`${over}: status ${value.status}`);
    }
    if ((value.status & this.#keys.zeroCheckStatusMask) !== 0) {
      // As it is after it was switched off and on: what it was told is told again.
      this.#isSetUp = false;
      this.#integral.breakUp();
      return refused("zero-check: the input is not connected, add SYST:ZCH OFF to setUp");
    }
    return { kind: "ok", value: value as Current };
  }

  #overRange(status: number): string | null {
    return (status & this.#keys.overRangeStatusMask) === 0 ? null : "over-range";
  }

  #fresh(line: string): KeithleyReading | null {
    const reading = keithleyReading(line);
    return reading === null || this.#integral.isRepeat(reading.atSeconds) ? null : reading;
  }

  /** Lines that are no answer to this command (late ones, doubled ones, `DCL`) are passed over while there is time. */
  async #ask<T>(command: string, parse: (line: string) => T | null, what: string): Promise<Reply<T>> {
    const { answerMs, baud } = this.#keys;
    if (this.#lines.ended) return silence(0);
    if (this.#owes) this.#write(deviceClear);
    this.#lines.drop();
    const fromNs = this.#clock.nowNs();
    this.#send(command);
    const wireMs = baud === null ? 0 : ((longestAnswerBytes + command.length) * bitsPerByte * 1_000) / baud;
    const untilNs = fromNs + (answerMs + wireMs) * nsPerMs;
    let other: string | null = null;
    for (;;) {
      const line = await this.#lines.take(untilNs);
      if (line === null) break;
      const value = parse(line);
      if (value !== null) {
        this.#owes = false;
        return { kind: "ok", value };
      }
      other ??= line;
    }
    this.#owes = true;
    this.#isSetUp = false;
    if (other !== null && !this.#gone()) return refused(`answers '${printable(other)}', which is ${what}`);
    return silence((this.#clock.nowNs() - fromNs) / nsPerMs);
  }

  /** Asked anew after every wait. */
  #gone(): boolean {
    return this.#lines.ended;
  }

  #send(command: string): void {
    this.#write(command + terminators[this.#keys.terminator]);
  }

  /** Not waited for: a device that takes no bytes is found by the deadline of its answer. */
  #write(text: string): void {
    void this.#port.write(Buffer.from(text, "latin1"));
  }
}

type Current = Extract<KeithleyReading, { kind: "current" }>;

/** `KEITHLEY INSTRUMENTS INC.,MODEL 6485,1234567,C01 Sep 27 2005 …`; null: somebody else. */
function identityOf(line: string): InstrumentIdentity | null {
  const [maker, model, serial, firmware] = line.split(",").map((part) => part.trim());
  if (maker === undefined || model === undefined || serial === undefined || firmware === undefined)
    return null;
  const known = /^MODEL (648[57])$/i.exec(model);
  if (known === null || !/^KEITHLEY/i.test(maker) || !/^[\w-]{1,20}$/.test(serial)) return null;
  return { model: `Keithley ${known[1]!}`, serial, firmware };
}

function printable(line: string): string {
  return line.slice(0, 60).replaceAll(/[^ -~]/g, "?");
}
