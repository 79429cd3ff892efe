/**
 * The order of one boot's events: which number comes next, and how far the board says it has got.
 *
 *   1 2 3 4 · · 7      next = 5, announced = 7: 5 to 7 are missing, the board keeps them and sends them again when asked
 *
 * An event is taken only in its turn. One that comes early is not kept here: the board sends it again after those that
 * are missing (PROTOCOL.md, Events), so that no device can fill memory with numbers out of turn.
 */
export class EventOrder {
  /** null: attached, but not yet told how far an earlier host had got. */
  #next: number | null;
  #announced = 0;

  constructor(next: number | null) {
    this.#next = next;
  }

  get next(): number | null {
    return this.#next;
  }

  /** Highest number named in any message of this boot. */
  get announced(): number {
    return this.#announced;
  }

  announce(event: number): void {
    this.#announced = Math.max(this.#announced, event);
  }

  place(event: number): "in-turn" | "known" | "early" {
    this.announce(event);
    if (this.#next === null || event > this.#next) return "early";
    return event === this.#next ? "in-turn" : "known";
  }

  /** The event in turn has been taken. */
  advance(): void {
    if (this.#next !== null) this.#next++;
  }

  isMissing(): boolean {
    return this.#next !== null && this.#announced >= this.#next;
  }

  /** Goes on at `event`; tells which numbers are passed over, null where none are. */
  skipTo(event: number): { readonly from: number; readonly to: number } | null {
    const from = this.#next;
    if (from !== null && event <= from) return null;
    this.#next = event;
    return from === null ? null : { from, to: event - 1 };
  }

  /** At most so many events of this boot were made and not received; null where it is not known what was received. */
  lostAtMost(): number | null {
    return this.#next === null ? null : Math.max(0, this.#announced - (this.#next - 1));
  }
}
