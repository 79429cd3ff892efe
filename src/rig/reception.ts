import type { DutEvent } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { decode, headingOf } from "../../firmware-protocol/codec.ts";
import type {
  Answer,
  BoardEvent,
  Garbled,
  Head,
  Message,
  MessageOf,
} from "../../firmware-protocol/messages.ts";
import { Boots } from "./boots.ts";
import { EventOrder } from "./event-order.ts";
import type { EventQueue } from "./event-queue.ts";
import { EvidenceAssembly } from "./evidence.ts";
import { LinkFaults } from "./link-faults.ts";
import { ResentSeries } from "./resent-series.ts";

/**
 * What comes in from one device, line by line, over all its links and boots.
 *
 *   line ─decode→ garbled ─→ faults ────────────────────────────────┐
 *                 answer ─→ whoever asked                            ├→ queue
 *                 event ─in its turn?→ evidence ─→ result, done, … ──┤
 *                 heartbeat ────────────────────────────────────────┘
 *                 any ─new boot id?→ boot, told once; numbers missing?→ lost lines
 */
export interface ReceptionUser {
  /** True where somebody waited for it. */
  answered(answer: Head & Answer): boolean;
  newBoot(): void;
  /** Events are missing that the board may still keep. */
  missing(): void;
  accepted(boot: number, event: number): void;
  /** The board shows that it has not heard an acknowledgement. */
  unacknowledged(boot: number, event: number): void;
}

/** Uptimes are u40 and come round: more than half of the range ahead is behind. */
const uptimeRangeMs = 2 ** 40;

export class Reception {
  readonly #queue: EventQueue;
  readonly #clock: Clock;
  readonly #user: ReceptionUser;
  readonly #faults = new LinkFaults();
  readonly #evidence = new EvidenceAssembly();
  readonly #boots = new Boots();
  readonly #series = new ResentSeries();
  #order = new EventOrder(null);
  #acknowledged = 0;
  /** The device on this link has said who it is. */
  #identified = false;
  #heardNs: number;
  #frames = 0;
  #seq: number | null = null;
  #garbledSince = 0;
  #uptimeMs = 0;
  /** An event was refused because the queue was full. */
  #behind = false;

  constructor(queue: EventQueue, clock: Clock, user: ReceptionUser) {
    this.#queue = queue;
    this.#clock = clock;
    this.#user = user;
    this.#heardNs = clock.nowNs();
  }

  /** Boot id of the device now; null before anything was heard. */
  get boot(): number | null {
    return this.#boots.now;
  }

  /** Number of the event whose turn it is. */
  get nextEvent(): number | null {
    return this.#order.next;
  }

  /** Highest event of this boot that the host has acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** When a line was last accepted. */
  get heardNs(): number {
    return this.#heardNs;
  }

