import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import { tails } from "./interval.ts";
import type { Interval, Sides } from "./interval.ts";

/**
 * Exact interval of a probability when `events` of `trials` came true (C. Clopper and E. Pearson, Biometrika 26 (1934) 404).
 * Never covers less than it says. No trials: nothing is known, 0 to 1.
 */
export function clopperPearson(
  events: number,
  trials: number,
  confidence = 0.95,
  sides: Sides = "two",
): Interval {
  if (!Number.isSafeInteger(events) || !Number.isSafeInteger(trials) || events < 0 || events > trials)
    throw new RangeError(`${events} of ${trials} is not a count of events among trials`);
  const { below, above } = tails(confidence, sides);
  return {
    lower: events === 0 || below === 0 ? 0 : betaQuantile(below, events, trials - events + 1),
    upper: events === trials || above === 0 ? 1 : betaQuantile(1 - above, events + 1, trials - events),
    confidence,
    sides,
    method: "clopper-pearson",
  };
}
