import type { RandomStream } from "../../domain/random.ts";
import { cholesky } from "./cholesky.ts";
import { normalDraw } from "./random-draws.ts";

/**
 * A random walk that learns its stride: steps are normal with the covariance of where it has been (H. Haario et al., Bernoulli 7 (2001) 223) times a factor steered towards
 * accepting a quarter of them. `freeze` ends the learning; draws before it are not to be kept, those after it are plain Metropolis.
 */
export interface RandomWalk {
  /** Writes a place to try. */
  readonly propose: (from: Float64Array, into: Float64Array) => void;
  /** What came of it, and where the walk now is. */
  readonly learn: (at: Float64Array, accepted: boolean) => void;
  readonly freeze: () => void;
}

const wantedAcceptance = 0.25;
const relearnEvery = 50;
const learnFrom = 100;

/** `covariance`: the first guess, n × n. */
export function randomWalk(n: number, covariance: ArrayLike<number>, random: RandomStream): RandomWalk {
  let factor = cholesky(covariance, n) ?? diagonal(n, 0.1);
  let logScale = Math.log(2.38 / Math.sqrt(n));
  let [seen, tried, frozen, forgetAt] = [0, 0, false, 200];
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
      factor = cholesky(learnt, n) ?? factor;
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
