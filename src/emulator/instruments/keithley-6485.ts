import { z } from "zod";
import { nsPerSecond } from "../../domain/clock.ts";
import type { Port } from "../../domain/link.ts";
import type { RandomStream } from "../../domain/random.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";

/**
 * A picoammeter on an ion chamber in the beam: its current is the world's flux by its calibration, an offset and noise.
 *
 *   characters ─→ command line (any of CR, LF ends it) ─→ answer after the integration time
 *   ^C, ^X ─→ forgets command and answer
 *
 * Zero check is on when it is switched on, as in the real one: it then measures its own input and nothing else.
 */
const schema = z.object({
  model: z.enum(["6485", "6487"]).default("6485"),
  firmware: z.string().default("C01   Mar 30 2005 14:14:09/A02  /D/H"),
  terminator: z.enum(["LF", "CR", "LFCR", "CRLF"]).optional().describe("as the rig file says, unless given"),
  fluxPerCm2PerSecondPerA: z
    .number()
    .positive()
    .optional()
    .describe("true calibration; as the rig file says, unless given"),
  offsetA: z.number().default(2e-12),
  noiseA: z.number().min(0).default(5e-14).describe("1 sigma of one reading"),
  noiseShare: z.number().min(0).default(0.001).describe("1 sigma of one reading, of its current"),
  fullScaleA: z.number().positive().default(0.021).describe("more is an overflow"),
  statusBits: z
    .number()
    .int()
    .min(0)
    .max(0xffff)
    .default(2)
    .describe("beside overflow and zero check: filter on"),
  readMs: z.number().int().min(1).default(60).describe("time of one reading"),
  timestampSeconds: z
    .number()
    .min(0)
    .max(99_999.99)
    .default(0)
    .describe("what its timer showed at the start"),
  overflow: z.enum(["+9.9E37", "+9.900000E+37"]).default("+9.900000E+37"),
  spaces: z.boolean().default(true).describe("a space after each comma"),
  overflowBetweenSeconds: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe("its range is too small between these seconds of the world's time"),
  notANumberBetweenSeconds: z.tuple([z.number(), z.number()]).optional(),
  timerResetsAtSeconds: z.array(z.number().min(0)).default([]).describe("its timer begins again at nought"),
});
type Quirks = z.infer<typeof schema>;

const ends = { LF: "\n", CR: "\r", LFCR: "\n\r", CRLF: "\r\n" };
const wrapSeconds = 100_000;
const lastSeconds = 99_999.99;
const longestCommand = 120;
const status = { overflow: 1, zeroCheck: 512 };

export const emulatedKeithley6485: EmulatedInstrument = {
  protocol: "keithley-6485",
  schema,
  live: async (uart, its) => {
    const meter = new Meter(uart, its);
    for await (const chunk of uart.chunks) for (const byte of chunk) meter.hear(byte);
  },
};

class Meter {
  readonly #uart: Port;
  readonly #its: InstrumentCircumstances;
  readonly #quirks: Quirks;
  #command = "";
  #zeroCheck = true;
  #elements = ["READ", "UNIT", "TIME", "STAT"];
  #errors: string[] = [];
  /** Of the device clear: answers begun before are never sent. */
  #generation = 0;
  #busy: Promise<void> = Promise.resolve();

  constructor(uart: Port, its: InstrumentCircumstances) {
    this.#uart = uart;
    this.#its = its;
    this.#quirks = its.quirks as unknown as Quirks;
    const kept = its.memory.get("zeroCheck");
    if (typeof kept === "boolean") this.#zeroCheck = kept;
  }

  hear(byte: number): void {
    if (byte === 0x03 || byte === 0x18) {
      this.#command = "";
      this.#generation++;
    } else if (byte === 0x0a || byte === 0x0d) {
      const command = this.#command.trim().toUpperCase();
      this.#command = "";
      if (command !== "") this.#take(command);
    } else if (this.#command.length < longestCommand) this.#command += String.fromCharCode(byte);
  }

  #take(command: string): void {
    if (command === "*IDN?") this.#answer(0, () => this.#identity());
    else if (command === "READ?") this.#answer(this.#quirks.readMs, () => this.#reading());
    else if (command === "SYST:ERR?") this.#answer(0, () => this.#errors.shift() ?? '0,"No error"');
    else if (command === "SYST:ZCH?") this.#answer(0, () => (this.#zeroCheck ? "1" : "0"));
    else if (!this.#obeys(command) && this.#errors.length < 10) this.#errors.push('-113,"Undefined header"');
  }

  #obeys(command: string): boolean {
    const zeroCheck = /^SYST(?:EM)?:ZCH(?:ECK)?(?::STAT(?:E)?)? (ON|1|OFF|0)$/.exec(command);
    if (zeroCheck !== null) {
      this.#zeroCheck = zeroCheck[1] === "ON" || zeroCheck[1] === "1";
      this.#its.memory.set("zeroCheck", this.#zeroCheck);
      return true;
    }
    const elements = /^FORM(?:AT)?:ELEM(?:ENTS)? ([A-Z, ]+)$/.exec(command);
    if (elements !== null) {
      this.#elements = elements[1]!.split(",").map((name) => name.trim().slice(0, 4));
      return true;
    }
    // Range, filter and integration time change nothing here.
    return /^(\*RST|\*CLS|(SENS:)?CURR:(RANG|NPLC|RANG:AUTO)[ :]|(SENS:)?(MED|AVER)\b)/.test(`${command} `);
  }

