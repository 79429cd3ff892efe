import type { Clock } from "../domain/clock.ts";

/** What came instead of a value: the deadline, or an abort. */
export const late = Symbol("late");

/** The work's value, or `late` once `ms` of the clock have passed or the signal aborts. The work itself goes on. */
export async function byDeadline<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T | typeof late> {
  const alarm = new AbortController();
  // With a reason of our own none is made, stack trace and all, for every answer that came in time.
  const stop = (): void => alarm.abort(late);
  if (signal?.aborted === true) return late;
  signal?.addEventListener("abort", stop);
  try {
    return await Promise.race([work, clock.sleep(ms, alarm.signal).then((): typeof late => late)]);
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

/** A door that others wait at until it is opened; it can be shut again. */
export class Gate {
  #open = false;
  #release: () => void = () => undefined;
  #wait = this.#promise();

  get isOpen(): boolean {
    return this.#open;
  }

  passed(): Promise<void> {
    return this.#wait;
  }

  open(): void {
    this.#open = true;
    this.#release();
  }

  shut(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#wait = this.#promise();
  }

  #promise(): Promise<void> {
    return new Promise((resolve) => (this.#release = resolve));
  }
}
