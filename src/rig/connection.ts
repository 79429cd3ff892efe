import type { Clock } from "../domain/clock.ts";
import type { RigError } from "../domain/errors.ts";
import type { Link, OpenPort, Port } from "../domain/link.ts";
import type { Capture } from "../link/capture.ts";
import { linesOf } from "../link/lines.ts";
import { reopen } from "../link/reopen.ts";

/**
 * One device's link, kept open: when its port ends it is opened again, with back-off, for as long as it takes.
 *
 *   open ─→ lines ─→ … ─→ port ends, or `restart` gives it up ─→ open again
 */
export interface ConnectionUser {
  opened(link: Link): void;
  lines(batch: readonly string[]): void;
  /** `why` in words; null where it was `restart` that closed it. */
  closed(why: string | null): void;
  /** A try to open it again has failed. */
  notOpened(error: RigError): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly open: OpenPort;
  readonly capture: Capture | null;
}

const firstPauseMs = 50;
const longestPauseMs = 2000;

export class Connection {
  readonly #user: ConnectionUser;
  readonly #options: ConnectionOptions;
  readonly #over = new AbortController();
  #port: Port | null = null;
  #restarting = false;
  #proved = false;

  constructor(user: ConnectionUser, options: ConnectionOptions) {
    this.#user = user;
    this.#options = options;
  }

  /** Serves this port, then opens it again and again, until closed. Throws only for a fault of the program. */
  async keep(first: Port): Promise<void> {
    const { clock, open } = this.#options;
    const signal = this.#over.signal;
    const onFailure = (error: RigError): void => this.#user.notOpened(error);
    let pauseMs = firstPauseMs;
    for (let port: Port | null = first; port !== null;) {
      await this.#serve(port);
      // A port that opens but brings nothing good is tried ever more seldom.
      pauseMs = this.#isProved() ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
      await clock.sleep(pauseMs, signal);
      port = await reopen(
        open,
        { clock, firstMs: firstPauseMs, longestMs: longestPauseMs, onFailure },
        signal,
      );
    }
  }

  /** The right device has answered over this link. */
  proved(): void {
    this.#proved = true;
  }

  /** Gives the port up, and opens it anew. */
  restart(): void {
    this.#restarting = true;
    void this.#port?.close();
  }

  get closingEndsDevice(): boolean {
    return this.#port?.closingEndsDevice === true;
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#port?.close();
  }

  async #serve(port: Port): Promise<void> {
    const { capture } = this.#options;
    if (this.#isOver()) {
      await port.close();
      return;
    }
    this.#port = port;
    this.#restarting = false;
    this.#proved = false;
    const link = linesOf(port, capture === null ? {} : { capture });
    this.#user.opened(link);
    for await (const batch of link.batches) this.#user.lines(batch);
    this.#port = null;
    await port.close();
    if (!this.#isOver())
      this.#user.closed(this.#isRestarting() ? null : (port.ended?.() ?? "the port ended"));
  }

  // Asked anew after every wait: what the compiler knew before it no longer holds.
  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #isProved(): boolean {
    return this.#proved;
  }

  #isRestarting(): boolean {
    return this.#restarting;
  }
}
