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

/** The largest c for which fewer than c of `seeds` successes have a chance of at most `tail`: counted by failures, where the chances are. */
export function leastCovered(seeds: number, share: number, tail: number): number {
  let [failures, term] = [0, share ** seeds];
  let sum = term;
  while (1 - sum > tail) {
    failures++;
    term *= ((seeds - failures + 1) / failures) * ((1 - share) / share);
    sum += term;
  }
  return seeds - failures;
}
