import { decoderTraining, trainDecoderWeights } from "./train-decoder-weights.ts";
import { checkpointSteps, hashOfNumbers } from "./training-checkpoint.ts";
import { writeDecoder } from "./write-decoder.ts";

/**
 * Trains the decoder and writes it into the source: `npm run train:decoder`, three to four minutes on one core.
 *
 *   sums of training pairs ─Adam, cross-entropy of the answer's digits→ weights ─bf16→ decoder-model-data.ts, decoder-checkpoint.json
 *
 * It sees training and validation pairs alone; the held-back ones are opened by the test.
 */
let early = "";
const trained = trainDecoderWeights(decoderTraining.steps, (step, weights, share) => {
  if (step === checkpointSteps) early = hashOfNumbers(weights);
  if (step % 250 === 0)
    process.stdout.write(
      `step ${step} of ${decoderTraining.steps}: share of the right token ${share.toFixed(4)}\n`,
    );
});
writeDecoder(trained, early, process.argv[2] ?? ".");
