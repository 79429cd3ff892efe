import type { Outcome } from "../domain/outcome.ts";
import { nothingWeighed, sumWeighed } from "./weighed.ts";
import type { Weighed } from "./weighed.ts";

/**
 * The latest events of a run, each with all that it put into the run's counts: it leaves them all when it comes out that nobody
 * knows the beam it came from.
 *
 *   event ─remember→ lately ─┬─ too old to be taken back ──→ settled
 *                            └─ disown(from, to) ──────────→ gone; counts = settled + what is left
 *
 * Sums are made anew of what is left, not subtracted: a largest value cannot be. Only runs under a beam have such events, and
 * they hold no strikes, so nothing else is in those counts.
 */
export interface LateEvents {
  readonly settled: Weighed;
  readonly lately: readonly LateEvent[];
}

export interface LateEvent {
  readonly tNs: number;
  /** null: an iteration in which all was corrected, and no event. */
  readonly outcome: Outcome | null;
  readonly repeatOf: number | null;
  /** It stands among those under throttle. */
  readonly underThrottle: boolean;
  readonly weighed: Weighed;
}

export function noLateEvents(): LateEvents {
  return { settled: nothingWeighed, lately: [] };
}

const mostLately = 4_096;

/** Adds one, in place. */
export function remember(late: LateEvents, event: LateEvent): LateEvents {
  const lately = late.lately as LateEvent[];
  lately.push(event);
  if (lately.length <= mostLately) return late;
  return { lately, settled: sumWeighed([late.settled, lately.shift()!.weighed]) };
}

/** After `fromNs` and until `toNs`. */
export function disownEvents(
  late: LateEvents,
  fromNs: number,
  toNs: number,
): { readonly gone: readonly LateEvent[]; readonly left: LateEvents; readonly weighed: Weighed } {
  const isGone = ({ tNs }: LateEvent): boolean => tNs > fromNs && tNs <= toNs;
  const lately = late.lately.filter((event) => !isGone(event));
  return {
    gone: late.lately.filter(isGone),
    left: { ...late, lately },
    weighed: sumWeighed([late.settled, ...lately.map(({ weighed }) => weighed)]),
  };
}
