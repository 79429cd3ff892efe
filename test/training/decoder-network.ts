import {
  contextLength,
  decoderMatrices,
  decoderShape,
  normEpsilon,
  promptLength,
} from "../../src/board/workloads/decoder-shape.ts";
import type { DecoderPart } from "../../src/board/workloads/decoder-shape.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import { attention } from "./attention.ts";
import { expOf } from "../../src/board/numbers/exp32.ts";
import { addProduct, addProductSlopes } from "./matrices.ts";

/**
 * The decoder with its slopes, over a batch of sequences of `contextLength` tokens each; the answer follows from the token before it.
 *
 *   tokens ─→ x ─┬ norm → attention ┐ + ─┬ norm → up, ReLU, down ┐ + ─→ … norm → unembedding → cross-entropy of the answer's digits
 *                └──────────────────┘    └───────────────────────┘
 *
 * Doubles; only + − × ÷ √ and an exp made of these, so the same seed gives the same weights on every machine.
 */
const { layers, width, heads, hidden, tokens } = decoderShape;
const { matrices, count } = decoderMatrices();

export interface DecoderNetwork {
  /** Scores of the next token after each one, [sequence · contextLength][token]. */
  readonly scores: Float64Array;
  forward(weights: Float64Array, sequences: Uint8Array): void;
  /** After `forward`: adds the slopes of the mean cross-entropy, and gives that. `targets`: of each place the token to come, 255 where nobody asks. */
  backward(weights: Float64Array, sequences: Uint8Array, targets: Uint8Array, slopes: Float64Array): number;
}

/** Uniform of variance 1 / rows (what is added to the stream smaller by its count of layers); positions and embeddings of variance 1 / 4. */
export function initialDecoder(random: RandomStream): Float64Array {
  const weights = new Float64Array(count);
  for (const { name, rows, columns, at } of matrices) {
    if (name.startsWith("offset")) continue;
    const small = name.startsWith("mix") || name.startsWith("down") ? 1 / Math.sqrt(2 * layers) : 1;
    const spread = name === "embedding" || name === "position" ? 0.5 : small / Math.sqrt(rows);
    for (let i = 0; i < rows * columns; i++)
      weights[at + i] = (2 * random.nextFloat() - 1) * Math.sqrt(3) * spread;
  }
  return weights;
}

interface LayerState {
  readonly normed1: Float64Array;
  readonly roots1: Float64Array;
  readonly attended: ReturnType<typeof attention>;
  readonly normed2: Float64Array;
  readonly roots2: Float64Array;
  readonly raised: Float64Array;
}

