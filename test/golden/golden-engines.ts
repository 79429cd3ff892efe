import type { Accelerator } from "../../src/board/accelerators/accelerator.ts";
import { gpuAccelerator } from "../../src/board/accelerators/gpu/gpu.ts";
import { tpuAccelerator } from "../../src/board/accelerators/tpu/tpu.ts";
import type { ProgramWorkload } from "../../src/board/workloads/program.ts";
import { evaluateProgram } from "../board/workloads/evaluate-program.ts";

/** What computes a workload's golden output, and is to be compared with an engine of other people's making. */
export interface GoldenEngine {
  readonly name: string;
  /** Elements of the output of one input, row by row. */
  open(workload: ProgramWorkload, seed: number): (input: number) => Float64Array;
}

const accelerators: readonly Accelerator[] = [
  tpuAccelerator({ rows: 16, columns: 16, ecc: true }),
  gpuAccelerator({ ecc: true }),
];

/** The plain reference, and every accelerator that runs programs. */
export const goldenEngines: readonly GoldenEngine[] = [
  {
    name: "reference",
    open: (workload, seed) => {
      const program = workload.build(seed);
      return (input) => evaluateProgram(program, input).output;
    },
  },
  ...accelerators.map((accelerator) => ({
    name: accelerator.name,
    open: (workload: ProgramWorkload, seed: number) => openOn(accelerator, workload, seed),
  })),
];

function openOn(
  accelerator: Accelerator,
  workload: ProgramWorkload,
  seed: number,
): (input: number) => Float64Array {
  const loaded = accelerator.load(workload.name, seed);
  if (loaded === null) throw new Error(`${accelerator.name} has no ${workload.name}`);
  return (input) => {
    const execution = loaded.start(input, []);
    const end = execution.advance(Infinity);
    if (end !== "ok") throw new Error(`${accelerator.name}, ${workload.name}, input ${input}: ${end}`);
    const { buffer, byteOffset, length } = execution.output;
    return Float64Array.from(
      loaded.format === "f32"
        ? new Float32Array(buffer, byteOffset, length)
        : new Int32Array(buffer, byteOffset, length),
    );
  };
}
