import type { DecoderModel } from "./decoder-model.ts";
import { contextLength, decoderShape, normEpsilon } from "./decoder-shape.ts";
import type { DecoderPart } from "./decoder-shape.ts";
import type { ProgramBuilder } from "./program-builder.ts";
import type { Tensor } from "./program.ts";

/**
 * bf16: what a product takes, cache and weights are bf16; the stream, norms and softmax are f32. i8: weights alone are int8, one scale a matrix, as models are kept small; each
 * iteration makes f32 of them before it uses them.
 */
export type DecoderFormat = "f32" | "bf16" | "i8";

/** What all layers and tokens share: each matrix and constant is in memory once. */
export interface DecoderContext {
  readonly b: ProgramBuilder;
  readonly model: DecoderModel;
  readonly format: DecoderFormat;
  /** What products take, and the cache. */
  readonly operand: "f32" | "bf16";
  readonly matrices: Map<string, Tensor>;
  readonly constants: Map<string, Tensor>;
}

const { width, heads } = decoderShape;
const headSize = width / heads;

/**
 * One layer over the tokens from position `at` on; it leaves their keys and values in the cache.
 *
 *   stream ─norm→ q, k, v a head ─k, v→ cache ─q·kᵀ + mask→ softmax ─·v→ mix ─+→ stream ─norm→ up + offset, ReLU, down ─+→ stream
 */
export function decoderLayer(
  context: DecoderContext,
  layer: number,
  stream: Tensor,
  at: number,
  mask: Tensor,
): Tensor {
  const { b, operand } = context;
  const of = stream.rows === 1 ? "" : "-prompt";
  const narrow = (x: Tensor): Tensor => (operand === "f32" ? x : b.copy(`${x.name}-${operand}`, x, operand));
  const x = normed(context, stream, of);
  for (let head = 0; head < heads; head++) {
    const part = (name: "query" | "key" | "value"): Tensor =>
      narrow(b.matmul(`${name}${of}`, x, headColumns(context, `${name}-${layer}`, head)));
    const cache = (name: string): Tensor =>
      b.scratch(`cache-${name}-${layer}-${head}`, contextLength, headSize, operand);
    b.place(part("key"), cache("key"), at);
    b.place(part("value"), cache("value"), at);
    const scores = b.matmul(`attention${of}`, part("query"), cache("key"), true);
    const shares = softmax(context, b.combine(scores.name, "add", scores, mask), of);
    const seen = narrow(b.matmul(`seen${of}`, narrow(shares), cache("value")));
    const mixed = b.matmul(`mixed${of}`, seen, headRows(context, `mix-${layer}`, head));
    b.combine(stream.name, "add", stream, mixed);
  }
  const raised = b.matmul(`raised${of}`, normed(context, stream, of), whole(context, `up-${layer}`));
  const active = b.map(raised.name, "relu", b.combine(raised.name, "add", raised, offset(context, layer)));
  return b.combine(
    stream.name,
    "add",
    stream,
    b.matmul(`lowered${of}`, narrow(active), whole(context, `down-${layer}`)),
  );
}

/** x / √(mean of x² + ε), a row at a time, in the format of products. */
export function normed(context: DecoderContext, stream: Tensor, of: string): Tensor {
  const { b, operand } = context;
  const mean = b.combine(
    `mean-square${of}`,
    "multiply",
    b.reduceRows(`mean-square${of}`, "sum", b.combine(`squares${of}`, "multiply", stream, stream)),
    constant(context, "one-by-width", 1 / width),
  );
  const root = b.map(
    mean.name,
    "rsqrt",
    b.combine(mean.name, "add", mean, constant(context, "epsilon", normEpsilon)),
  );
  const result = b.combine(`normed${of}`, "multiply", stream, root);
  return operand === "f32" ? result : b.copy(`${result.name}-${operand}`, result, operand);
}

/** Row by row, the largest taken away first, so that nothing overflows. */
function softmax({ b }: DecoderContext, scores: Tensor, of: string): Tensor {
  const below = b.combine(scores.name, "subtract", scores, b.reduceRows(`most${of}`, "max", scores));
  const raised = b.map(scores.name, "exp", below);
  const total = b.reduceRows(`total${of}`, "sum", raised);
  return b.combine(scores.name, "multiply", raised, b.map(total.name, "reciprocal", total));
}

function constant({ b, constants }: DecoderContext, name: string, value: number): Tensor {
  const known = constants.get(name) ?? b.weights(name, 1, 1, "f32", [value]);
  constants.set(name, known);
  return known;
}

/** A matrix as products take it; in memory once, and made of int8 once in an iteration, where it is used first. */
function weightsOnce(
  { b, matrices, format, operand }: DecoderContext,
  name: string,
  rows: number,
  columns: number,
  value: (i: number, j: number) => number,
): Tensor {
  const known = matrices.get(name);
  if (known !== undefined) return known;
  const values = Float32Array.from({ length: rows * columns }, (_, at) =>
    value(Math.floor(at / columns), at % columns),
  );
  const tensor =
    format === "i8"
      ? fromIntegers(b, name, rows, columns, values)
      : b.weights(name, rows, columns, operand, values);
  matrices.set(name, tensor);
  return tensor;
}

/** The largest magnitude is 127. */
function fromIntegers(
  b: ProgramBuilder,
  name: string,
  rows: number,
  columns: number,
  values: Float32Array,
): Tensor {
  const scale = Math.fround(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
  const stored = b.weights(
    name,
    rows,
    columns,
    "i8",
    Float32Array.from(values, (value) => Math.round(value / scale)),
  );
  const wide = b.copy(`${name}-wide`, stored, "f32");
  return b.combine(wide.name, "multiply", wide, b.weights(`${name}-scale`, 1, 1, "f32", [scale]));
}

export function whole(context: DecoderContext, part: DecoderPart): Tensor {
  const { rows, columns, values } = context.model.matrix(part);
  return weightsOnce(context, part, rows, columns, (i, j) => values[i * columns + j]!);
}

function offset({ b, model, matrices }: DecoderContext, layer: number): Tensor {
  const { name, columns, values } = model.matrix(`offset-${layer}`);
  const tensor = matrices.get(name) ?? b.weights(name, 1, columns, "f32", values);
  matrices.set(name, tensor);
  return tensor;
}

/** The columns of one head; 1/√(head size), a power of two here, is in the queries. */
function headColumns(context: DecoderContext, part: DecoderPart, head: number): Tensor {
  const { rows, columns, values } = context.model.matrix(part);
  const scale = part.startsWith("query") ? 1 / Math.sqrt(headSize) : 1;
  return weightsOnce(
    context,
    `${part}-${head}`,
    rows,
    headSize,
    (i, j) => scale * values[i * columns + head * headSize + j]!,
  );
}

function headRows(context: DecoderContext, part: DecoderPart, head: number): Tensor {
  const { columns, values } = context.model.matrix(part);
  return weightsOnce(
    context,
    `${part}-${head}`,
    headSize,
    columns,
    (i, j) => values[(head * headSize + i) * columns + j]!,
  );
}
