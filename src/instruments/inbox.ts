import type { Clock } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";

/**
 * What a device has sent and nobody has taken yet, for protocols that are asked and answer.
 *
 *   port ─chunks→ [ bytes, at most so many ] ─until looks, or the deadline, or the port's end→ verb
 *
 * More than it holds is thrown away from the front: the newest bytes stay, memory stays bounded (law 9).
 */
export class Inbox {
  readonly #clock: Clock;
  readonly #most: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #heard = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(port: Port, clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
    void this.#listen(port);
  }

  /** Nothing comes any more. */
  get ended(): boolean {
    return this.#ended;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** All bytes ever heard, so that one can tell whether something came meanwhile. */
  get heard(): number {
    return this.#heard;
  }

  clear(): void {
    this.#bytes = new Uint8Array(0);
  }

  drop(count: number): void {
    this.#bytes = this.#bytes.slice(count);
  }

  /** What `look` finds in the bytes, looked at anew for each chunk; null by the deadline or the end of the port. */
  async until<T>(look: (bytes: Uint8Array) => T | null, ms: number): Promise<T | null> {
    const alarm = new AbortController();
    const late = this.#clock.sleep(ms, alarm.signal).then(() => "late" as const);
    try {
      for (;;) {
        const found = look(this.#bytes);
        if (found !== null || this.#ended) return found;
        const more = new Promise<"more">((resolve) => (this.#wake = () => resolve("more")));
        if ((await Promise.race([more, late])) === "late") return look(this.#bytes);
      }
    } finally {
      alarm.abort(late);
    }
  }

  /** Sleeps, but no longer than the port lives. */
  async rest(ms: number): Promise<void> {
    await this.until(() => null, ms);
  }

  /** Waits until nothing has come for so long, at most `mostMs`; true when it is quiet. */
  async quiet(gapMs: number, mostMs: number): Promise<boolean> {
    const endNs = this.#clock.nowNs() + mostMs * 1e6;
    while (!this.#ended) {
      const before = this.#heard;
      await this.until(() => (this.#heard === before ? null : true), gapMs);
      if (this.#heard === before) return true;
      if (this.#clock.nowNs() >= endNs) return false;
    }
    return true;
  }

  async #listen(port: Port): Promise<void> {
    for await (const chunk of port.chunks) {
      this.#heard += chunk.length;
      const joined = new Uint8Array(this.#bytes.length + chunk.length);
      joined.set(this.#bytes);
      joined.set(chunk, this.#bytes.length);
      this.#bytes = joined.length > this.#most ? joined.slice(-this.#most) : joined;
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }
}
