import type { Clock } from "../domain/clock.ts";

/** The reply; null once `ms` of the clock have passed, or as soon as the port has ended, whichever is first. */
export async function awaitReply<T>(
  clock: Clock,
  ms: number,
  reply: Promise<T>,
  ended: Promise<unknown>,
): Promise<T | null> {
  const alarm = new AbortController();
  const nothing = (): null => null;
  try {
    return await Promise.race([reply, ended.then(nothing), clock.sleep(ms, alarm.signal).then(nothing)]);
  } finally {
    alarm.abort(nothing);
  }
}