  /** One after another, as one input buffer makes them. */
  #answer(afterMs: number, say: () => string): void {
    const mine = this.#generation;
    this.#busy = this.#busy.then(async () => {
      if (mine !== this.#generation) return;
      if (afterMs > 0) await this.#its.clock.sleep(afterMs);
      if (mine !== this.#generation) return;
      const end = ends[this.#terminator()];
      await this.#uart.write(Buffer.from(say() + end, "latin1"));
    });
  }

  #identity(): string {
    const { model, firmware } = this.#quirks;
    return `KEITHLEY INSTRUMENTS INC.,MODEL ${model},${this.#its.serial},${firmware}`;
  }

  #reading(): string {
    const seconds = this.#its.clock.nowNs() / nsPerSecond;
    const within = (span: readonly [number, number] | undefined): boolean =>
      span !== undefined && seconds >= span[0] && seconds < span[1];
    const ampere = this.#current();
    const over = within(this.#quirks.overflowBetweenSeconds) || Math.abs(ampere) > this.#quirks.fullScaleA;
    const bits =
      (this.#zeroCheck ? status.zeroCheck : 0) + (over ? status.overflow : 0) + this.#quirks.statusBits;
    const shown = within(this.#quirks.notANumberBetweenSeconds)
      ? "+9.91E37"
      : over
        ? this.#quirks.overflow
        : exponential(ampere);
    const parts: Record<string, string> = {
      READ: shown + (this.#elements.includes("UNIT") ? "A" : ""),
      TIME: exponential(this.#timestamp(seconds)),
      STAT: exponential(bits),
    };
    return ["READ", "TIME", "STAT"]
      .filter((name) => this.#elements.includes(name))
      .map((name) => parts[name]!)
      .join(this.#quirks.spaces ? ", " : ",");
  }

  #current(): number {
    const { offsetA, noiseA, noiseShare } = this.#quirks;
    const { world, serves, random } = this.#its;
    const board = serves.find(({ role }) => role === "counter")?.station ?? world.boards[0]!;
    const flux = world.sense(board).fluxPerCm2PerSecond;
    const perA = this.#quirks.fluxPerCm2PerSecondPerA ?? this.#setting("fluxPerCm2PerSecondPerA", 1);
    const sign = this.#its.settings["polarity"] === "negative" ? -1 : 1;
    const attenuation = this.#setting("attenuation", 1);
    // Zero check shorts the input: chamber and cable are cut off, the amplifier's own offset stays.
    const beam = this.#zeroCheck ? 0 : (sign * flux) / perA / attenuation;
    return beam + offsetA + normal(random) * Math.hypot(noiseA, noiseShare * beam);
  }

  #timestamp(seconds: number): number {
    const reset = Math.max(0, ...this.#quirks.timerResetsAtSeconds.filter((at) => at <= seconds));
    const shown = (reset > 0 ? 0 : this.#quirks.timestampSeconds) + seconds - reset;
    return Math.min(shown % wrapSeconds, lastSeconds);
  }

  #terminator(): keyof typeof ends {
    const word = this.#quirks.terminator ?? this.#its.settings["terminator"];
    return typeof word === "string" && word in ends ? (word as keyof typeof ends) : "LF";
  }

  #setting(key: string, otherwise: number): number {
    const value = this.#its.settings[key];
    return typeof value === "number" ? value : otherwise;
  }
}

/** `+1.040564E-06`: seven digits, an exponent of two. */
function exponential(value: number): string {
  const [mantissa, exponent] = value.toExponential(6).split("e") as [string, string];
  const power = Number(exponent);
  return `${value < 0 ? "" : "+"}${mantissa}E${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Box and Muller. */
function normal(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat());
}
