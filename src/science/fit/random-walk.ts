import type { RandomStream } from "../../domain/random.ts";
import { cholesky } from "./cholesky.ts";
import { gammaDraw, normalDraw } from "./random-draws.ts";

/**
 * A random walk that learns its stride: steps are normal with the covariance of where it has been (H. Haario et al., Bernoulli 7 (2001) 223) times a factor steered towards
 * accepting a quarter of them. It leaps, too, from wherever it is to a place drawn from Student's t about where it has been (L. Tierney, Ann. Stat. 22 (1994) 1701): where that is a
 * good likeness of the target a few leaps forget the start, and where it is none the steps go on alone. `freeze` ends the learning; draws before it are not to be kept, those after it
 * are plain Metropolis and Hastings.
 */
export interface RandomWalk {
  /** Writes a place to try, a step away. */
  readonly propose: (from: Float64Array, into: Float64Array) => void;
  /** Writes a place to try, wherever the walk is. */
  readonly leap: (into: Float64Array) => void;
  /** Logarithm of the density of leaps at a place, up to a constant: what a leap's acceptance has to be divided by. */
  readonly leapDensity: (at: Float64Array) => number;
  /** What came of a step, and where the walk now is. */
  readonly learn: (at: Float64Array, accepted: boolean) => void;
  readonly freeze: () => void;
}

const wantedAcceptance = 0.25;
const relearnEvery = 50;
const learnFrom = 100;
/** Degrees of freedom of leaps: tails heavier than those of counts. */
const leapDegrees = 6;

/** `centre` and `covariance` (n × n): the first guess. */
export function randomWalk(
  n: number,
  centre: ArrayLike<number>,
  covariance: ArrayLike<number>,
  random: RandomStream,
): RandomWalk {
  let factor = cholesky(covariance, n) ?? diagonal(n, 0.1);
  let logScale = Math.log(2.38 / Math.sqrt(n));
  let [seen, tried, frozen, forgetAt] = [0, 0, false, 200];
  let middle = Float64Array.from(centre);
  let mean = new Float64Array(n);
  let products = new Float64Array(n * n);
  const normals = new Float64Array(n);
  return {
    propose: (from, into) => {
      const scale = Math.exp(logScale);
      for (let i = 0; i < n; i++) normals[i] = normalDraw(random);
      for (let i = 0; i < n; i++) {
        let step = 0;
        for (let k = 0; k <= i; k++) step += factor[i * n + k]! * normals[k]!;
        into[i] = from[i]! + scale * step;
      }
    },
    leap: (into) => {
      for (let i = 0; i < n; i++) normals[i] = normalDraw(random);
      const stretch = Math.sqrt(leapDegrees / (2 * gammaDraw(leapDegrees / 2, random)));
      for (let i = 0; i < n; i++) {
        let step = 0;
        for (let k = 0; k <= i; k++) step += factor[i * n + k]! * normals[k]!;
        into[i] = middle[i]! + stretch * step;
      }
    },
    leapDensity: (at) => {
      let distance = 0;
      for (let i = 0; i < n; i++) {
        let off = at[i]! - middle[i]!;
        for (let k = 0; k < i; k++) off -= factor[i * n + k]! * normals[k]!;
        normals[i] = off / factor[i * n + i]!;
        distance += normals[i]! ** 2;
      }
      return -((leapDegrees + n) / 2) * Math.log1p(distance / leapDegrees);
    },
    learn: (at, accepted) => {
      if (frozen) return;
      tried++;
      logScale += ((accepted ? 1 : 0) - wantedAcceptance) / Math.pow(tried, 0.6);
      seen++;
      for (let i = 0; i < n; i++) {
        const off = at[i]! - mean[i]!;
        normals[i] = off;
        mean[i]! += off / seen;
      }
      for (let i = 0; i < n; i++)
        for (let k = 0; k < n; k++) products[i * n + k]! += normals[i]! * (at[k]! - mean[k]!);
      if (seen < learnFrom || seen % relearnEvery !== 0) return;
      const learnt = products.map((sum, place) => sum / seen + (place % (n + 1) === 0 ? 1e-9 : 0));
      const next = cholesky(learnt, n);
      if (next !== null) [factor, middle] = [next, Float64Array.from(mean)];
      // The way from a start far off is no covariance of the target: forgotten each time the walk has been twice as long.
      if (seen < forgetAt) return;
      forgetAt *= 2;
      [seen, mean, products] = [0, new Float64Array(n), new Float64Array(n * n)];
    },
    freeze: () => {
      frozen = true;
    },
  };
}

function diagonal(n: number, value: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = value;
  return matrix;
}
