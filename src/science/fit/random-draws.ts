import type { RandomStream } from "../../domain/random.ts";

/**
 * Draws from the distributions of counting, each a pure function of its stream (law 4). What is no distribution is a RangeError: by NaN or infinity a
 * method of rejection would never end.
 */

/** Standard normal, by the polar method (G. Marsaglia and T. Bray, SIAM Rev. 6 (1964) 260). */
export function normalDraw(random: RandomStream): number {
  for (;;) {
    const u = 2 * random.nextFloat() - 1;
    const v = 2 * random.nextFloat() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** Gamma of this shape (> 0) and scale 1 (G. Marsaglia and W. Tsang, ACM TOMS 26 (2000) 363). */
export function gammaDraw(shape: number, random: RandomStream): number {
  if (!(shape > 0 && shape < Infinity))
    throw new RangeError(`a gamma of shape ${shape}; expected a number above 0`);
  if (shape < 1) {
    const boosted = gammaDraw(shape + 1, random);
    return boosted * Math.pow(1 - random.nextFloat(), 1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalDraw(random);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = 1 - random.nextFloat();
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

export function betaDraw(a: number, b: number, random: RandomStream): number {
  const x = gammaDraw(a, random);
  const y = gammaDraw(b, random);
  return x / (x + y);
}

/** One set of shares that sum to 1. */
export function dirichletDraw(weights: readonly number[], random: RandomStream): number[] {
  const draws = weights.map((weight) => gammaDraw(weight, random));
  const sum = draws.reduce((total, draw) => total + draw, 0);
  return draws.map((draw) => draw / sum);
}

/** Below this mean a Poisson count is drawn by multiplying uniforms. */
const smallMean = 12;

/**
 * Poisson count of this mean (≥ 0), exact at every size: a large mean is cut down by the time of its m-th event, a gamma
 * (J. Ahrens and U. Dieter, Computing 12 (1974) 223), until it is small enough to multiply.
 */
export function poissonDraw(mean: number, random: RandomStream): number {
  if (!(mean >= 0 && mean < Infinity))
    throw new RangeError(`a Poisson count of mean ${mean}; expected 0 or more`);
  let count = 0;
  let left = mean;
  while (left > smallMean) {
    const m = Math.floor((7 / 8) * left);
    const time = gammaDraw(m, random);
    if (time > left) return count + binomialDraw(m - 1, left / time, random);
    count += m;
    left -= time;
  }
  const floor = Math.exp(-left);
  let product = 1 - random.nextFloat();
  while (product > floor) {
    count++;
    product *= 1 - random.nextFloat();
  }
  return count;
}

/** Binomial count, exact: a large number of trials is halved by the median order statistic, a beta (same paper). */
export function binomialDraw(trials: number, probability: number, random: RandomStream): number {
  if (!(Number.isSafeInteger(trials) && trials >= 0 && probability >= 0 && probability <= 1))
    throw new RangeError(
      `a count of ${trials} trials at a chance of ${probability}; expected a whole number from 0, and 0 to 1`,
    );
  let count = 0;
  let [n, p] = [trials, probability];
  while (n > 24) {
    const a = 1 + Math.floor(n / 2);
    const b = n + 1 - a;
    const x = betaDraw(a, b, random);
    if (x >= p) {
      n = a - 1;
      p /= x;
    } else {
      count += a;
      n = b - 1;
      p = (p - x) / (1 - x);
    }
  }
  for (let i = 0; i < n; i++) if (random.nextFloat() < p) count++;
  return count;
}
