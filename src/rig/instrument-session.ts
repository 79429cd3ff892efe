import type { Clock } from "../domain/clock.ts";
import type { BenchFaultName, InstrumentIdentity } from "../domain/equipment.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort, Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { silence } from "../domain/reply.ts";
import type { Driver, DriverSettings, Instrument } from "../instruments/driver.ts";
import { boundedWrite } from "../link/bounded-write.ts";
import type { Capture } from "../link/capture.ts";
import { capturedPort } from "../link/captured.ts";
import { reopen } from "../link/reopen.ts";

/**
 * One instrument, kept open: its port is opened again when it goes, and every verb waits for the one before.
 *
 *   verb ─→ queue ─→ instrument (one a port) ─→ Reply          port gone: silence at once, `unplugged`, opened again, `back`
 */
export interface InstrumentOptions {
  readonly name: string;
  /** Serial number it must answer with, where its protocol tells one; null takes any. */
  readonly serial: string | null;
  readonly driver: Driver;
  readonly settings: DriverSettings;
  readonly clock: Clock;
  readonly open: OpenPort;
  readonly capture: Capture | null;
  readonly tell: (what: BenchFaultName, sinceNs: number, detail: string) => void;
}

/** So many verbs in a row without an answer are a fault of the instrument; one is noise. */
const silencesInARow = 3;
const firstPauseMs = 50;
const longestPauseMs = 2000;

export class InstrumentSession<I extends Instrument = Instrument> {
  readonly name: string;
  identity: InstrumentIdentity | null = null;
  lacks: readonly string[] = [];
  readonly #its: InstrumentOptions;
  readonly #over = new AbortController();
  #port: Port | null = null;
  #instrument: I | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #silences = 0;
  /** When it last answered. */
  #answeredNs = 0;
  #kept: Promise<void> = Promise.resolve();

  constructor(options: InstrumentOptions) {
    this.#its = options;
    this.name = options.name;
  }

  /**
   * Opens the port and asks who is there, again and again for `withinMs` while nobody answers: what was without power has to come
   * up. RigError of the port, or `instrument` where nobody answers, or somebody else.
   */
  async connect(signal?: AbortSignal, withinMs = 0): Promise<void> {
    const { name, driver, open, clock } = this.#its;
    const port = await open(signal).catch((error: unknown): never => {
      // Which of several supplies is missing is what one wants to know.
      if (!(error instanceof RigError)) throw error;
      throw new RigError(error.code, `'${name}': ${error.message}`, { cause: error });
    });
    const { instrument, ended } = this.#take(port);
    const untilNs = clock.nowNs() + withinMs * 1e6;
    let reply = await instrument.identify();
    while (reply.kind === "silence" && clock.nowNs() < untilNs && signal?.aborted !== true) {
      await clock.sleep(firstPauseMs);
      reply = await instrument.identify();
    }
    const wrong = this.#unfit(reply);
    if (wrong !== null) {
      await this.close();
      throw new RigError("instrument", `'${name}' (${driver.title}, ${port.name}): ${wrong}`);
    }
    this.#trust(instrument);
    this.#kept = this.#keep(ended, clock);
  }

  /** Does this as soon as what was asked before is done. Silence at once while the port is gone. */
  verb<T>(deed: (instrument: I) => Promise<Reply<T>>): Promise<Reply<T>> {
    const mine = this.#queue.then(async () => {
      const instrument = this.#instrument;
      if (instrument === null) return silence(0);
      const reply = await deed(instrument);
      if (instrument === this.#instrument) this.#noteSilence(reply);
      return reply;
    });
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  /** What the driver now at work offers; null while the port is gone. */
  get instrument(): I | null {
    return this.#instrument;
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#port?.close();
    await this.#kept;
  }

  /** Reads from this port until it ends. Who is behind it is asked first: a verb that waits is for the right instrument alone. */
  #take(port: Port): { readonly instrument: I; readonly ended: Promise<string> } {
    const { driver, settings, clock, capture, tell } = this.#its;
    let over: (why: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => (over = resolve));
    const captured = capturedPort(port, capture);
    const tellEnd = (): void => over(port.ended?.() ?? "the port ended");
    const watched: Port = {
      ...captured,
      chunks: watchedChunks(captured.chunks, tellEnd),
      write: boundedWrite(captured),
    };
    const instrument = driver.open(watched, settings, clock) as I;
    instrument.onNews?.(({ level, text }) => {
      if (level === "fault") tell("device_fault", this.#answeredNs, text);
    });
    this.#port = port;
    return { instrument, ended };
  }

