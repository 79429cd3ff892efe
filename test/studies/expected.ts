import { garwood } from "../../src/science/garwood.ts";

/** Mean width of the Garwood interval at a Poisson mean, by summing over counts. */
export function garwoodWidthAt(mean: number): number {
  let sum = 0;
  let probability = Math.exp(-mean);
  for (let count = 0; count < mean + 12 * Math.sqrt(mean) + 12; count++) {
    const { lower, upper } = garwood(count);
    sum += probability * (upper - lower);
    probability *= mean / (count + 1);
  }
  return sum;
}

/** Largest k with P(X < k) ≤ alpha for X ~ Binomial(n, p). */
export function lowerBinomial(n: number, p: number, alpha: number): number {
  let below = 0;
  let probability = (1 - p) ** n;
  for (let k = 0; k <= n; k++) {
    if (below + probability > alpha) return k;
    below += probability;
    probability *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return n;
}
