import gammaQuantile from "@stdlib/stats-base-dists-gamma-quantile";
import { tails } from "./interval.ts";
import type { Interval, Sides } from "./interval.ts";

/**
 * Exact interval of a Poisson mean when `events` were counted (F. Garwood, Biometrika 28 (1936) 437): the means for which
 * so many or more, and so few or fewer, are no rarer than the tail. Divide by a fluence to have a cross-section.
 * Never covers less than it says; at no events the lower end is 0 and the upper end is all that is known.
 */
export function garwood(events: number, confidence = 0.95, sides: Sides = "two"): Interval {
  if (!Number.isSafeInteger(events) || events < 0) throw new RangeError(`${events} is not a count of events`);
  const { below, above } = tails(confidence, sides);
  return {
    lower: events === 0 || below === 0 ? 0 : gammaQuantile(below, events, 1),
    upper: above === 0 ? Infinity : gammaQuantile(1 - above, events + 1, 1),
    confidence,
    sides,
    method: "garwood",
  };
}
