import { expOf } from "../../src/board/numbers/exp32.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import {
  features,
  firstChannels,
  poolIndices,
  secondChannels,
  secondSide,
  side,
  windowIndices,
} from "../../src/board/workloads/cnn-geometry.ts";

/** The parameters one after the other, and where each begins: w1[tap][channel], b1, w2[tap, channel][channel], b2, w3[feature][class], b3. */
export const cnnLayout = layoutOf([
  ["w1", 9 * firstChannels],
  ["b1", firstChannels],
  ["w2", 9 * firstChannels * secondChannels],
  ["b2", secondChannels],
  ["w3", features * 10],
  ["b3", 10],
]);

export type CnnPart = "w1" | "b1" | "w2" | "b2" | "w3" | "b3";

function layoutOf(parts: readonly (readonly [CnnPart, number])[]): {
  readonly count: number;
  readonly at: Readonly<Record<CnnPart, number>>;
  readonly size: Readonly<Record<CnnPart, number>>;
} {
  const [at, size] = [{} as Record<CnnPart, number>, {} as Record<CnnPart, number>];
  let count = 0;
  for (const [name, length] of parts) {
    at[name] = count;
    size[name] = length;
    count += length;
  }
  return { count, at, size };
}

/** Normal weights of variance 2 / inputs (He et al. 2015), biases 0. A normal number here is a sum of twelve uniform ones. */
export function initialCnn(random: RandomStream): Float64Array {
  const weights = new Float64Array(cnnLayout.count);
  const fanIn = { w1: 9, w2: 9 * firstChannels, w3: features } as const;
  for (const part of ["w1", "w2", "w3"] as const)
    for (let i = 0; i < cnnLayout.size[part]; i++) {
      let sum = -6;
      for (let j = 0; j < 12; j++) sum += random.nextFloat();
      weights[cnnLayout.at[part] + i] = sum * Math.sqrt(2 / fanIn[part]);
    }
  return weights;
}

/** Forward and backward over one image. Doubles, sums by rising index; only + − × ÷ and an exp made of these. */
export interface CnnNetwork {
  /** What the layers give before ReLU: 14 × 14 × 12, 7 × 7 × 24, 10. */
  readonly z1: Float64Array;
  readonly z2: Float64Array;
  readonly scores: Float64Array;
  forward(weights: Float64Array, image: ArrayLike<number>): void;
  /** After `forward`: adds the slope of the cross-entropy to `slopes`. */
  backward(weights: Float64Array, label: number, slopes: Float64Array): void;
}

export function cnnNetwork(): CnnNetwork {
  const { at } = cnnLayout;
  const [windows1, windows2] = [windowIndices(side, 1), windowIndices(secondSide, firstChannels)];
  const [fours1, fours2] = [poolIndices(side, firstChannels), poolIndices(secondSide, secondChannels)];
  const columns1 = new Float64Array(windows1.length);
  const columns2 = new Float64Array(windows2.length);
  const z1 = new Float64Array(side * side * firstChannels);
  const z2 = new Float64Array(secondSide * secondSide * secondChannels);
  const pooled1 = new Float64Array(fours1.length / 4);
  const pooled2 = new Float64Array(fours2.length / 4);
  const from1 = new Int32Array(pooled1.length);
  const from2 = new Int32Array(pooled2.length);
  const back1 = new Float64Array(pooled1.length);
  const back2 = new Float64Array(pooled2.length);
  const scores = new Float64Array(10);
  return {
    z1,
    z2,
    scores,
    forward: (weights, image) => {
      gather(image, windows1, columns1);
      affine(columns1, weights, at.w1, at.b1, 9, firstChannels, z1);
      pool(z1, fours1, pooled1, from1);
      gather(pooled1, windows2, columns2);
      affine(columns2, weights, at.w2, at.b2, 9 * firstChannels, secondChannels, z2);
      pool(z2, fours2, pooled2, from2);
      affine(pooled2, weights, at.w3, at.b3, features, 10, scores);
    },
    backward: (weights, label, slopes) => {
      const largest = Math.max(...scores);
      let total = 0;
      for (const score of scores) total += expOf(Math.max(score - largest, -100));
      back2.fill(0);
      for (let c = 0; c < 10; c++) {
        const slope = expOf(Math.max(scores[c]! - largest, -100)) / total - (c === label ? 1 : 0);
        slopes[at.b3 + c]! += slope;
        for (let f = 0; f < features; f++) {
          slopes[at.w3 + f * 10 + c]! += slope * pooled2[f]!;
          back2[f]! += slope * weights[at.w3 + f * 10 + c]!;
        }
      }
      back1.fill(0);
      const taps = 9 * firstChannels;
      for (let f = 0; f < features; f++) {
        // Only the largest of each four, and only where ReLU let it through.
        if (pooled2[f] === 0) continue;
        const [pixel, channel] = [Math.floor(from2[f]! / secondChannels), from2[f]! % secondChannels];
        slopes[at.b2 + channel]! += back2[f]!;
        for (let k = 0; k < taps; k++) {
          const source = windows2[pixel * taps + k]!;
          if (source < 0) continue;
          const w = k * secondChannels + channel;
          slopes[at.w2 + w]! += back2[f]! * columns2[pixel * taps + k]!;
          back1[source]! += back2[f]! * weights[at.w2 + w]!;
        }
      }
      for (let f = 0; f < pooled1.length; f++) {
        if (pooled1[f] === 0) continue;
        const [pixel, channel] = [Math.floor(from1[f]! / firstChannels), from1[f]! % firstChannels];
        slopes[at.b1 + channel]! += back1[f]!;
        for (let k = 0; k < 9; k++)
          slopes[at.w1 + k * firstChannels + channel]! += back1[f]! * columns1[pixel * 9 + k]!;
      }
    },
  };
}

function gather(from: ArrayLike<number>, indices: Int32Array, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] = indices[i]! < 0 ? 0 : from[indices[i]!]!;
}

/** into[row][n] = bias[n] + Σ_k rows[row][k]·weights[k][n]. */
function affine(
  rows: Float64Array,
  weights: Float64Array,
  atWeights: number,
  atBias: number,
  depth: number,
  width: number,
  into: Float64Array,
): void {
  for (let row = 0; row * depth < rows.length; row++) {
    const to = row * width;
    for (let n = 0; n < width; n++) into[to + n] = weights[atBias + n]!;
    for (let k = 0; k < depth; k++) {
      const x = rows[row * depth + k]!;
      if (x === 0) continue;
      const w = atWeights + k * width;
      for (let n = 0; n < width; n++) into[to + n]! += x * weights[w + n]!;
    }
  }
}

/** ReLU of the largest of each four, and where it was. */
function pool(z: Float64Array, fours: Int32Array, into: Float64Array, from: Int32Array): void {
  for (let i = 0; i < into.length; i++) {
    let best = fours[4 * i]!;
    for (let of = 1; of < 4; of++) if (z[fours[4 * i + of]!]! > z[best]!) best = fours[4 * i + of]!;
    from[i] = best;
    into[i] = Math.max(0, z[best]!);
  }
}
