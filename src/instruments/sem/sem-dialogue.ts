import type { Clock } from "../../domain/clock.ts";
import { nsPerMs } from "../../domain/clock.ts";
import type { Port } from "../../domain/link.ts";
import type { Silence } from "../../domain/reply.ts";
import { silence } from "../../domain/reply.ts";
import { SemFraming } from "./sem-framing.ts";
import type { PromptState, Token } from "./sem-framing.ts";
import type { SemReports } from "./sem-reports.ts";

/**
 * One command at a time: without flow control, and with 32 bytes of room on the far side, nothing is sent before the prompt.
 *
 *   command ─→ port                    until its echo: what comes was not asked for ─→ reports
 *   answer ←─ lines between echo and prompt ←─ framing ←─ port
 */
export interface Answer {
  readonly kind: "answer";
  readonly lines: readonly string[];
  readonly prompt: PromptState;
  /** Something between echo and prompt was no line. */
  readonly torn: boolean;
}

export interface DialogueSettings {
  readonly answerMs: number;
  readonly msPerByte: number;
  /** The controller echoes what it is sent; where it does not, every line until the prompt is taken for the answer. */
  readonly echo: boolean;
}

interface Asked {
  readonly command: string;
  readonly lines: string[];
  echoed: boolean;
  torn: boolean;
  answer: Answer | null;
}

/** More lines than any answer has (123 words of a frame) are none. */
const mostLines = 256;
/** A device that goes on sending is heard for so many times the deadline, and no longer. */
const mostPatience = 8;

export class SemDialogue {
  #ended = false;
  /** Bytes ever heard. */
  heard = 0;
  #heardNs = 0;
  readonly #port: Port;
  readonly #clock: Clock;
  readonly #its: DialogueSettings;
  readonly #reports: SemReports;
  readonly #framing = new SemFraming();
  #asked: Asked | null = null;
  /** The last command had no answer, which may still come; prompts that there had been then. Null: it had one. */
  #owes: number | null = null;
  #wake: () => void = () => undefined;

  constructor(port: Port, clock: Clock, settings: DialogueSettings, reports: SemReports) {
    this.#port = port;
    this.#clock = clock;
    this.#its = settings;
    this.#reports = reports;
    void this.#listen();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * `replyBytes`: of the whole answer, echo left out; `workMs`: what the controller does before it is ready with it.
   * The deadline counts from the last byte that came.
   */
  async ask(command: string, replyBytes: number, workMs = 0): Promise<Answer | Silence> {
    const { echo, answerMs } = this.#its;
    // The same command twice has the same echo, and nothing tells a late answer to the first from that to the second: it is waited for.
    const owes = this.#owes;
    if (owes !== null) await this.until(() => (this.#reports.prompts === owes ? null : true), answerMs);
    if (this.#ended) return silence(0);
    const asked: Asked = { command, lines: [], echoed: !echo, torn: false, answer: null };
    this.#asked = asked;
    const beganNs = this.#clock.nowNs();
    void this.#port.write(Buffer.from(`${command}\r`, "latin1"));
    const answer = await this.until(
      () => asked.answer,
      workMs + this.wireMs(2 * command.length + replyBytes),
    );
    this.#asked = null;
    this.#owes = answer === null ? this.#reports.prompts : null;
    // Whether it obeyed is not known, and so not where it is.
    if (answer === null) this.#reports.state = null;
    return answer ?? silence(this.ended ? 0 : (this.#clock.nowNs() - beganNs) / nsPerMs);
  }

  /** The deadline for so many bytes. */
  wireMs(bytes: number): number {
    return this.#its.answerMs + bytes * this.#its.msPerByte;
  }

  /** What `look` finds, looked at anew whenever something came; null when nothing came for `quietMs`, or the port ended. */
  async until<T>(look: () => T | null, quietMs: number): Promise<T | null> {
    const startNs = this.#clock.nowNs();
    // Whole nanoseconds: a clock knows no others.
    const quietNs = Math.ceil(quietMs * nsPerMs);
    const lastNs = startNs + mostPatience * quietNs;
    for (;;) {
      const found = look();
      if (found !== null || this.#ended) return found;
      const dueNs = Math.min(lastNs, Math.max(startNs, this.#heardNs) + quietNs);
      const leftMs = (dueNs - this.#clock.nowNs()) / nsPerMs;
      if (leftMs <= 0) return null;
      const alarm = new AbortController();
      const more = new Promise<void>((resolve) => (this.#wake = resolve));
      await Promise.race([more, this.#clock.sleep(leftMs, alarm.signal)]);
      alarm.abort();
    }
  }

  async #listen(): Promise<void> {
    for await (const chunk of this.#port.chunks) {
      this.heard += chunk.length;
      this.#heardNs = this.#clock.nowNs();
      for (const token of this.#framing.push(chunk)) this.#take(token);
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  #take(token: Token): void {
    const asked = this.#asked;
    if (asked === null || asked.answer !== null) this.#reports.hear(token);
    else if (!asked.echoed) {
      if (token.is === "line" && token.text === asked.command) asked.echoed = true;
      else this.#reports.hear(token);
    } else this.#takeAnswer(asked, token);
  }

  #takeAnswer(asked: Asked, token: Token): void {
    if (token.is === "torn" || asked.lines.length === mostLines) asked.torn = true;
    if (token.is === "line" && token.text === "HLT") this.#reports.halt();
    else if (token.is === "line" && asked.lines.length < mostLines) asked.lines.push(token.text);
    // While a diagnostic scan runs its prompt stands, and the answer goes on.
    if (token.is !== "prompt" || token.state === "diagnostic") return;
    this.#reports.stand(token.state);
    const { lines, torn } = asked;
    asked.answer = { kind: "answer", lines, torn, prompt: token.state };
  }
}