  #trust(instrument: I): void {
    this.#instrument = instrument;
    this.lacks = instrument.lacks;
    this.#silences = 0;
    this.#answeredNs = this.#its.clock.nowNs();
  }

  async #keep(first: Promise<string>, clock: Clock): Promise<void> {
    const { open, tell } = this.#its;
    const { signal } = this.#over;
    for (let ended: Promise<string> | null = first; ended !== null;) {
      const why = await ended;
      this.#instrument = null;
      await this.#port?.close();
      if (this.#isOver()) return;
      tell("unplugged", this.#answeredNs, why);
      const back = await this.#comeBack(open, clock, signal);
      ended = back?.ended ?? null;
    }
  }

  /** Tries ports until one has the right instrument behind it; null: closed meanwhile. */
  async #comeBack(
    open: OpenPort,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<{ readonly ended: Promise<string> } | null> {
    const { tell } = this.#its;
    let told = "";
    for (;;) {
      await clock.sleep(firstPauseMs, signal);
      const port = await reopen(open, { clock, firstMs: firstPauseMs, longestMs: longestPauseMs }, signal);
      if (port === null) return null;
      const { instrument, ended } = this.#take(port);
      const reply = await instrument.identify();
      const wrong = this.#unfit(reply);
      if (wrong === null) {
        this.#trust(instrument);
        tell("back", clock.nowNs(), `answers again on ${port.name}`);
        return { ended };
      }
      const what = reply.kind === "silence" ? "silent" : "identity_differs";
      // Tried every few seconds, for a night if need be: what is wrong is told when it changes.
      if (what !== told) tell(what, this.#answeredNs, wrong);
      told = what;
      await port.close();
      await clock.sleep(longestPauseMs, signal);
    }
  }

  #unfit(reply: Reply<InstrumentIdentity>): string | null {
    if (reply.kind === "silence")
      return `no answer within ${reply.waitedMs.toFixed(0)} ms: ${reply.hint ?? "is it switched on, set to remote, and are baud rate and cable right?"}`;
    if (reply.kind === "refused") return `it does not say who it is: ${reply.reason}`;
    const { serial } = this.#its;
    const found = reply.value;
    const before = this.identity;
    if (before !== null && !isSame(before, found))
      return `${nameOf(found)} answers, and ${nameOf(before)} was there before: another instrument is plugged in there`;
    if (serial !== null && found.serial !== null && found.serial !== serial)
      return `serial number ${found.serial} answers, the rig file says ${serial}: another instrument is plugged in there`;
    // Once told, a serial number is kept: what comes back without one may be asked for it again.
    this.identity = { ...found, serial: found.serial ?? before?.serial ?? null };
    return null;
  }

  #noteSilence(reply: Reply<unknown>): void {
    const { tell, clock } = this.#its;
    if (reply.kind === "silence") {
      if (++this.#silences !== silencesInARow) return;
      tell(
        "silent",
        this.#answeredNs,
        `${silencesInARow} requests in a row had no answer, though its port is open`,
      );
      void this.#lookAgain(this.#instrument);
      return;
    }
    if (this.#silences >= silencesInARow) tell("back", clock.nowNs(), "answers again");
    this.#silences = 0;
    this.#answeredNs = clock.nowNs();
  }

  /** Whoever knows that a device is silent asks nothing of it any more: whether it answers again is asked here. */
  async #lookAgain(silent: I | null): Promise<void> {
    const { clock } = this.#its;
    const { signal } = this.#over;
    const isSilent = (): boolean =>
      !signal.aborted && this.#instrument === silent && this.#silences >= silencesInARow;
    while (isSilent()) {
      await clock.sleep(longestPauseMs, signal);
      // Not who it is, which a driver may remember.
      if (isSilent()) await this.verb((instrument) => instrument.prove());
    }
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }
}

/** Its firmware may be another; a serial number that is not told is no other one. */
function isSame(before: InstrumentIdentity, found: InstrumentIdentity): boolean {
  const toldOther = before.serial !== null && found.serial !== null && before.serial !== found.serial;
  return before.model === found.model && !toldOther;
}

function nameOf({ model, serial }: InstrumentIdentity): string {
  return serial === null ? model : `${model} of serial number ${serial}`;
}

async function* watchedChunks(
  chunks: AsyncIterable<Uint8Array>,
  ended: () => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks;
  } finally {
    ended();
  }
}
