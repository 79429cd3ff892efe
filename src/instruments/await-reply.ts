import type { Clock } from "../domain/clock.ts";

/**
 * The reply; null once `ms` of the clock have passed, or as soon as the port has ended, whichever is first. The end is a signal and
 * not a promise: what waits on a promise that lives as long as the port is never forgotten, and a port may live for months.
 */
export async function awaitReply<T>(
  clock: Clock,
  ms: number,
  reply: Promise<T>,
  ended: AbortSignal,
): Promise<T | null> {
  if (ended.aborted) return null;
  const alarm = new AbortController();
  const nothing = (): null => null;
  const stop = (): void => alarm.abort(nothing);
  ended.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([reply, clock.sleep(ms, alarm.signal).then(nothing)]);
  } finally {
    ended.removeEventListener("abort", stop);
    stop();
  }
}

/** Waits, but no longer than the port lives. */
export async function restWhile(clock: Clock, ms: number, ended: AbortSignal): Promise<void> {
  await awaitReply(clock, ms, new Promise(() => undefined), ended);
}
