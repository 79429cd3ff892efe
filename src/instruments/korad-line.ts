import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { InstrumentIdentity } from "../domain/equipment.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, silence } from "../domain/reply.ts";
import { Inbox } from "./inbox.ts";
import { koradIdentity, koradLineEnd } from "./korad-identity.ts";
import type { KoradLineEnd } from "./korad-identity.ts";

/**
 * Commands out, answers in, for a device that ends neither:
 *
 *   set ───→ port, then nothing for 80 ms (it does not listen while it works)
 *   query ─→ port ─→ so many bytes, then a gap: what is more than a junk sixth byte makes the answer malformed
 *
 * An answer that did not come in time may come yet, and would be taken for the next one's: before anything else is asked,
 * the line is given as long again to fall silent.
 */
export interface KoradLineOptions {
  readonly baud: number | null;
  readonly answerMs: number;
  readonly spacingMs: number;
  readonly gapMs: number;
  readonly newline: "auto" | "none" | "lf";
}

const bitsPerByte = 10;
const longestIdentity = 64;
const lineFeed = 0x0a;
/** More than any answer: what a babbling line sends beyond this is thrown away. */
const mostBytes = 256;

export class KoradLine {
  readonly #port: Port;
  readonly #clock: Clock;
  readonly #its: KoradLineOptions;
  readonly #inbox: Inbox;
  /** Sent after each command; and whether an answer ends with a line feed. */
  #lineEnd: KoradLineEnd;
  #answersEnd: boolean;
  #identity: InstrumentIdentity | null = null;
  #freeAtNs = 0;
  #owes = false;

  constructor(port: Port, clock: Clock, options: KoradLineOptions) {
    this.#port = port;
    this.#clock = clock;
    this.#its = options;
    this.#inbox = new Inbox(port, clock, mostBytes);
    this.#lineEnd = options.newline === "lf" ? "\n" : "";
    this.#answersEnd = options.newline === "lf";
  }

  get endsLines(): boolean {
    return this.#lineEnd !== "";
  }

  /** Sleeps, but no longer than the port lives. */
  rest(ms: number): Promise<void> {
    return this.#inbox.rest(ms);
  }

  /** Nothing acknowledges it: whoever sets looks afterwards. */
  async set(command: string): Promise<void> {
    await this.#ready();
    this.#write(command);
    this.#freeAtNs = this.#clock.nowNs() + (this.#its.spacingMs + this.#wireMs(command.length)) * nsPerMs;
  }

  /** One raw byte. */
  async askByte(query: string): Promise<Reply<number>> {
    const reply = await this.#ask(query, 1, 0);
    return reply.kind === "ok" ? { kind: "ok", value: reply.value[0]! } : reply;
  }

  /** Five characters; a sixth is junk and dropped (a 72-2540 V2.0 answers `0.2007` to a setting of 0.200). */
  async askFive(query: string): Promise<Reply<string>> {
    const reply = await this.#ask(query, 5, 1);
    return reply.kind === "ok" ? { kind: "ok", value: Buffer.from(reply.value).toString("latin1") } : reply;
  }

  /** Asked once a port; its answer settles how commands are ended. */
  async identify(): Promise<Reply<InstrumentIdentity>> {
    if (this.#identity !== null && !this.#inbox.ended) return { kind: "ok", value: this.#identity };
    const startNs = this.#clock.nowNs();
    await this.#ready();
    this.#write("*IDN?");
    let bytes = await this.#wholeText();
    if (bytes.length === 0 && this.#its.newline === "auto" && !this.#inbox.ended) {
      // A unit that waits for a line end has the question already, and lacks that alone.
      this.#write("\n");
      bytes = await this.#wholeText();
      // A slow one that needs none answers now as well, without a line end.
      if (bytes.at(-1) === lineFeed) this.#lineEnd = "\n";
    }
    if (bytes.length === 0) {
      this.#owes = true;
      return silence((this.#clock.nowNs() - startNs) / nsPerMs);
    }
    const identity = koradIdentity(bytes);
    if (identity === null) return this.#malformed(`${shown(bytes)} is no identity of this family`);
    if (this.#its.newline === "auto") {
      this.#answersEnd = bytes.at(-1) === lineFeed;
      if (this.#lineEnd === "") this.#lineEnd = koradLineEnd(identity);
    }
    this.#identity = identity;
    return { kind: "ok", value: identity };
  }

  async #ask(query: string, length: number, mostJunk: number): Promise<Reply<Uint8Array>> {
    const known = await this.identify();
    if (known.kind !== "ok") return known;
    await this.#ready();
    this.#write(query);
    const tail = this.#answersEnd ? 1 : 0;
    const waitMs = this.#its.answerMs + this.#wireMs(query.length + length + tail + mostJunk);
    await this.#inbox.until((bytes) => (bytes.length >= length + tail ? true : null), waitMs);
    if (this.#inbox.bytes.length === 0) {
      this.#owes = true;
      return silence(this.#inbox.ended ? 0 : waitMs);
    }
    await this.#inbox.quiet(this.#its.gapMs, waitMs);
    const { bytes } = this.#inbox;
    this.#inbox.clear();
    const found = this.#answersEnd && bytes.at(-1) === lineFeed ? bytes.length - 1 : bytes.length;
    const ends = !this.#answersEnd || found < bytes.length;
    if (!ends || found < length || found > length + mostJunk)
      return this.#malformed(`${shown(bytes)} to ${query}, ${length} bytes expected`);
    return { kind: "ok", value: bytes.subarray(0, length) };
  }

  /** What else of it may be under way is not taken for the next answer. */
  #malformed(what: string): Reply<never> {
    this.#owes = true;
    return refused(`malformed: ${what}`);
  }

  /** Everything up to a gap. */
  async #wholeText(): Promise<Uint8Array> {
    const waitMs = this.#its.answerMs + this.#wireMs(longestIdentity);
    await this.#inbox.until((bytes) => (bytes.length > 0 ? true : null), waitMs);
    if (this.#inbox.bytes.length > 0) await this.#inbox.quiet(this.#its.gapMs, waitMs);
    const { bytes } = this.#inbox;
    this.#inbox.clear();
    return bytes;
  }

  /** The device listens, and nothing of an earlier answer is left. */
  async #ready(): Promise<void> {
    const earlyMs = (this.#freeAtNs - this.#clock.nowNs()) / nsPerMs;
    if (earlyMs > 0) await this.#inbox.rest(earlyMs);
    if (this.#owes) {
      const { heard } = this.#inbox;
      await this.#inbox.until(() => (this.#inbox.heard === heard ? null : true), this.#its.answerMs);
      await this.#inbox.quiet(this.#its.gapMs, this.#its.answerMs);
      this.#owes = false;
    }
    this.#inbox.clear();
  }

  /** Not waited for: a device that takes no bytes is found by the deadline of an answer. */
  #write(command: string): void {
    const text = command === "\n" ? command : command + this.#lineEnd;
    void this.#port.write(Buffer.from(text, "latin1"));
  }

  #wireMs(bytes: number): number {
    const { baud } = this.#its;
    return baud === null ? 0 : (bytes * bitsPerByte * 1000) / baud;
  }
}

function shown(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 24)).toString("latin1"));
}
