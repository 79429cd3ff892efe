import type { DutEvent } from "../domain/capabilities.ts";
import { nsPerSecond } from "../domain/clock.ts";

/**
 * What goes wrong on a link, gathered into few events: a run of garbled lines is one, and of each kind there is at most one
 * a second, with all that came meanwhile added up in it. A link that tears every other line must not flood the record.
 */
export type LinkEvent = Extract<DutEvent, { readonly kind: "link" }>;

/** A run of unreadable bytes from this size on is a flood. */
const floodBytes = 16 * 1024;

interface Gathered {
  lines: number;
  bytes: number;
  readonly reasons: Map<string, number>;
}

export class LinkFaults {
  garbledLines = 0;
  lostLines = 0;
  #garbled: Gathered = nothing();
  #lost = 0;
  #gone: { events: number; first: string } | null = null;
  #steps: { count: number; first: string } | null = null;
  #lastStepNs = -nsPerSecond;
  #lastGarbledNs = -nsPerSecond;
  #lastLostNs = -nsPerSecond;

  garbled(line: string, reason: string): void {
    this.garbledLines++;
    this.#garbled.lines++;
    this.#garbled.bytes += line.length + 1;
    this.#garbled.reasons.set(reason, (this.#garbled.reasons.get(reason) ?? 0) + 1);
  }

  lost(lines: number): void {
    this.lostLines += lines;
    this.#lost += lines;
  }

  /** The board's own clock went back within one boot. Its times are shown, never counted with: this only says so. */
  clockWentBack(fromMs: number, toMs: number): void {
    this.#steps ??= { count: 0, first: `uptime went from ${fromMs} to ${toMs} ms` };
    this.#steps.count++;
  }

  /** Board events that will never come. */
  eventsGone(from: number, to: number, why: string): void {
    this.#gone ??= { events: 0, first: `events ${from} to ${to}: ${why}` };
    this.#gone.events += to - from + 1;
  }

  /** What is to be told now: a run that has ended, if the last telling is a second ago; all that is left when `all`. */
  tell(nowNs: number, all = false): readonly LinkEvent[] {
    const told: LinkEvent[] = [];
    if (this.#garbled.lines > 0 && (all || nowNs - this.#lastGarbledNs >= nsPerSecond)) {
      const { lines, bytes, reasons } = this.#garbled;
      const causes = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ");
      told.push({
        kind: "link",
        what: bytes >= floodBytes ? "flood" : "garbled",
        detail: `${lines} ${lines === 1 ? "line" : "lines"}, ${bytes} bytes not accepted (${causes})`,
      });
      this.#garbled = nothing();
      this.#lastGarbledNs = nowNs;
    }
    if ((this.#lost > 0 || this.#gone !== null) && (all || nowNs - this.#lastLostNs >= nsPerSecond)) {
      const lines = this.#lost > 0 ? [`${this.#lost} of the board's lines did not come`] : [];
      const events =
        this.#gone === null ? [] : [`${this.#gone.events} of its events are lost (${this.#gone.first})`];
      told.push({ kind: "link", what: "lost_lines", detail: [...lines, ...events].join("; ") });
      this.#lost = 0;
      this.#gone = null;
      this.#lastLostNs = nowNs;
    }
    if (this.#steps !== null && (all || nowNs - this.#lastStepNs >= nsPerSecond)) {
      const { count, first } = this.#steps;
      told.push({
        kind: "link",
        what: "clock_step",
        detail: count === 1 ? first : `${count} times, first: ${first}`,
      });
      this.#steps = null;
      this.#lastStepNs = nowNs;
    }
    return told;
  }
}

function nothing(): Gathered {
  return { lines: 0, bytes: 0, reasons: new Map() };
}
