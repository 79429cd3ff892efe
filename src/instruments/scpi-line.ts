import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, silence } from "../domain/reply.ts";
import { Inbox } from "./inbox.ts";
import { scpiError } from "./scpi-replies.ts";

/**
 * Lines out, lines in, each ended by a line feed; settings are followed by the device's own error queue, drained.
 *
 *   ask ─line→ port ─→ the first line that comes
 *   set ─lines→ port, then SYST:ERR? ─→ until it says 0
 *
 * One line is under way at a time: Keysight's RS-232 wants DTR/DSR, which a host may not have, and short messages need none.
 */
export interface ScpiLineOptions {
  readonly baud: number | null;
  readonly answerMs: number;
}

/** Eight bits, a start bit, and the two stop bits that Keysight's RS-232 has. */
const bitsPerByte = 11;
const longestLine = 255;
const mostBytes = 1024;
/** An error queue holds twenty at most (Keysight); one that never ends is a broken device. */
const mostErrors = 24;
const lineFeed = 0x0a;

export class ScpiLine {
  readonly #port: Port;
  readonly #clock: Clock;
  readonly #its: ScpiLineOptions;
  readonly #inbox: Inbox;
  /** Queries that had no answer: whoever was there may have been switched off, and have forgotten what it was told. */
  silences = 0;
  #owes = false;

  constructor(port: Port, clock: Clock, options: ScpiLineOptions) {
    this.#port = port;
    this.#clock = clock;
    this.#its = options;
    this.#inbox = new Inbox(port, clock, mostBytes);
  }

  /** Sleeps, but no longer than the port lives. */
  rest(ms: number): Promise<void> {
    return this.#inbox.rest(ms);
  }

  /** Nothing acknowledges it, and it is not waited for: a device that takes no bytes is found by the deadline of an answer. */
  tell(command: string): void {
    void this.#port.write(Buffer.from(`${command}\n`, "latin1"));
  }

  async ask(query: string): Promise<Reply<string>> {
    await this.#ready();
    const beganNs = this.#clock.nowNs();
    this.tell(query);
    const waitMs = this.#its.answerMs + this.#wireMs(query.length + longestLine);
    const end = await this.#inbox.until((bytes) => {
      const at = bytes.indexOf(lineFeed);
      return at < 0 ? null : at;
    }, waitMs);
    const { bytes } = this.#inbox;
    if (end === null) {
      this.#owes = true;
      this.silences++;
      if (bytes.length === 0 || this.#inbox.ended) return silence((this.#clock.nowNs() - beganNs) / nsPerMs);
      return refused(`malformed: ${shown(bytes)} to ${query}, without a line end`);
    }
    const text = Buffer.from(bytes.subarray(0, end)).toString("latin1").replace(/\r$/, "");
    this.#inbox.drop(end + 1);
    if (!/^[ -~]{1,255}$/.test(text)) return this.malformed(text, query);
    return { kind: "ok", value: text.trim() };
  }

  /** The meaning of the answer, which must have one. */
  async askFor<T>(query: string, meaning: (text: string) => T | null): Promise<Reply<T>> {
    const reply = await this.ask(query);
    if (reply.kind !== "ok") return reply;
    const value = meaning(reply.value);
    return value === null ? this.malformed(reply.value, query) : { kind: "ok", value };
  }

  /** Sets all of it, and hears what the device thinks of that. */
  async set(commands: readonly string[]): Promise<Reply<null>> {
    for (const command of commands) this.tell(command);
    const errors = await this.drainErrors();
    if (errors.kind !== "ok") return errors;
    if (errors.value.length === 0) return { kind: "ok", value: null };
    return refused(`${commands.join("; ")}: it says ${errors.value.join("; ")}`);
  }

  /** Whatever stands in its error queue, oldest first. */
  async drainErrors(): Promise<Reply<readonly string[]>> {
    const errors: string[] = [];
    while (errors.length < mostErrors) {
      const reply = await this.askFor("SYST:ERR?", scpiError);
      if (reply.kind !== "ok") return reply;
      const { code, words } = reply.value;
      if (code === 0) return { kind: "ok", value: errors };
      errors.push(`error ${code} (${words})`);
    }
    return refused(`its error queue does not end: ${errors[0]}`);
  }

  /** What else of it may be under way is not taken for the next answer. */
  malformed(text: string, query: string): Reply<never> {
    this.#owes = true;
    return refused(`malformed: ${JSON.stringify(text.slice(0, 60))} to ${query}`);
  }

  /** Nothing of an earlier answer is left, or under way. */
  async #ready(): Promise<void> {
    if (this.#owes) {
      const { heard } = this.#inbox;
      await this.#inbox.until(() => (this.#inbox.heard === heard ? null : true), this.#its.answerMs);
      await this.#inbox.quiet(quietMs, this.#its.answerMs);
      this.#owes = false;
    }
    this.#inbox.clear();
  }

  #wireMs(bytes: number): number {
    const { baud } = this.#its;
    return baud === null ? 0 : (bytes * bitsPerByte * 1000) / baud;
  }
}

const quietMs = 40;

function shown(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 60)).toString("latin1"));
}
