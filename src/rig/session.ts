import type { DutEvent, LinkTotals } from "../domain/capabilities.ts";
import type { Reply, Silence } from "../domain/reply.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { RigError } from "../domain/errors.ts";
import type { Link } from "../domain/link.ts";
import type { MessageOf } from "../../firmware-protocol/messages.ts";
import { Connection } from "./connection.ts";
import { byDeadline, Gate } from "./deadline.ts";
import { catchUp } from "./catch-up.ts";
import { Dialogue } from "./dialogue.ts";
import { EventQueue } from "./event-queue.ts";
import { greet, helloOf, notMet } from "./greeting.ts";
import { watchLiveness } from "./liveness.ts";
import { Reception } from "./reception.ts";
import type { AnswerOf, AnyAnswer, CommandOf, Question, SessionOptions, Verb } from "./session-types.ts";

/**
 * One device's protocol session, over however many links it takes.
 *
 *   ask ─one at a time→ dialogue ─line→ link ─→ device
 *     answer ←─ re ←─ dialogue ←─┐
 *   nextEvent ←─ queue ←─ reception ←─ link ←─ device
 *
 * Whatever a device does becomes a value or an event; what does not come by its deadline is silence. A port that ends
 * is opened again, a device silent for long gets a fresh port; each time it says who it is before it is spoken to further.
 */
export class Session {
  readonly name: string;
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #reception: Reception;
  readonly #queue = new EventQueue();
  readonly #greeted = new Gate();
  readonly #decided = new Gate();
  readonly #over = new AbortController();
  #link: Link | null = null;
  #dialogue: Dialogue | null = null;
  #hello: MessageOf<"hello-ok"> | null = null;
  #greeting = false;
  #fetching = false;
  #turn: Promise<unknown> = Promise.resolve();
  #openedNs = 0;
  #renewedNs = 0;
  #bytesCut = 0;
  #linkName: string | null = null;
  #lost: "no" | "restarted" | "told" = "no";
  #refusal: RigError | null = null;
  #fault: Error | null = null;