  totals(): { readonly frames: number; readonly garbled: number; readonly lost: number } {
    return { frames: this.#frames, garbled: this.#faults.garbledLines, lost: this.#faults.lostLines };
  }

  linkOpened(): void {
    this.#identified = false;
    this.#seq = null;
    this.#garbledSince = 0;
  }

  linkClosed(): void {
    this.#series.end();
    this.tellFaults();
  }

  /** Whether the device on this link has said who it is; what it says before that is not believed. */
  get isIdentified(): boolean {
    return this.#identified;
  }

  /** The device is the right one, in this boot, and says how far it has got and was acknowledged. */
  identified(hello: MessageOf<"hello-ok">, status: MessageOf<"status-ok">): void {
    this.#identified = true;
    if (status.boot !== this.boot) this.#enterBoot(status.boot);
    this.#seq = status.seq;
    this.#order.announce(status.event);
    if (!this.#boots.isFirst) this.#tellBoot(hello.boots, hello.cause);
    this.#skipTo(Math.max(status.acked + 1, this.#order.next ?? 0), "another host has taken them");
    if (status.acked < this.#acknowledged) this.#user.unacknowledged(status.boot, this.#acknowledged);
    this.#askForMissing();
  }

  take(line: string): void {
    const message = decode(line);
    if (message.kind === "garbled") this.#unreadable(message);
    else if (message.kind === "c") this.#garbled(line, "echo");
    else if (message.boot === 0) this.#garbled(line, "boot-0");
    else this.#understand(message);
  }

  /** Notes how far the host is. False where that is nothing new, or of an earlier boot. */
  acknowledge(boot: number, event: number): boolean {
    if (boot !== this.boot || event <= this.#acknowledged) return false;
    this.#acknowledged = event;
    return true;
  }

  isMissing(): boolean {
    return this.#identified && !this.#behind && this.#order.isMissing();
  }

  /** True once, when a queue that had been full is empty again. */
  hasRoomAgain(): boolean {
    if (!this.#behind || this.#queue.length > 0) return false;
    this.#behind = false;
    return true;
  }

  /** Resolves when the events that follow a `resend-ok` have come, or will not come whole. */
  seriesOver(): Promise<void> {
    return this.#series.over();
  }

  /** Goes on without the events that are missing: they are not to be had. */
  giveUpMissing(why: string): void {
    this.#skipTo(this.#order.announced + 1, why);
  }

  /** Queues all that is still to be told of the link; true where there was anything. */
  tellFaults(): boolean {
    const told = this.#faults.tell(this.#clock.nowNs(), true);
    for (const event of told) this.#queue.push(event);
    return told.length > 0;
  }

  #unreadable(garbled: Garbled): void {
    const heading = garbled.reason === "unknown-message" ? headingOf(garbled.line) : undefined;
    if (heading === undefined || heading.kind === "c" || heading.boot === 0) {
      this.#garbled(garbled.line, garbled.reason);
      return;
    }
    // A message of a newer program: passed over, an event of it in its turn.
    if (!this.#heard(heading) || heading.kind !== "e") return;
    const event = / ev=(\d{1,10})[ *]/.exec(garbled.line)?.[1];
    if (event !== undefined) this.#event({ seq: heading.seq, event: Number(event) }, null);
  }

  #garbled(line: string, reason: string): void {
    this.#garbledSince++;
    this.#faults.garbled(line, reason);
  }

  #understand(message: Exclude<Message, { readonly kind: "c" }>): void {
    // First of all: whoever asked shall have a new boot's refusal rather than nothing.
    const awaited = message.kind === "a" && this.#user.answered(message);
    if (!this.#heard(message)) return;
    if (message.kind === "e") this.#event(message, message);
    else if (message.kind === "t") this.#heartbeat(message);
    else if (awaited) this.#answer(message);
  }

  /** Notes a good line's head: life, boot, numbers missing. False for a boot that is over, or a device not identified. */
  #heard(head: Head): boolean {
    this.#frames++;
    this.#heardNs = this.#clock.nowNs();
    if (!this.#identified) return false;
    const place = this.#boots.place(head.boot);
    if (place === "over") return false;
    if (place === "new") {
      this.#enterBoot(head.boot);
      this.#user.newBoot();
    }
    const gap = this.#seq === null ? 0 : (head.seq - this.#seq - 1) >>> 0;
    const ahead = (head.uptimeMs - this.#uptimeMs + uptimeRangeMs) % uptimeRangeMs;
    if (ahead >= uptimeRangeMs / 2 && gap < 0x8000_0000)
      this.#faults.clockWentBack(this.#uptimeMs, head.uptimeMs);
    this.#uptimeMs = head.uptimeMs;
    if (gap < 0x8000_0000) this.#faults.lost(Math.max(0, gap - this.#garbledSince));
    this.#seq = head.seq;
    this.#garbledSince = 0;
    this.#tellFaultsNowAndThen();
    return true;
  }

  #enterBoot(boot: number): void {
    this.#boots.enter(boot, this.#order.lostAtMost());
    // A device just met may have been acknowledged by an earlier host; a boot we see begin starts at 1.
    this.#order = new EventOrder(this.#boots.isFirst ? null : 1);
    this.#evidence.booted();
    this.#series.end();
    this.#acknowledged = 0;
    this.#uptimeMs = 0;
    this.#seq = null;
    this.#behind = false;
  }

  #answer(answer: Head & Answer): void {
    if (answer.name === "hello-ok") {
      this.#order.announce(answer.event);
      if (!this.#boots.isFirst) this.#tellBoot(answer.boots, answer.cause);
    } else if (answer.name === "resend-ok") {
      this.#series.begin(answer.seq, answer.events);
      if (answer.events === 0) this.giveUpMissing("the board no longer keeps them");
    } else if (answer.name === "load-ok") {
      this.#evidence.loaded(answer.outputs, this.#order.announced);
    }
  }

  #heartbeat(message: MessageOf<"heartbeat">): void {
    this.#order.announce(message.event);
    if (!this.#boots.isTold) return;
    if (message.acked < this.#acknowledged) this.#user.unacknowledged(message.boot, this.#acknowledged);
    this.#askForMissing();
    this.#queue.push(heartbeatEvent(message));
  }

  /** Takes an event in its turn; one that is early shows that others are missing. `message` null: of a kind not known here. */
  #event(head: { readonly seq: number; readonly event: number }, message: (Head & BoardEvent) | null): void {
    let place = this.#order.place(head.event);
    if (place === "early" && this.#series.isFirst(head.seq)) {
      this.#skipTo(head.event, "the board no longer keeps them");
      place = this.#order.place(head.event);
    }
    const inSeries = this.#series.isRunning;
    this.#series.count();
    if (place === "known") return;
    if (place === "in-turn" && this.#queue.isFull()) this.#behind = true;
    else if (place === "in-turn") this.#takeInTurn(head.event, message);
    else if (inSeries) this.#series.end();
    else this.#askForMissing();
  }

  #takeInTurn(event: number, message: (Head & BoardEvent) | null): void {
    this.#order.advance();
    if (message === null) this.#evidence.forgetParts();
    else if (message.name === "boot") this.#tellBoot(message.boots, message.cause);
    else for (const told of this.#evidence.take(message)) this.#queue.push(told);
    this.#user.accepted(this.#boots.now!, event);
  }

  #tellBoot(boots: number, cause: MessageOf<"boot">["cause"]): void {
    this.#boots.tellOnce((bootId, lostAtMost) =>
      this.#queue.push({ kind: "boot", bootId, event: 1, boots, cause, lostAtMost }),
    );
  }

  #skipTo(event: number, why: string): void {
    const skipped = this.#order.skipTo(event);
    if (skipped === null) return;
    this.#evidence.forgetParts();
    this.#faults.eventsGone(skipped.from, skipped.to, why);
    this.#tellFaultsNowAndThen();
  }

  #tellFaultsNowAndThen(): void {
    for (const told of this.#faults.tell(this.#clock.nowNs())) this.#queue.push(told);
  }

  #askForMissing(): void {
    if (this.isMissing() && !this.#series.isRunning) this.#user.missing();
  }
}

function heartbeatEvent(message: MessageOf<"heartbeat">): DutEvent {
  const { boot: bootId, state, iteration, clean, cycles, throttle, boots, temperatureMilliC } = message;
  const dieC = temperatureMilliC / 1000;
  return { kind: "heartbeat", bootId, state, iteration, clean, cycles, dieC, throttle, boots };
}
