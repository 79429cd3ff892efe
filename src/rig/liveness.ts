import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";

/**
 * Is the port still one? A stale handle gives no error and no `close`, only silence: after `silenceMs` of it the port is
 * given up and opened anew, then ever more seldom while nothing is heard.
 */
export interface LivenessOptions {
  readonly clock: Clock;
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  heardNs(): number;
  /** When the port was opened; null while there is none that may be opened anew. */
  openedNs(): number | null;
  restart(): void;
}

const longestPatienceMs = 60_000;

export async function watchLiveness(options: LivenessOptions): Promise<void> {
  const { clock, silenceMs, signal } = options;
  let patienceMs = silenceMs;
  while (!signal.aborted) {
    const heardNs = options.heardNs();
    const openedNs = options.openedNs();
    if (openedNs !== null && heardNs > openedNs) patienceMs = silenceMs;
    const silentMs = (clock.nowNs() - Math.max(heardNs, openedNs ?? 0)) / nsPerMs;
    if (openedNs !== null && silentMs >= patienceMs) {
      patienceMs = Math.min(longestPatienceMs, patienceMs * 2);
      options.restart();
    }
    await clock.sleep(silentMs < patienceMs ? patienceMs - silentMs : silenceMs, signal);
  }
}
