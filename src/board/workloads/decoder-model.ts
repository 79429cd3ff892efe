import { fromBf16 } from "../numbers/bf16.ts";
import { prompts, weights } from "./decoder-model-data.ts";
import { decoderMatrices } from "./decoder-shape.ts";
import type { DecoderMatrix, DecoderPart } from "./decoder-shape.ts";

/** The trained decoder. Its weights are bf16 numbers: f32 and bf16 compute with the same ones. */
export interface DecoderModel {
  /** Row by row. */
  matrix(part: DecoderPart): DecoderMatrix & { readonly values: Float32Array };
  /** Numbers to be added; from the validation set, and every format solves them. */
  readonly prompts: readonly (readonly [number, number])[];
}

export function readDecoderModel(): DecoderModel {
  const codes = new Uint16Array(Uint8Array.from(Buffer.from(weights, "base64")).buffer);
  return decoderModel(Float32Array.from(codes, fromBf16), prompts);
}

/** All parameters one after the other, as `decoderMatrices` lays them out. */
export function decoderModel(all: Float32Array, its: DecoderModel["prompts"]): DecoderModel {
  const byName = new Map(decoderMatrices().matrices.map((matrix) => [matrix.name, matrix]));
  return {
    matrix: (part) => {
      const matrix = byName.get(part)!;
      return { ...matrix, values: all.subarray(matrix.at, matrix.at + matrix.rows * matrix.columns) };
    },
    prompts: its,
  };
}
