import { logFactorial } from "./draws.ts";

/** How often an interval holds the truth: by summing the probability of every count, no draws. */
export interface Coverage {
  readonly covered: number;
  /** The truth lies below the interval, and above it. */
  readonly below: number;
  readonly above: number;
}

interface Ends {
  readonly lower: number;
  readonly upper: number;
}

/** Over a Poisson mean; sums counts within 12 standard deviations and 60, beyond which less than 1e-15 is left. */
export function poissonCoverage(mean: number, interval: (n: number) => Ends): Coverage {
  const reach = 12 * Math.sqrt(mean) + 60;
  const from = Math.max(0, Math.floor(mean - reach));
  const to = Math.ceil(mean + reach);
  const weight = (n: number): number => Math.exp(n * Math.log(mean) - mean - logFactorial(n));
  return sum(from, to, mean, weight, interval);
}

/** Over `trials` draws of probability `p`, 0 < p < 1; every count. */
export function binomialCoverage(trials: number, p: number, interval: (k: number) => Ends): Coverage {
  const weight = (k: number): number =>
    Math.exp(
      logFactorial(trials) -
        logFactorial(k) -
        logFactorial(trials - k) +
        k * Math.log(p) +
        (trials - k) * Math.log1p(-p),
    );
  return sum(0, trials, p, weight, interval);
}

function sum(
  from: number,
  to: number,
  truth: number,
  weight: (count: number) => number,
  interval: (count: number) => Ends,
): Coverage {
  let [covered, below, above] = [0, 0, 0];
  for (let count = from; count <= to; count++) {
    const { lower, upper } = interval(count);
    if (truth < lower) below += weight(count);
    else if (truth > upper) above += weight(count);
    else covered += weight(count);
  }
  return { covered, below, above };
}
