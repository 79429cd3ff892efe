import { expOf } from "../../src/board/numbers/exp32.ts";
import { addProduct, addProductSlopes } from "./matrices.ts";

export interface AttentionMatrices {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  readonly mix: Float64Array;
}

/** Causal attention of several heads over `batch` sequences of `length` tokens; a head has its own columns of query, key and value, and its own rows of `mix`. */
export interface Attention {
  /** Adds what it has to say to the stream. */
  forward(normed: Float64Array, its: AttentionMatrices, stream: Float64Array): void;
  /** After `forward`: from the slopes of the stream to those of `normed` and of the matrices. */
  backward(
    slope: Float64Array,
    normed: Float64Array,
    its: AttentionMatrices,
    intoNormed: Float64Array,
    slopes: AttentionMatrices,
  ): void;
}

export function attention(batch: number, length: number, heads: number, width: number): Attention {
  const rows = batch * length;
  const size = width / heads;
  const scale = 1 / Math.sqrt(size);
  const wide = (): Float64Array => new Float64Array(rows * width);
  const [q, k, v, mixed] = [wide(), wide(), wide(), wide()];
  const [backQ, backK, backV, backMixed] = [wide(), wide(), wide(), wide()];
  /** [sequence][head][to][from]. */
  const shares = new Float64Array(batch * heads * length * length);
  const slope = new Float64Array(length);
  /** Calls with the row of shares, the row of the token that looks and that of the first token, both within one head. */
  const each = (visit: (share: number, to: number, from: number, t: number) => void): void => {
    for (let b = 0; b < batch; b++)
      for (let h = 0; h < heads; h++)
        for (let t = 0; t < length; t++)
          visit(
            ((b * heads + h) * length + t) * length,
            (b * length + t) * width + h * size,
            b * length * width + h * size,
            t,
          );
  };
  return {
    forward: (normed, its, stream) => {
      for (const [matrix, into] of [
        [its.query, q],
        [its.key, k],
        [its.value, v],
      ] as const) {
        into.fill(0);
        addProduct(into, normed, matrix, rows, width, width);
      }
      mixed.fill(0);
      each((share, to, from, t) => {
        let most = -Infinity;
        for (let s = 0; s <= t; s++) {
          let sum = 0;
          for (let i = 0; i < size; i++) sum += q[to + i]! * k[from + s * width + i]!;
          shares[share + s] = sum * scale;
          if (sum * scale > most) most = sum * scale;
        }
        let total = 0;
        for (let s = 0; s <= t; s++)
          total += shares[share + s] = expOf(Math.max(shares[share + s]! - most, -100));
        for (let s = 0; s <= t; s++) {
          const part = (shares[share + s]! /= total);
          for (let i = 0; i < size; i++) mixed[to + i]! += part * v[from + s * width + i]!;
        }
      });
      addProduct(stream, mixed, its.mix, rows, width, width);
    },
    backward: (back, normed, its, intoNormed, slopes) => {
      for (const array of [backQ, backK, backV, backMixed]) array.fill(0);
      addProductSlopes(backMixed, slopes.mix, back, mixed, its.mix, rows, width, width);
      each((share, to, from, t) => {
        let along = 0;
        for (let s = 0; s <= t; s++) {
          const [part, at] = [shares[share + s]!, from + s * width];
          let sum = 0;
          for (let i = 0; i < size; i++) {
            sum += backMixed[to + i]! * v[at + i]!;
            backV[at + i]! += part * backMixed[to + i]!;
          }
          slope[s] = sum;
          along += sum * part;
        }
        for (let s = 0; s <= t; s++) {
          const score = shares[share + s]! * (slope[s]! - along) * scale;
          const at = from + s * width;
          for (let i = 0; i < size; i++) {
            backQ[to + i]! += score * k[at + i]!;
            backK[at + i]! += score * q[to + i]!;
          }
        }
      });
      addProductSlopes(intoNormed, slopes.query, backQ, normed, its.query, rows, width, width);
      addProductSlopes(intoNormed, slopes.key, backK, normed, its.key, rows, width, width);
      addProductSlopes(intoNormed, slopes.value, backV, normed, its.value, rows, width, width);
    },
  };
}
