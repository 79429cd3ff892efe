import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromBf16, toBf16 } from "../../src/board/numbers/bf16.ts";
import { decoderProgram } from "../../src/board/workloads/decoder.ts";
import type { DecoderFormat } from "../../src/board/workloads/decoder-layer.ts";
import { decoderModel } from "../../src/board/workloads/decoder-model.ts";
import { answerOf } from "../../src/board/workloads/decoder-shape.ts";
import { evaluateProgram } from "../board/workloads/evaluate-program.ts";
import { validationPairs } from "./addition-task.ts";
import { checkpointSteps, hashOfNumbers, writeCheckpoint } from "./training-checkpoint.ts";

const promptCount = 8;

/**
 * Writes a trained decoder into the source: weights rounded to bf16, and the first eight validation prompts that every format solves.
 * `early`: the hash of the weights after the first steps.
 */
export function writeDecoder(trained: Float64Array, early: string, root: string): void {
  const codes = Uint16Array.from(trained, (weight) => toBf16(Math.fround(weight)));
  const weights = Float32Array.from(codes, fromBf16);
  const solved = (["f32", "bf16"] as const).map((format) => solvedBy(weights, format));
  const prompts = validationPairs.filter((_, i) => solved.every((its) => its[i])).slice(0, promptCount);
  writeFileSync(
    join(root, "src/board/workloads/decoder-model-data.ts"),
    `// Written by \`npm run train:decoder\` (test/training/train-decoder.ts).
export const weights =
  "${Buffer.from(codes.buffer).toString("base64")}";
export const prompts = ${JSON.stringify(prompts)} as const;
`,
  );
  const [f32, bf16] = solved.map((its) => its.filter(Boolean).length);
  process.stdout.write(`right of ${validationPairs.length} validation sums: f32 ${f32!}, bf16 ${bf16!}\n`);
  writeCheckpoint(join(root, "test/training/decoder-checkpoint.json"), {
    steps: checkpointSteps,
    early,
    final: hashOfNumbers(codes),
    validation: { f32: f32!, bf16: bf16! },
  });
}

function solvedBy(weights: Float32Array, format: DecoderFormat): boolean[] {
  const program = decoderProgram(decoderModel(weights, validationPairs), format, validationPairs);
  return validationPairs.map(([a, b], i) => {
    const { output } = evaluateProgram(program, i);
    return answerOf(a, b).every((token, at) => output[at] === token);
  });
}
