import type { Outcome } from "../domain/outcome.ts";

/**
 * What happened while a board said that it throttled (TH-6): a slower clock is another condition, so it is counted apart and a
 * rate can leave it out. The board's latest word holds until its next one, which comes each second.
 */
export interface UnderThrottle {
  /** null: no word in this segment so far. */
  readonly last: { readonly tNs: number; readonly throttle: number } | null;
  /** Of the beam counter, when it was last read in this segment. */
  readonly lastFluencePerCm2: number | null;
  readonly seconds: number;
  readonly events: number;
  readonly iterations: number;
  readonly fluencePerCm2: number;
}

export const neverThrottled: UnderThrottle = {
  last: null,
  lastFluencePerCm2: null,
  seconds: 0,
  events: 0,
  iterations: 0,
  fluencePerCm2: 0,
};

/** A segment begins: what was between is nobody's. */
export function throttleBegun(before: UnderThrottle, tNs: number, throttle: number): UnderThrottle {
  return { ...before, last: { tNs, throttle }, lastFluencePerCm2: null };
}

/** Time between two words is throttled when either of them says so. */
export function throttleHeard(before: UnderThrottle, tNs: number, throttle: number): UnderThrottle {
  const { last } = before;
  const counts = last !== null && (last.throttle !== 0 || throttle !== 0);
  const seconds = before.seconds + (counts ? Math.max(0, tNs - last.tNs) / 1e9 : 0);
  return { ...before, last: { tNs, throttle }, seconds };
}

export function fluenceUnderThrottle(before: UnderThrottle, fluencePerCm2: number): UnderThrottle {
  const { lastFluencePerCm2 } = before;
  const gained = lastFluencePerCm2 === null ? 0 : Math.max(0, fluencePerCm2 - lastFluencePerCm2);
  return {
    ...before,
    lastFluencePerCm2: fluencePerCm2,
    fluencePerCm2: before.fluencePerCm2 + (throttles(before) ? gained : 0),
  };
}

/** Primary events that stand in rates; what is masked or nobody's is none. */
export function eventUnderThrottle(
  before: UnderThrottle,
  outcome: Outcome,
  repeatOf: number | null,
): UnderThrottle {
  const counts = throttles(before) && repeatOf === null && outcome !== "masked" && outcome !== "unattributed";
  return counts ? { ...before, events: before.events + 1 } : before;
}

/** Some of those counted came from a beam that nobody knows. */
export function disownUnderThrottle(before: UnderThrottle, events: number): UnderThrottle {
  return { ...before, events: before.events - events };
}

export function iterationsUnderThrottle(before: UnderThrottle, total: number): UnderThrottle {
  return throttles(before) ? { ...before, iterations: before.iterations + total } : before;
}

function throttles({ last }: UnderThrottle): boolean {
  return last !== null && last.throttle !== 0;
}
