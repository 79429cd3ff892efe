import { RigError } from "../../domain/errors.ts";
import { garwood } from "../garwood.ts";
import { chiSquareQuantile } from "./chi-square.ts";
import type { CountedRun } from "./homogeneity.ts";

/** What a beam adds to what happens without it. */
export interface NetRate {
  /** n/t − m/s, or 0 where that is below; by the exposure in beam. */
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  readonly method: "profile-likelihood" | "garwood";
  /** The interval begins at 0: `upper` is all that is known. */
  readonly limitOnly: boolean;
}

/**
 *   n ~ Poisson((rate + background) · t) in beam,   m ~ Poisson(background · s) without
 *
 * The rate's profile likelihood with rate and background kept at 0 or above (W. Rolke, A. López and J. Conrad, NIM A 551 (2005) 493). Both exposures in one
 * unit, usually live seconds. At no event in beam, and at none without, the upper end is Garwood's, which holds whatever the background; there a likelihood ratio would
 * cover too little.
 */
export function netRate(inBeam: CountedRun, without: CountedRun, confidence = 0.95): NetRate {
  const [n, t] = checked(inBeam);
  const [m, s] = checked(without);
  if (m === 0) {
    const { lower, upper } = garwood(n, confidence);
    // No background was seen: n bounds the rate from above; from below it may yet be background.
    const profiled = lowerEnd(n, t, m, s, confidence);
    return result(n / t, Math.min(lower / t, profiled), upper / t, confidence, "garwood");
  }
  if (n === 0) return result(0, 0, garwood(0, confidence).upper / t, confidence, "garwood");
  return result(
    Math.max(0, n / t - m / s),
    lowerEnd(n, t, m, s, confidence),
    upperEnd(n, t, m, s, confidence),
    confidence,
    "profile-likelihood",
  );
}

function result(
  value: number,
  lower: number,
  upper: number,
  confidence: number,
  method: NetRate["method"],
): NetRate {
  return { value, lower, upper, confidence, method, limitOnly: lower === 0 };
}

/** Least half deviance over the background at a rate: a quadratic, solved. */
function halfDeviance(rate: number, n: number, t: number, m: number, s: number): number {
  // Of b: (t + s) − n/(rate + b) − m/b = 0.
  const p = rate * (t + s) - n - m;
  const root = Math.sqrt(p * p + 4 * (t + s) * m * rate);
  // The form without cancellation.
  const b = p <= 0 ? (root - p) / (2 * (t + s)) : (2 * m * rate) / (root + p);
  return term(n, (rate + b) * t) + term(m, b * s);
}

function term(count: number, mean: number): number {
  if (count === 0) return mean;
  return mean > 0 ? mean - count + count * Math.log(count / mean) : Infinity;
}

function excessOf(n: number, t: number, m: number, s: number, confidence: number): (rate: number) => number {
  const best = halfDeviance(Math.max(0, n / t - m / s), n, t, m, s);
  const allowed = chiSquareQuantile(confidence, 1) / 2;
  return (rate) => halfDeviance(rate, n, t, m, s) - best - allowed;
}

function upperEnd(n: number, t: number, m: number, s: number, confidence: number): number {
  const excess = excessOf(n, t, m, s, confidence);
  let low = Math.max(0, n / t - m / s);
  let high = garwood(n, confidence).upper / t;
  while (excess(high) < 0) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  return high;
}

function lowerEnd(n: number, t: number, m: number, s: number, confidence: number): number {
  const excess = excessOf(n, t, m, s, confidence);
  if (excess(0) <= 0) return 0;
  let [low, high] = [0, Math.max(0, n / t - m / s)];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

function checked({ events, exposure }: CountedRun): [number, number] {
  if (!Number.isSafeInteger(events) || events < 0)
    throw new RigError("config", `${events} is no count of events`);
  if (!(exposure > 0 && exposure < Infinity))
    throw new RigError("config", `a rate without exposure: ${exposure}, expected above 0`);
  return [events, exposure];
}
