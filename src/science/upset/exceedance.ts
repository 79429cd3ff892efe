import type { Weibull } from "./weibull.ts";
import { checkWeibull } from "./weibull.ts";

/**
 * Every rate of a Weibull cross-section is one integral: the share of the cells whose threshold lies at x, times what comes above x.
 *
 *   rate = s · ∫ F(x) dP(x),   P(x) = 1 − exp(−((x − x0)/W)^S)
 *
 * F is the flux above a proton energy, above an LET, or of ions whose chord through the cell makes a critical LET. It is prepared once,
 * on a grid; a rate then costs microseconds, as ten thousand draws of parameters want.
 */
export interface Exceedance {
  /** ln of the first point, and the grid's step. */
  readonly lnFrom: number;
  readonly lnStep: number;
  /** Never rising. Before the first point F is the first value, behind the last it is 0, and between them a straight line in ln x. */
  readonly values: Float64Array;
}

export function exceedanceAt({ lnFrom, lnStep, values }: Exceedance, x: number): number {
  const place = (Math.log(x) - lnFrom) / lnStep;
  if (!(place > 0)) return values[0]!;
  const i = Math.floor(place);
  if (i >= values.length - 1) return place === values.length - 1 ? values[i]! : 0;
  return values[i]! + (place - i) * (values[i + 1]! - values[i]!);
}

/**
 * Nodes of t = ((x − x0)/W)^S, whose share is exp(−t) dt: equal steps of ln t (the trapezoidal rule, which is as good as exact where
 * both ends fall off like this). A flat S stretches x, so it gets more of them.
 */
const [lnFirst, lnLast] = [-30, Math.log(40)];
const rules = [384, 768, 1536].map((steps) => {
  const step = (lnLast - lnFirst) / steps;
  const weights = Float64Array.from({ length: steps + 1 }, (_, i) => {
    const t = Math.exp(lnFirst + i * step);
    return t * Math.exp(-t);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { step, weights: weights.map((weight) => weight / total) };
});

/** ∫ F dP, the mean of F over thresholds; in F's unit. RigError `config` for impossible parameters. */
export function meanOverThresholds(exceedance: Exceedance, weibull: Weibull): number {
  checkWeibull(weibull);
  const { lnFrom, lnStep, values } = exceedance;
  const { onset, width, shape } = weibull;
  const { step, weights } = rules[shape >= 1 ? 0 : shape >= 0.5 ? 1 : 2]!;
  const growth = Math.exp(step / shape);
  const last = values.length - 1;
  const first = width * Math.exp(lnFirst / shape);
  // By multiplication alone 0 would stay 0 where a very flat S puts the first nodes below the smallest number.
  const isTiny = first < 1e-290;
  let reach = first;
  let sum = 0;
  for (let node = 0; node < weights.length; node++, reach *= growth) {
    if (isTiny) reach = width * Math.exp((lnFirst + node * step) / shape);
    const place = (Math.log(onset + reach) - lnFrom) / lnStep;
    if (place >= last) break;
    if (place > 0) {
      const i = place | 0;
      sum += weights[node]! * (values[i]! + (place - i) * (values[i + 1]! - values[i]!));
    } else sum += weights[node]! * values[0]!;
  }
  return sum;
}
