import { contextLength, decoderMatrices } from "../../src/board/workloads/decoder-shape.ts";
import { randomStream } from "../../src/domain/random.ts";
import { createAdam } from "./adam.ts";
import { trainingPair, writeSequence } from "./addition-task.ts";
import { decoderNetwork, initialDecoder } from "./decoder-network.ts";

export const decoderTraining = {
  seed: 5,
  batch: 64,
  /** What the rate is planned over, and when training ends: the first look, every 250 steps, at which all validation sums were right. */
  schedule: 6_000,
  steps: 3_500,
  warmUp: 200,
  rate: 4e-3,
  decay: 0.01,
} as const;

/** Weights after `steps` batches of the schedule: the rate rises over the first, then falls as (1 - t)². */
export function trainDecoderWeights(
  steps: number,
  told: (step: number, weights: Float64Array, share: number) => void = () => undefined,
): Float64Array {
  const { seed, batch, rate, warmUp, decay } = decoderTraining;
  const random = randomStream(seed, "decoder");
  const weights = initialDecoder(random);
  const { count } = decoderMatrices();
  const slopes = new Float64Array(count);
  const adam = createAdam(count, decay);
  const network = decoderNetwork(batch);
  const sequences = new Uint8Array(batch * contextLength);
  const targets = new Uint8Array(batch * contextLength);
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < batch; i++) {
      const [from, to] = [i * contextLength, (i + 1) * contextLength];
      writeSequence(trainingPair(random), sequences.subarray(from, to), targets.subarray(from, to));
    }
    network.forward(weights, sequences);
    const share = network.backward(weights, sequences, targets, slopes);
    const left = 1 - step / decoderTraining.schedule;
    adam.step(weights, slopes, rate * Math.min(1, (step + 1) / warmUp) * left * left);
    told(step + 1, weights, share);
  }
  return weights;
}