export function decoderNetwork(batch: number): DecoderNetwork {
  const rows = batch * contextLength;
  const wide = (): Float64Array => new Float64Array(rows * width);
  const states: LayerState[] = Array.from({ length: layers }, () => ({
    normed1: wide(),
    roots1: new Float64Array(rows),
    attended: attention(batch, contextLength, heads, width),
    normed2: wide(),
    roots2: new Float64Array(rows),
    raised: new Float64Array(rows * hidden),
  }));
  const [stream, normed, roots] = [wide(), wide(), new Float64Array(rows)];
  const [back, backNormed] = [wide(), wide()];
  const backRaised = new Float64Array(rows * hidden);
  const scores = new Float64Array(rows * tokens);
  const backScores = new Float64Array(rows * tokens);
  const of = (all: Float64Array, name: DecoderPart): Float64Array => {
    const matrix = matrices.find((candidate) => candidate.name === name)!;
    return all.subarray(matrix.at, matrix.at + matrix.rows * matrix.columns);
  };
  const layerOf = (all: Float64Array, l: number) => ({
    query: of(all, `query-${l}`),
    key: of(all, `key-${l}`),
    value: of(all, `value-${l}`),
    mix: of(all, `mix-${l}`),
    up: of(all, `up-${l}`),
    offset: of(all, `offset-${l}`),
    down: of(all, `down-${l}`),
  });
  return {
    scores,
    forward: (weights, sequences) => {
      const [embedding, position] = [of(weights, "embedding"), of(weights, "position")];
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < width; i++)
          stream[row * width + i] =
            embedding[sequences[row]! * width + i]! + position[(row % contextLength) * width + i]!;
      states.forEach((state, l) => {
        const its = layerOf(weights, l + 1);
        norm(stream, state.normed1, state.roots1);
        state.attended.forward(state.normed1, its, stream);
        norm(stream, state.normed2, state.roots2);
        const { raised } = state;
        for (let row = 0; row < rows; row++) raised.set(its.offset, row * hidden);
        addProduct(raised, state.normed2, its.up, rows, width, hidden);
        for (let i = 0; i < raised.length; i++) if (!(raised[i]! > 0)) raised[i] = 0;
        addProduct(stream, raised, its.down, rows, hidden, width);
      });
      norm(stream, normed, roots);
      scores.fill(0);
      addProduct(scores, normed, of(weights, "unembedding"), rows, width, tokens);
    },
    backward: (weights, sequences, targets, slopes) => {
      const loss = crossEntropy(scores, targets, backScores);
      backNormed.fill(0);
      addProductSlopes(
        backNormed,
        of(slopes, "unembedding"),
        backScores,
        normed,
        of(weights, "unembedding"),
        rows,
        width,
        tokens,
      );
      back.fill(0);
      addNormSlopes(back, backNormed, normed, roots);
      for (let l = states.length; l >= 1; l--) {
        const state = states[l - 1]!;
        const [its, slopesOf] = [layerOf(weights, l), layerOf(slopes, l)];
        backRaised.fill(0);
        addProductSlopes(backRaised, slopesOf.down, back, state.raised, its.down, rows, hidden, width);
        for (let i = 0; i < backRaised.length; i++) if (state.raised[i] === 0) backRaised[i] = 0;
        for (let i = 0; i < backRaised.length; i++) slopesOf.offset[i % hidden]! += backRaised[i]!;
        backNormed.fill(0);
        addProductSlopes(backNormed, slopesOf.up, backRaised, state.normed2, its.up, rows, width, hidden);
        addNormSlopes(back, backNormed, state.normed2, state.roots2);
        backNormed.fill(0);
        state.attended.backward(back, state.normed1, its, backNormed, slopesOf);
        addNormSlopes(back, backNormed, state.normed1, state.roots1);
      }
      const [embedding, position] = [of(slopes, "embedding"), of(slopes, "position")];
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < width; i++) {
          embedding[sequences[row]! * width + i]! += back[row * width + i]!;
          position[(row % contextLength) * width + i]! += back[row * width + i]!;
        }
      return loss;
    },
  };
}

function norm(from: Float64Array, into: Float64Array, roots: Float64Array): void {
  for (let row = 0; row < roots.length; row++) {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += from[i]! * from[i]!;
    const root = 1 / Math.sqrt(sum / width + normEpsilon);
    roots[row] = root;
    for (let i = row * width; i < (row + 1) * width; i++) into[i] = from[i]! * root;
  }
}

function addNormSlopes(
  into: Float64Array,
  slope: Float64Array,
  normed: Float64Array,
  roots: Float64Array,
): void {
  for (let row = 0; row < roots.length; row++) {
    let along = 0;
    for (let i = row * width; i < (row + 1) * width; i++) along += slope[i]! * normed[i]!;
    along /= width;
    for (let i = row * width; i < (row + 1) * width; i++)
      into[i]! += roots[row]! * (slope[i]! - normed[i]! * along);
  }
}

/** Mean over the places asked; the slopes of the scores. */
function crossEntropy(scores: Float64Array, targets: Uint8Array, slopes: Float64Array): number {
  slopes.fill(0);
  let asked = 0;
  for (const target of targets) if (target !== 255) asked++;
  let right = 0;
  for (let row = promptLength - 1; row < targets.length; row++) {
    const target = targets[row]!;
    if (target === 255) continue;
    const its = scores.subarray(row * tokens, (row + 1) * tokens);
    let most = its[0]!;
    for (const score of its) if (score > most) most = score;
    let total = 0;
    for (const score of its) total += expOf(Math.max(score - most, -100));
    for (let c = 0; c < tokens; c++) {
      const share = expOf(Math.max(its[c]! - most, -100)) / total;
      if (c === target) right += share;
      slopes[row * tokens + c] = (share - (c === target ? 1 : 0)) / asked;
    }
  }
  return right / asked;
}
