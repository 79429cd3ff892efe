import { logGamma } from "./incomplete-gamma.ts";

/**
 * Counts that come in bursts: Var = μ + μ²/k (NB2; J. Hilbe, Negative Binomial Regression, 2011). `expected` are the means that a fit gives.
 */
export interface Burstiness {
  /** null: the counts scatter no more than Poisson's, k has no finite best value. */
  readonly k: number | null;
  /** Twice the gain in log-likelihood over Poisson; its chance if Poisson holds is half that of a χ² of one degree, since k lies at the edge. */
  readonly gain: number;
}

const [least, most] = [Math.log(1e-3), Math.log(1e7)];

/** n·ln x with 0·ln 0 = 0: a row where nothing is expected and nothing came is certain. */
const times = (n: number, log: number): number => (n === 0 ? 0 : n * log);

/** k of greatest likelihood, by golden section in ln k. */
export function burstinessOf(events: readonly number[], expected: readonly number[]): Burstiness {
  const poisson = events.reduce(
    (sum, n, i) => sum + times(n, Math.log(expected[i]!)) - expected[i]! - logGamma(n + 1),
    0,
  );
  const likelihood = (logK: number): number => {
    const k = Math.exp(logK);
    return events.reduce((sum, n, i) => {
      const mean = expected[i]!;
      return (
        sum +
        logGamma(n + k) -
        logGamma(k) -
        logGamma(n + 1) -
        k * Math.log1p(mean / k) +
        times(n, Math.log(mean) - Math.log(k + mean))
      );
    }, 0);
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [least, most];
  while (b - a > 1e-6) {
    const [low, high] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (likelihood(low) > likelihood(high)) b = high;
    else a = low;
  }
  const gain = 2 * (likelihood((a + b) / 2) - poisson);
  // Sums of logΓ of a large k lose digits: a gain of less is none.
  return gain > 1e-4 ? { k: Math.exp((a + b) / 2), gain } : { k: null, gain: 0 };
}
