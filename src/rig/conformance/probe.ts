import type { Clock } from "../../domain/clock.ts";
import type { Link, OpenPort } from "../../domain/link.ts";
import { linesOf } from "../../link/lines.ts";
import { decode, encode } from "../../../firmware-protocol/codec.ts";
import { enclose } from "../../../firmware-protocol/frame.ts";
import type { Command, Garbled, Message, MessageOf } from "../../../firmware-protocol/messages.ts";
import { byDeadline, Gate, late } from "../deadline.ts";
import type { AnyAnswer, Question } from "../session-types.ts";

/**
 * A bare hand on a device's link: sends what it is told, right or wrong, and keeps all that comes in its order. It mends
 * nothing, so that a device's faults show.
 *
 *   tell, raw ─→ link ─→ device ─→ link ─→ log ←─ first(after mark, fits, by deadline)
 */
export class Probe {
  readonly clock: Clock;
  /** Boot id that commands carry. */
  boot = 0;
  readonly #open: OpenPort;
  #link: Link | null = null;
  #closingEndsDevice = false;
  #seq = 0;
  #log: (Message | Garbled)[] = [];
  /** How many entries were dropped from the front of the log. */
  #dropped = 0;
  readonly #arrival = new Gate();
  readonly #garbled: Garbled[] = [];
  #gaps = 0;
  #last: { readonly boot: number; readonly seq: number } | null = null;

  constructor(open: OpenPort, clock: Clock) {
    this.#open = open;
    this.clock = clock;
  }

  /** RigError of the port. */
  async connect(signal?: AbortSignal): Promise<void> {
    const port = await this.#open(signal);
    this.#closingEndsDevice = port.closingEndsDevice === true;
    const link = linesOf(port);
    this.#link = link;
    this.#seq = 0;
    this.#last = null;
    void this.#pump(link);
  }

  async disconnect(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }

  get closingEndsDevice(): boolean {
    return this.#closingEndsDevice;
  }

  /** What was not accepted, the first hundred lines of it, and how often line numbers did not follow one another on one link. */
  get faults(): { readonly garbled: readonly Garbled[]; readonly gaps: number } {
    return { garbled: this.#garbled, gaps: this.#gaps };
  }

  /** The place in the log up to now. */
  mark(): number {
    return this.#dropped + this.#log.length;
  }

  since(mark: number): readonly (Message | Garbled)[] {
    return this.#log.slice(Math.max(0, mark - this.#dropped));
  }

  tell(command: Command, boot = this.boot): number {
    const seq = ++this.#seq;
    void this.#link?.write([encode({ seq, boot, uptimeMs: 0 }, command)]);
    return seq;
  }

  /** Sends a body of any kind with a good CRC; `seq` and head are put in front. */
  tellBody(rest: string): number {
    const seq = ++this.#seq;
    void this.#link?.write([enclose(`c ${seq} ${this.boot.toString(16).padStart(8, "0")} 0 ${rest}`)]);
    return seq;
  }

  /** Sends this line as it is. */
  raw(line: string): void {
    void this.#link?.write([line]);
  }

  /** The answer to a command just told, or null. */
  async answer(seq: number, mark: number, ms: number): Promise<AnyAnswer | null> {
    return (await this.first(
      mark,
      (message) => message.kind === "a" && message.re === seq,
      ms,
    )) as AnyAnswer | null;
  }

  async ask(command: Question, ms: number, boot = this.boot): Promise<AnyAnswer | null> {
    const mark = this.mark();
    return this.answer(this.tell(command, boot), mark, ms);
  }

  /** The first message after the mark that fits, or null when none came within `ms`. */
  async first(mark: number, fits: (message: Message) => boolean, ms: number): Promise<Message | null> {
    const untilNs = this.clock.nowNs() + ms * 1e6;
    for (let from = mark; ;) {
      // Shut before the look: what comes after it opens the gate again.
      this.#arrival.shut();
      for (const message of this.since(from)) if (message.kind !== "garbled" && fits(message)) return message;
      from = this.mark();
      const left = (untilNs - this.clock.nowNs()) / 1e6;
      if (left <= 0) return null;
      const arrived = byDeadline(this.clock, left, this.#arrival.passed());
      if ((await arrived) === late) return null;
    }
  }

  firstNamed<N extends Message["name"]>(mark: number, name: N, ms: number): Promise<MessageOf<N> | null> {
    return this.first(mark, (message) => message.name === name, ms) as Promise<MessageOf<N> | null>;
  }

  async #pump(link: Link): Promise<void> {
    for await (const batch of link.batches) {
      for (const line of batch) this.#take(decode(line));
      if (this.#log.length > 2 * mostKept) {
        this.#dropped += this.#log.length - mostKept;
        this.#log = this.#log.slice(-mostKept);
      }
      this.#arrival.open();
    }
  }

  #take(message: Message | Garbled): void {
    this.#log.push(message);
    if (message.kind === "garbled") {
      if (this.#garbled.length < 100) this.#garbled.push(message);
      return;
    }
    const { boot, seq } = message;
    if (this.#last?.boot === boot && seq !== (this.#last.seq + 1) >>> 0) this.#gaps++;
    this.#last = { boot, seq };
  }
}

const mostKept = 20_000;
