import { randomStream } from "../../src/domain/random.ts";
import { createAdam } from "./adam.ts";
import { cnnLayout, cnnNetwork, initialCnn } from "./cnn-network.ts";
import { distortDigit } from "./distort-digit.ts";
import { pooled } from "./mnist-digits.ts";
import type { Original } from "./mnist-digits.ts";

export const cnnTraining = { seed: 11, batch: 16, steps: 20_000, rate: 3e-3 } as const;

/**
 * Weights after `steps` batches of the schedule; the first batches are the same whatever `steps` is. The rate falls to 0 over the whole schedule,
 * as half a parabola (1 - t)².
 */
export function trainCnnWeights(
  digits: readonly Original[],
  steps: number,
  told: (step: number, weights: Float64Array) => void = () => undefined,
): Float64Array {
  const { seed, batch, rate } = cnnTraining;
  const random = randomStream(seed, "cnn");
  const network = cnnNetwork();
  const weights = initialCnn(random);
  const slopes = new Float64Array(cnnLayout.count);
  const adam = createAdam(cnnLayout.count);
  const moved = new Float64Array(784);
  const image = new Float64Array(196);
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < batch; i++) {
      const digit = digits[random.nextBelow(digits.length)]!;
      distortDigit(digit.image, random, moved);
      pooled(moved).forEach((pixel, at) => (image[at] = pixel / 127));
      network.forward(weights, image);
      network.backward(weights, digit.label, slopes);
    }
    for (let i = 0; i < slopes.length; i++) slopes[i]! /= batch;
    const left = 1 - step / cnnTraining.steps;
    adam.step(weights, slopes, rate * left * left);
    told(step + 1, weights);
  }
  return weights;
}
