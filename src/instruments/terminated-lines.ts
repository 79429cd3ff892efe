import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import { LineSplitter } from "./line-splitter.ts";

/**
 * Lines out of a port, whichever of CR, LF or both ends them, for a driver that waits for one at a time.
 *
 *   port.chunks ─→ splitter ─→ [ lines waiting, at most 256 ] ─take→ driver
 *
 * The oldest of too many is dropped.
 */
const mostWaiting = 256;

export class TerminatedLines {
  /** The port's chunks have ended: nothing comes any more. */
  ended = false;
  readonly #clock: Clock;
  #waiting: string[] = [];
  readonly #splitter = new LineSplitter();
  #stir = new AbortController();

  constructor(port: Port, clock: Clock) {
    this.#clock = clock;
    void this.#listen(port.chunks);
  }

  /** The next line, latin1; null: none by then, or the port has ended. */
  async take(untilNs: number): Promise<string | null> {
    for (;;) {
      const line = this.#waiting.shift();
      if (line !== undefined) return line;
      const leftMs = (untilNs - this.#clock.nowNs()) / nsPerMs;
      if (this.ended || leftMs <= 0) return null;
      await this.#clock.sleep(leftMs, this.#stir.signal);
    }
  }

  /** Forgets what came unasked, also the line under way. */
  drop(): void {
    this.#waiting = [];
    this.#splitter.forget();
  }

  async #listen(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      const lines = this.#splitter.push(chunk);
      if (lines.length === 0) continue;
      this.#waiting.push(...lines);
      if (this.#waiting.length > mostWaiting) this.#waiting = this.#waiting.slice(-mostWaiting);
      this.#wake();
    }
    this.ended = true;
    this.#wake();
  }

  #wake(): void {
    const stirred = this.#stir;
    this.#stir = new AbortController();
    stirred.abort();
  }
}
