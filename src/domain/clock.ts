/**
 * Time as an argument (law 4). No room below `cli/` reads the machine's clock: it is handed one of these,
 * real or virtual, and cannot tell which.
 */
export interface Clock {
  /** UTC of this clock's zero, ISO-8601 with `Z`; fixed for a virtual clock, so that records repeat. */
  readonly epochUtc: string;

  /** Nanoseconds since the epoch of this clock: monotone, and a safe integer for 104 days. */
  nowNs(): number;

  /** Resolves after `ms` of this clock's time, or as soon as the signal aborts (look at the signal to know which). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;

  /**
   * Holds virtual time still until disposed. Taken around real work (fsync, worker, socket), during which
   * no task waits on the clock though the work goes on. A real clock ignores it.
   */
  hold(): Disposable;
}

export const nsPerMs = 1_000_000;
export const nsPerSecond = 1_000_000_000;
export const secondsPerDay = 86_400;
/** Of the Julian year, 365.25 days. */
export const secondsPerYear = 365.25 * secondsPerDay;
