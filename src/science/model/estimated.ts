import { clopperPearson } from "../clopper-pearson.ts";
import { garwood } from "../garwood.ts";
import { quantile } from "../quantile.ts";
import type { Estimated } from "./model.ts";

/** Numbers with their intervals, in the ways that a model has them. */
const confidence = 0.95;

/** A share of trials, exact; no trial: 0 to 1. */
export function shareEstimated(events: number, trials: number): Estimated {
  const { lower, upper } = clopperPearson(events, trials, confidence);
  const limitOnly = events === 0;
  return {
    value: limitOnly ? upper : events / trials,
    unit: "1",
    lower,
    upper,
    confidence,
    method: "clopper-pearson",
    events,
    limitOnly,
  };
}

/** Events by exposure, exact in the count alone; `unit` is that of 1/exposure. */
export function rateEstimated(events: number, exposure: number, unit: string): Estimated {
  const { lower, upper } = garwood(events, confidence);
  const limitOnly = events === 0;
  return {
    value: (limitOnly ? upper : events) / exposure,
    unit,
    lower: lower / exposure,
    upper: upper / exposure,
    confidence,
    method: "garwood",
    events,
    limitOnly,
  };
}

/** Median and middle 95 % of equally likely values; `values` is not changed. */
export function drawsEstimated(values: ArrayLike<number>, unit: string, events: number | null): Estimated {
  const sorted = Float64Array.from(values).sort();
  const upper = quantile(sorted, 0.975);
  const limitOnly = events === 0;
  return {
    value: limitOnly ? upper : quantile(sorted, 0.5),
    unit,
    lower: limitOnly ? 0 : quantile(sorted, 0.025),
    upper,
    confidence,
    method: "posterior",
    events,
    limitOnly,
  };
}