  constructor(options: SessionOptions) {
    const { clock } = options;
    this.name = options.name;
    this.#options = options;
    this.#reception = new Reception(this.#queue, clock, {
      answered: (answer) => this.#dialogue?.take(answer) ?? false,
      newBoot: () => {
        this.#dialogue?.bootIsGone();
        this.#greet();
      },
      missing: () => this.#fetch(),
      accepted: (boot, event) => {
        if (options.acknowledgeAtOnce) this.acknowledge(boot, event);
      },
      unacknowledged: (boot, event) => this.#tellAcknowledged(boot, event),
    });
    this.#connection = new Connection(
      {
        opened: (link) => this.#opened(link),
        lines: (batch) => {
          for (const line of batch) this.#reception.take(line);
        },
        closed: (why) => this.#closed(why),
        notOpened: (error) => {
          if (error.code === "port_missing") this.#tellLost(error.message);
        },
      },
      options,
    );
  }

  /** The device's latest hello; null before the first. */
  get hello(): MessageOf<"hello-ok"> | null {
    return this.#hello;
  }

  /**
   * Opens the port and waits until the device has said who it is.
   * RigError: those of the port, `board_missing`, `board_mismatch`, `protocol_version`.
   */
  async connect(withinMs: number, signal?: AbortSignal): Promise<MessageOf<"hello-ok">> {
    const port = await this.#options.open(signal);
    this.#run(this.#connection.keep(port));
    this.#run(
      watchLiveness({
        heardNs: () => this.#reception.heardNs,
        openedNs: () => (this.#link === null || this.#connection.closingEndsDevice ? null : this.#openedNs),
        restart: () => this.#connection.restart(),
        clock: this.#options.clock,
        silenceMs: this.#options.silenceMs,
        signal: this.#over.signal,
      }),
    );
    await byDeadline(this.#options.clock, withinMs, this.#decided.passed(), signal);
    if (this.#greeted.isOpen && this.#hello !== null) return this.#hello;
    const error =
      this.#fault ?? this.#refusal ?? notMet(this.name, port.name, withinMs, this.#reception.totals());
    await this.close();
    throw error;
  }

  /** The hello of this session, to be asked again. */
  helloCommand(): Extract<Question, { readonly name: "hello" }> {
    return helloOf(this.#options);
  }

  /** Asks, one command at a time. `long`: for as long as the device shows life and answers nothing that was asked later. */
  ask<N extends Verb>(
    command: CommandOf<N> & Question,
    how: { readonly long?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Reply<AnswerOf<N>>> {
    const answered = this.#turn.then(() => this.#askInTurn(command, how.long === true, how.signal));
    this.#turn = answered.catch(() => undefined);
    // The dialogue lets no answer through but that of the verb, or its refusal.
    return answered as Promise<Reply<AnswerOf<N>>>;
  }

  /** Lets the device forget events; told again whenever it shows that it has not heard. */
  acknowledge(boot: number, event: number): void {
    if (this.#reception.acknowledge(boot, event)) this.#tellAcknowledged(boot, event);
  }

  /** See `Dut.nextEvent`. Lines that make no event (parts, repeats) put silence off, up to ten times its length. */
  async nextEvent(deadlineMs: number, signal?: AbortSignal): Promise<DutEvent | Silence> {
    const { clock } = this.#options;
    const fromNs = clock.nowNs();
    for (;;) {
      if (this.#fault !== null) throw this.#fault;
      this.#renewLease();
      const event = this.#queue.take();
      if (event !== undefined) {
        if (this.#reception.hasRoomAgain()) this.#fetch();
        return event;
      }
      const nowNs = clock.nowNs();
      const waitedMs = (nowNs - Math.max(fromNs, this.#reception.heardNs)) / nsPerMs;
      const spent = waitedMs >= deadlineMs || nowNs - fromNs >= 10 * deadlineMs * nsPerMs;
      if (spent && this.#reception.tellFaults()) continue;
      if (spent || signal?.aborted === true || this.#over.signal.aborted)
        return { kind: "silence", waitedMs };
      await byDeadline(clock, deadlineMs - waitedMs, this.#queue.arrival(), signal);
    }
  }

  linkTotals(): LinkTotals {
    const cut = this.#bytesCut + (this.#link?.counts().bytesCut ?? 0);
    const beyondQuota = this.#options.capture?.counts().dropped ?? 0;
    return { ...this.#reception.totals(), bytesDropped: cut + beyondQuota };
  }

  /** Ends a device that is a process of this host, so that it starts anew; false where it is none. */
  restartDevice(): boolean {
    if (!this.#connection.closingEndsDevice) return false;
    this.#connection.restart();
    return true;
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#dialogue?.end();
    this.#queue.stir();
    await this.#connection.close();
    this.#options.capture?.close();
  }

  async #askInTurn(
    command: Question,
    long: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Reply<AnyAnswer>> {
    const { clock, answerMs } = this.#options;
    if (this.#fault !== null) throw this.#fault;
    const fromNs = clock.nowNs();
    if (!this.#greeted.isOpen) await byDeadline(clock, answerMs, this.#greeted.passed(), signal);
    const dialogue = this.#dialogue;
    const boot = this.#reception.boot;
    const isReady = this.#greeted.isOpen && dialogue !== null && boot !== null && signal?.aborted !== true;
    const heardNs = (): number => this.#reception.heardNs;
    const answer = !isReady
      ? null
      : long
        ? await dialogue.askLong(command, boot, {
            ...this.#options,
            heardNs,
            signal: signal ?? this.#options.leave,
          })
        : await dialogue.askFor(command, command.name === "hello" ? 0 : boot, answerMs, signal);
    if (answer === null) return { kind: "silence", waitedMs: (clock.nowNs() - fromNs) / nsPerMs };
    if (answer.name === "refused") return { kind: "refused", reason: answer.reason };
    return { kind: "ok", value: answer };
  }

  #opened(link: Link): void {
    const { clock } = this.#options;
    this.#link = link;
    this.#openedNs = clock.nowNs();
    this.#dialogue = new Dialogue(link, clock);
    this.#reception.linkOpened();
    this.#greet();
  }

  #closed(why: string | null): void {
    this.#dialogue?.end();
    this.#dialogue = null;
    this.#greeted.shut();
    this.#bytesCut += this.#link?.counts().bytesCut ?? 0;
    this.#link = null;
    this.#reception.linkClosed();
    if (why !== null) this.#tellLost(why);
    else if (this.#lost === "no") this.#lost = "restarted";
  }

  #tellLost(why: string): void {
    if (this.#lost === "told") return;
    this.#lost = "told";
    this.#queue.push({ kind: "link", what: "closed", detail: why });
  }

  /** Meets the device: on a new link, and after every boot. */
  #greet(): void {
    const dialogue = this.#dialogue;
    if (dialogue === null || this.#greeting) return;
    this.#greeting = true;
    this.#greeted.shut();
    this.#run(
      (async () => {
        const met = await greet(dialogue, this.#options);
        this.#greeting = false;
        if (dialogue !== this.#dialogue || met.kind === "gone") {
          // The link was changed meanwhile; its successor is still to be met.
          if (this.#dialogue !== null && dialogue !== this.#dialogue) this.#greet();
        } else if (met.kind === "refused") {
          this.#refuse(met.error);
        } else if (this.#reception.isIdentified && met.status.boot !== this.#reception.boot) {
          // It has booted again since.
          this.#greet();
        } else {
          this.#met(met.hello, met.status);
        }
      })(),
    );
  }

  #met(hello: MessageOf<"hello-ok">, status: MessageOf<"status-ok">): void {
    this.#hello = hello;
    this.#refusal = null;
    this.#connection.proved();
    const name = this.#link!.name;
    if (this.#lost !== "no") {
      const moved = this.#linkName !== null && this.#linkName !== name;
      const detail = moved
        ? `${this.#linkName} is ${name} now`
        : `${name}, ${hello.model} ${hello.serial} as before`;
      this.#queue.push({ kind: "link", what: moved ? "moved" : "reopened", detail });
    }
    this.#lost = "no";
    this.#linkName = name;
    this.#greeted.open();
    this.#decided.open();
    this.#reception.identified(hello, status);
  }

  /** The device is not the one of the rig file: it is not spoken to. Another may stand there when the port is next opened. */
  #refuse(error: RigError): void {
    if (this.#refusal?.message !== error.message && this.#linkName !== null)
      this.#queue.push({ kind: "link", what: "identity_differs", detail: error.message });
    this.#refusal = error;
    this.#decided.open();
    this.#connection.restart();
  }

  #tellAcknowledged(boot: number, event: number): void {
    if (this.#greeted.isOpen) this.#dialogue?.tell({ kind: "c", name: "ack", event }, boot);
  }

  /** Who asks for events is alive: the board may work on. A campaign that asks no more lets the lease run out, as it should. */
  #renewLease(): void {
    const { clock, leaseMs } = this.#options;
    const { boot, acknowledged } = this.#reception;
    const nowNs = clock.nowNs();
    if (boot === null || nowNs - this.#renewedNs < (leaseMs * nsPerMs) / 3) return;
    this.#renewedNs = nowNs;
    this.#tellAcknowledged(boot, acknowledged);
  }

  #fetch(): void {
    if (this.#fetching || !this.#greeted.isOpen) return;
    this.#fetching = true;
    const sources = {
      dialogue: () => (this.#greeted.isOpen ? this.#dialogue : null),
      reception: this.#reception,
      signal: this.#over.signal,
    };
    this.#run(catchUp(sources, this.#options).finally(() => (this.#fetching = false)));
  }

  /** A fault of the program in a task of its own ends the session with it, loudly. */
  #run(task: Promise<void>): void {
    task.catch((error: unknown) => {
      this.#fault ??= error instanceof Error ? error : new Error(String(error));
      this.#decided.open();
      this.#queue.stir();
    });
  }
}
