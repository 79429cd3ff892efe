import type { Clock } from "../domain/clock.ts";

/** The same clock, counted from another zero: a journal that is gone on with keeps the epoch it began with. */
export function shiftedClock(clock: Clock, byNs: number, epochUtc: string): Clock {
  return {
    epochUtc,
    nowNs: () => clock.nowNs() + byNs,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    hold: () => clock.hold(),
  };
}

/** How far to shift a clock so that it goes on after `lastNs` of a journal with that epoch. Wall time that ran backwards goes on from the last record. */
export function shiftNs(clock: Clock, journalEpochUtc: string, lastNs: number): number {
  const sinceEpochNs = (Date.parse(clock.epochUtc) - Date.parse(journalEpochUtc)) * 1e6;
  return Math.max(sinceEpochNs, lastNs + 1 - clock.nowNs());
}
