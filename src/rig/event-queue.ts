import type { DutEvent } from "../domain/capabilities.ts";

/**
 * Events on their way up to the campaign, few enough whatever a board does and however long nobody asks.
 *
 *   session ─push→ [ at most 4096 ] ─take→ nextEvent
 *
 * A board's numbered events are refused when it is full (the board keeps them, and sends them again when asked); of
 * heartbeats that follow one another only the latest stays; news of the link are dropped, their counts are kept elsewhere.
 */
export const queueCapacity = 4096;

export class EventQueue {
  #events: DutEvent[] = [];
  #next = 0;
  #wake: (() => void) | null = null;
  #arrival: Promise<void> | null = null;

  get length(): number {
    return this.#events.length - this.#next;
  }

  isFull(): boolean {
    return this.length >= queueCapacity;
  }

  push(event: DutEvent): void {
    if (event.kind === "heartbeat" && this.length > 0 && this.#events.at(-1)!.kind === "heartbeat")
      this.#events[this.#events.length - 1] = event;
    else if (!this.isFull() || (event.kind !== "heartbeat" && event.kind !== "link"))
      this.#events.push(event);
    this.stir();
  }

  take(): DutEvent | undefined {
    const event = this.#events[this.#next];
    if (event === undefined) return undefined;
    this.#next++;
    if (this.#next === this.#events.length || this.#next >= queueCapacity) {
      this.#events = this.#events.slice(this.#next);
      this.#next = 0;
    }
    return event;
  }

  /** Resolves at the next push or stir. */
  arrival(): Promise<void> {
    this.#arrival ??= new Promise((resolve) => (this.#wake = resolve));
    return this.#arrival;
  }

  /** Lets those who wait look again. */
  stir(): void {
    this.#arrival = null;
    this.#wake?.();
    this.#wake = null;
  }
}
