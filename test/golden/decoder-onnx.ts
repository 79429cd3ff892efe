import type { DecoderModel } from "../../src/board/workloads/decoder-model.ts";
import {
  answerLength,
  contextLength,
  decoderShape,
  normEpsilon,
  promptLength,
  promptOf,
  type DecoderPart,
} from "../../src/board/workloads/decoder-shape.ts";
import { onnxGraph, onnxTypes, type Attributes } from "./onnx-graph.ts";
import { openOnnx } from "./run-onnx.ts";

/**
 * The decoder without its cache: for every token the whole text goes through once more, all prompts and heads together, with a triangular mask, ONNX's own Softmax
 * and a norm by its root mean square. What it says must be the same.
 *
 *   tokens [n, 11] ─embedding + position→ 2 × (norm → attention + → norm → ReLU layer +) → norm → scores [n, 11, 12] ─largest at the last token→ next token
 */
export interface DecoderAnswers {
  /** [prompt][token]. */
  readonly tokens: readonly (readonly number[])[];
  /** Smallest lead of a token said over the next best, over all: far above what rounding does. */
  readonly lead: number;
}

const { layers, width, heads, hidden, tokens: vocabulary } = decoderShape;
const headSize = width / heads;

/** The decoder with weights of int8: integers times one scale, of a matrix, or of what one head has of it. Offsets and positions stay float32. */
export function withIntegerWeights(model: DecoderModel): DecoderModel {
  return {
    ...model,
    matrix: (part) => {
      const matrix = model.matrix(part);
      if (/^(position|offset)/.test(part)) return matrix;
      const head = (at: number): number => {
        if (/^(query|key|value)/.test(part)) return Math.floor((at % matrix.columns) / headSize);
        return part.startsWith("mix") ? Math.floor(at / matrix.columns / headSize) : 0;
      };
      const most = Array.from({ length: heads }, () => 0);
      matrix.values.forEach((value, at) => (most[head(at)] = Math.max(most[head(at)]!, Math.abs(value))));
      const values = matrix.values.map((value, at) => {
        const scale = Math.fround(most[head(at)]! / 127);
        return value === 0 ? 0 : Math.round(value / scale) * scale;
      });
      return { ...matrix, values };
    },
  };
}

/** What a product takes is float32, or rounded to bfloat16; the weights are bfloat16 numbers. */
export async function decoderAnswers(
  model: DecoderModel,
  narrow: "float" | "bfloat16",
): Promise<DecoderAnswers> {
  const count = model.prompts.length;
  const g = onnxGraph();
  const node = (operator: string, inputs: readonly string[], attributes?: Attributes): string =>
    g.node(operator, inputs, attributes);
  const round = (x: string): string =>
    narrow === "float"
      ? x
      : node("Cast", [node("Cast", [x], { to: onnxTypes[narrow] })], { to: onnxTypes.float });
  const matrix = (part: DecoderPart): string => {
    const { rows, columns, values } = model.matrix(part);
    return g.constant("float", [rows, columns], values);
  };
  const scalar = (value: number): string => g.constant("float", [], Float32Array.of(value));
  const sizes = (...shape: readonly number[]): string =>
    g.constant("int64", [shape.length], BigInt64Array.from(shape.map(BigInt)));
  const product = (a: string, b: string): string => node("MatMul", [a, b]);
  const norm = (x: string): string => {
    const square = node("ReduceMean", [node("Mul", [x, x]), sizes(-1)], { keepdims: 1 });
    return round(node("Div", [x, node("Sqrt", [node("Add", [square, scalar(normEpsilon)])])]));
  };
  const byHead = (x: string): string =>
    node("Transpose", [node("Reshape", [x, sizes(count, contextLength, heads, headSize)])], {
      perm: [0, 2, 1, 3],
    });
  const mask = g.constant(
    "float",
    [contextLength, contextLength],
    Float32Array.from({ length: contextLength ** 2 }, (_, i) =>
      i % contextLength > Math.floor(i / contextLength) ? -Infinity : 0,
    ),
  );

  const embedded = node("Gather", [matrix("embedding"), g.input("tokens", "int64", [count, contextLength])]);
  let stream = node("Add", [embedded, matrix("position")]);
  for (let layer = 1; layer <= layers; layer++) {
    const x = norm(stream);
    const [query, key, value] = (["query", "key", "value"] as const).map((part) =>
      byHead(round(product(x, matrix(`${part}-${layer}`)))),
    );
    const turned = node("Transpose", [key!], { perm: [0, 1, 3, 2] });
    const scores = node("Div", [product(query!, turned), scalar(Math.sqrt(headSize))]);
    const shares = round(node("Softmax", [node("Add", [scores, mask])], { axis: -1 }));
    const seen = round(product(shares, value!));
    const joined = node("Reshape", [
      node("Transpose", [seen], { perm: [0, 2, 1, 3] }),
      sizes(count, contextLength, width),
    ]);
    stream = node("Add", [stream, product(joined, matrix(`mix-${layer}`))]);
    const offset = node("Reshape", [matrix(`offset-${layer}`), sizes(hidden)]);
    const raised = node("Relu", [node("Add", [product(norm(stream), matrix(`up-${layer}`)), offset])]);
    stream = node("Add", [stream, product(round(raised), matrix(`down-${layer}`))]);
  }
  const run = await openOnnx(g, [product(norm(stream), matrix("unembedding"))]);

  const texts = model.prompts.map(([a, b]) => promptOf(a, b));
  let lead = Infinity;
  for (let said = 0; said < answerLength; said++) {
    const at = promptLength + said - 1;
    const values = texts.flatMap((text) => Array.from({ length: contextLength }, (_, i) => text[i] ?? 0));
    const [scores] = await run({ tokens: { type: "int64", shape: [count, contextLength], values } });
    for (const [prompt, text] of texts.entries()) {
      const from = (prompt * contextLength + at) * vocabulary;
      const its = Array.from({ length: vocabulary }, (_, token) => Number(scores![from + token]));
      const [best, next] = its.toSorted((a, b) => b - a);
      lead = Math.min(lead, best! - next!);
      text.push(its.indexOf(best!));
    }
  }
  return { tokens: texts.map((text) => text.slice(promptLength)), lead };
}
