import { decoderLayer, normed, whole } from "./decoder-layer.ts";
import type { DecoderContext, DecoderFormat } from "./decoder-layer.ts";
import { readDecoderModel } from "./decoder-model.ts";
import type { DecoderModel } from "./decoder-model.ts";
import { answerLength, contextLength, decoderShape, promptLength, promptOf } from "./decoder-shape.ts";
import { buildProgram } from "./program-builder.ts";
import type { Program, ProgramWorkload, Tensor } from "./program.ts";

/**
 * A small language model at work: the prompt in one pass, then token by token with a cache of keys and values, each the most likely one. The answer is the sum of two
 * numbers, lowest digit first (`decoder-shape.ts`), so it is right or wrong. Trained by `npm run train:decoder`.
 *
 *   8 prompt tokens ─layers→ cache rows 0 … 7 ─→ token ─layers→ cache row 8 ─→ token ─→ … ─→ 4 tokens
 *
 * A token is an index into the embedding: one that is none, from a corrupt arg-max, traps as it would on a device.
 */
export const decoderF32: ProgramWorkload = decoderWorkload("f32");
export const decoderBf16: ProgramWorkload = decoderWorkload("bf16");
export const decoderI8: ProgramWorkload = decoderWorkload("i8");

function decoderWorkload(format: DecoderFormat): ProgramWorkload {
  return {
    name: `decoder-${format}`,
    task: "tokens",
    // Weights and prompts are what they are: nothing is left to a seed.
    build: () => {
      const model = readDecoderModel();
      return decoderProgram(model, format, model.prompts);
    },
  };
}

/** The decoder over any prompts. */
export function decoderProgram(
  model: DecoderModel,
  format: DecoderFormat,
  pairs: readonly (readonly [number, number])[],
): Program {
  const { width, layers } = decoderShape;
  const b = buildProgram(`decoder-${format}`, "tokens", pairs.length);
  const operand = format === "bf16" ? "bf16" : "f32";
  const context: DecoderContext = { b, model, format, operand, matrices: new Map(), constants: new Map() };
  const prompt = b.inputs(
    "prompt",
    promptLength,
    1,
    "i32",
    pairs.flatMap(([x, y]) => promptOf(x, y)),
  );
  const answer = b.scratch("answer", answerLength, 1, "i32");
  const embedding = whole(context, "embedding");
  const positions = model.matrix("position").values;
  const stride = b.weights("stride", 1, 1, "i32", [width]);
  const columnsOf = (name: string, count: number): Tensor =>
    b.weights(
      name,
      count,
      width,
      "i32",
      Int32Array.from({ length: count * width }, (_, i) => i % width),
    );
  const [promptColumns, tokenColumns] = [columnsOf("columns-prompt", promptLength), columnsOf("columns", 1)];
  const lastRow = b.weights(
    "last-row",
    1,
    width,
    "i32",
    Int32Array.from({ length: width }, (_, i) => (promptLength - 1) * width + i),
  );

  /** The stream of the tokens from `at` on: embedding and position. */
  const embedded = (tokens: Tensor, at: number): Tensor => {
    const [of, which] = tokens.rows === 1 ? ["", tokenColumns] : ["-prompt", promptColumns];
    const index = b.combine(`index${of}`, "add", which, b.combine(`offset${of}`, "multiply", tokens, stride));
    const found = b.copy(`stream${of}`, b.gather(`embedded${of}`, embedding, index), "f32");
    const its = positions.subarray(at * width, (at + tokens.rows) * width);
    return b.combine(found.name, "add", found, b.weights(`position-${at}`, tokens.rows, width, "f32", its));
  };
  let token = prompt;
  for (let said = 0; said < answerLength; said++) {
    const at = said === 0 ? 0 : promptLength + said - 1;
    const mask = maskOf(context, at, token.rows);
    let stream = embedded(token, at);
    for (let layer = 1; layer <= layers; layer++) stream = decoderLayer(context, layer, stream, at, mask);
    const last = stream.rows === 1 ? stream : b.gather("stream", stream, lastRow);
    const unembedding = whole(context, "unembedding");
    token = b.reduceRows("token", "arg-max", b.matmul("scores", normed(context, last, "last"), unembedding));
    b.place(token, answer, said);
  }
  return b.finish(answer);
}

/** Added to scores: what comes later than the token that looks is out of sight. */
function maskOf({ b }: DecoderContext, at: number, rows: number): Tensor {
  const unseen = (i: number): number => (i % contextLength > at + Math.floor(i / contextLength) ? -1e9 : 0);
  const values = Float32Array.from({ length: rows * contextLength }, (_, i) => unseen(i));
  return b.weights(`mask-${at}`, rows, contextLength, "f32", values);
}
