import type { RandomStream } from "../../src/domain/random.ts";

/** Poisson and binomial draws by inversion: one uniform number a draw, exact to rounding, no library in common with the intervals under test. */

/** Draws from a cumulative table; counts below `from` and beyond the table have no weight that a double can show. */
export type Draw = (random: RandomStream) => number;

export function poissonDraw(mean: number): Draw {
  const from = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean) - 20));
  const to = Math.ceil(mean + 12 * Math.sqrt(mean) + 40);
  return drawFrom(from, to, (n) => n * Math.log(mean) - mean - logFactorial(n));
}

export function binomialDraw(trials: number, p: number): Draw {
  const [hit, miss] = [Math.log(p), Math.log1p(-p)];
  return drawFrom(
    0,
    trials,
    (k) => logFactorial(trials) - logFactorial(k) - logFactorial(trials - k) + k * hit + (trials - k) * miss,
  );
}

function drawFrom(from: number, to: number, logWeight: (count: number) => number): Draw {
  const cumulative: number[] = [];
  let sum = 0;
  for (let count = from; count <= to; count++) cumulative.push((sum += Math.exp(logWeight(count))));
  return (random) => {
    const at = random.nextFloat() * sum;
    let [low, high] = [0, cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return from + low;
  };
}

const logFactorials: number[] = [0];

/** Sums of logarithms: exact to rounding at every size used here. */
export function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push(logFactorials[i - 1]! + Math.log(i));
  return logFactorials[n]!;
}
