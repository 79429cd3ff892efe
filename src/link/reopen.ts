import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort, Port } from "../domain/link.ts";

export interface BackOff {
  readonly clock: Clock;
  /** First and longest pause between two tries; each is twice the one before. */
  readonly firstMs?: number;
  readonly longestMs?: number;
  /** Told of every try that failed. */
  readonly onFailure?: (error: RigError) => void;
}

/**
 * Tries to open until it succeeds: a board that reboots takes its USB port away and brings it back when it likes.
 * null once the signal aborts. Only the bench's own failures are tried again; anything else is thrown on.
 */
export async function reopen(open: OpenPort, backOff: BackOff, signal: AbortSignal): Promise<Port | null> {
  const { clock, firstMs = 50, longestMs = 2000 } = backOff;
  for (let pauseMs = firstMs; !signal.aborted; pauseMs = Math.min(longestMs, pauseMs * 2)) {
    try {
      const port = await open(signal);
      if (!isAborted(signal)) return port;
      await port.close();
    } catch (error) {
      if (!(error instanceof RigError)) throw error;
      backOff.onFailure?.(error);
    }
    await clock.sleep(pauseMs, signal);
  }
  return null;
}

/** Asked anew after a wait: what the compiler knew of the signal before it no longer holds. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
