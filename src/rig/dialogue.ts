import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Link } from "../domain/link.ts";
import { encode } from "../../firmware-protocol/codec.ts";
import { answerTo } from "../../firmware-protocol/messages.ts";
import type { Command } from "../../firmware-protocol/messages.ts";
import { byDeadline, late } from "./deadline.ts";
import type { AnyAnswer, Question, Verb } from "./session-types.ts";

/**
 * Commands and their answers over one link: `seq` goes out, `re` comes back.
 *
 *   send ─seq→ link …  answer ─re→ whoever waits for that seq
 */
/** How long work may take: for as long as the device shows life. */
export interface Patience {
  readonly clock: Clock;
  readonly answerMs: number;
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
  heardNs(): number;
}

/** Longest work waited for: a kernel that never ends is the watchdog's. */
const longestWorkMs = 600_000;

interface Waiting {
  readonly verb: Verb;
  settle(answer: AnyAnswer | null): void;
}

export class Dialogue {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #openedNs: number;
  readonly #waiting = new Map<number, Waiting>();
  #seq = 0;
  #over = false;

  constructor(link: Link, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    this.#openedNs = clock.nowNs();
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Sends a command that is never answered. */
  tell(command: Extract<Command, { readonly name: "ack" }>, boot: number): void {
    this.#send(command, boot);
  }

  /** Sends a command; resolves with its answer, or null when the link or the boot it was meant for is gone. */
  ask(command: Question, boot: number): Promise<AnyAnswer | null> {
    if (this.#over) return Promise.resolve(null);
    const seq = this.#send(command, boot);
    return new Promise((resolve) => {
      this.#waiting.set(seq, {
        verb: command.name,
        settle: (answer) => {
          this.#waiting.delete(seq);
          resolve(answer);
        },
      });
    });
  }

  /** The same, given up after `ms`; an answer that comes later is passed over. */
  async askFor(command: Question, boot: number, ms: number, signal?: AbortSignal): Promise<AnyAnswer | null> {
    const seq = this.#seq + 1;
    const answer = await byDeadline(this.#clock, ms, this.ask(command, boot), signal);
    if (answer !== late) return answer;
    this.#waiting.delete(seq);
    return null;
  }

  /** Work of unknown length. Answers come in the order of the commands: once a later one is there, this one was lost. */
  async askLong(command: Question, boot: number, patience: Patience): Promise<AnyAnswer | null> {
    const { clock, answerMs, silenceMs, signal } = patience;
    const answer = this.ask(command, boot);
    const untilNs = clock.nowNs() + longestWorkMs * nsPerMs;
    const later: Promise<null>[] = [];
    for (let rounds = 1; ; rounds++) {
      const came = await byDeadline(clock, answerMs, Promise.race([answer, ...later]), signal);
      if (came !== late) return came;
      const silent = clock.nowNs() - patience.heardNs() >= Math.max(silenceMs, answerMs) * nsPerMs;
      if (silent || signal?.aborted === true || clock.nowNs() >= untilNs) return null;
      // Its answer may be lost as well, so it is asked again: ever more seldom, for a board that reads nothing while it works.
      if (rounds >= 2 ** later.length)
        later.push(this.ask({ kind: "c", name: "status" }, boot).then(() => null));
    }
  }

  /** False where nobody waits for this answer. */
  take(answer: AnyAnswer): boolean {
    const waiting = this.#waiting.get(answer.re);
    if (waiting === undefined) return false;
    const fits =
      answer.name === "refused" ? answer.command === waiting.verb : answer.name === answerTo(waiting.verb);
    if (fits) waiting.settle(answer);
    return fits;
  }

  /** What was asked of an earlier boot is not answered any more; `hello` is meant for any boot. */
  bootIsGone(): void {
    for (const waiting of [...this.#waiting.values()]) if (waiting.verb !== "hello") waiting.settle(null);
  }

  end(): void {
    this.#over = true;
    for (const waiting of [...this.#waiting.values()]) waiting.settle(null);
  }

  #send(command: Command, boot: number): number {
    this.#seq = (this.#seq + 1) >>> 0;
    const uptimeMs = Math.floor((this.#clock.nowNs() - this.#openedNs) / nsPerMs) % 2 ** 40;
    // Not waited for: a device that takes no bytes is found by the deadline of its answer.
    void this.#link.write([encode({ seq: this.#seq, boot, uptimeMs }, command)]);
    return this.#seq;
  }
}
