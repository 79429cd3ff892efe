import gammaQuantile from "@stdlib/stats-base-dists-gamma-quantile";
import type { RandomStream } from "../../domain/random.ts";
import { lowerGamma } from "./incomplete-gamma.ts";
import { gammaDraw, normalDraw } from "./random-draws.ts";

/**
 *   λ = Gamma(events + ½) / scale,   ln scale ~ Normal(0, logSigma)
 *
 * What a count says of the expectation per *stated* fluence when the fluence is known but for a lognormal scale: Jeffreys' posterior (density λ^−½ before the count),
 * with the scale integrated out. Divide by the fluence to have a cross-section. `addedToCount`: ½ is Jeffreys', 1 gives the classical upper limit of a count.
 */
export function marginalCountQuantile(
  events: number,
  logSigma: number,
  probability: number,
  addedToCount = 0.5,
): number {
  const shape = events + addedToCount;
  if (logSigma === 0) return gammaQuantile(probability, shape, 1);
  // The quantile lies within those at six sigma of the scale.
  let low = Math.log(Math.max(gammaQuantile(probability, shape, 1), 1e-300)) - 6 * logSigma - 1;
  let high = low + 12 * logSigma + 2;
  while (marginalCountBelow(events, logSigma, Math.exp(low), addedToCount) > probability) low -= 5;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (marginalCountBelow(events, logSigma, Math.exp(middle), addedToCount) < probability) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

const nodes = 200;
const reach = 8;

/** Chance that the expectation lies below `mean`: the trapezoid rule, which for a normal weight has the digits of a double. */
export function marginalCountBelow(
  events: number,
  logSigma: number,
  mean: number,
  addedToCount = 0.5,
): number {
  const shape = events + addedToCount;
  if (logSigma === 0) return lowerGamma(shape, mean);
  let [sum, weights] = [0, 0];
  for (let i = 0; i <= nodes; i++) {
    const z = -reach + (2 * reach * i) / nodes;
    const weight = Math.exp((-z * z) / 2);
    weights += weight;
    sum += weight * lowerGamma(shape, mean * Math.exp(logSigma * z));
  }
  return sum / weights;
}

/** Equal tails, at 95 % unless told. No event: the lower end is that of a prior and no detection; see `limits` for a limit. */
export function marginalCount(
  events: number,
  logSigma: number,
  confidence = 0.95,
): {
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  readonly method: "jeffreys-lognormal-scale";
} {
  if (!Number.isSafeInteger(events) || events < 0) throw new RangeError(`${events} is not a count of events`);
  if (!(logSigma >= 0)) throw new RangeError(`${logSigma} is no relative uncertainty`);
  return {
    lower: marginalCountQuantile(events, logSigma, (1 - confidence) / 2),
    upper: marginalCountQuantile(events, logSigma, (1 + confidence) / 2),
    confidence,
    method: "jeffreys-lognormal-scale",
  };
}

/** One draw of the expectation; `logScale` where the session's scale was drawn already. */
export function marginalCountDraw(
  events: number,
  scale: { readonly logSigma: number } | { readonly logScale: number },
  random: RandomStream,
): number {
  const logScale = "logScale" in scale ? scale.logScale : scale.logSigma * normalDraw(random);
  return gammaDraw(events + 0.5, random) * Math.exp(-logScale);
}
