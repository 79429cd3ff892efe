import * as onnxruntime from "onnxruntime-web";
import type { OnnxGraph } from "./onnx-graph.ts";

/**
 * Runs a model in ONNX Runtime (Microsoft's engine, compiled to WebAssembly): other people's kernels and order of sums. One thread, so that it is the same
 * each time.
 */
onnxruntime.env.wasm.numThreads = 1;

export interface OnnxRun {
  /** Of each output its elements, row by row. */
  (feeds: Readonly<Record<string, Fed>>): Promise<OnnxResult[]>;
}

export interface Fed {
  readonly type: "float32" | "int8" | "uint8" | "int32" | "int64";
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export type OnnxResult = Float32Array | Int32Array | Int8Array | Uint8Array | BigInt64Array;

export async function openOnnx(graph: OnnxGraph, outputs: readonly string[]): Promise<OnnxRun> {
  const session = await onnxruntime.InferenceSession.create(graph.model(outputs), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(([name, fed]) => [name, tensorOf(fed)] as const);
    const results = await session.run(Object.fromEntries(tensors));
    return outputs.map((name) => results[name]!.data as OnnxResult);
  };
}

function tensorOf({ type, shape, values }: Fed): onnxruntime.Tensor {
  switch (type) {
    case "float32":
      return new onnxruntime.Tensor(type, Float32Array.from(values), shape);
    case "int8":
      return new onnxruntime.Tensor(type, Int8Array.from(values), shape);
    case "uint8":
      return new onnxruntime.Tensor(type, Uint8Array.from(values), shape);
    case "int32":
      return new onnxruntime.Tensor(type, Int32Array.from(values), shape);
    case "int64":
      return new onnxruntime.Tensor(type, BigInt64Array.from(Array.from(values, BigInt)), shape);
  }
}
