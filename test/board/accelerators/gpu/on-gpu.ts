import type { KernelEnd } from "../../../../src/board/workloads/workload.ts";
import type { Program } from "../../../../src/board/workloads/program.ts";
import { createGpuMachine } from "../../../../src/board/accelerators/gpu/gpu-machine.ts";
import { defaultGpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import type { GpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import { lower } from "../../../../src/board/accelerators/gpu/lower.ts";
import { defaultGpuTiling } from "../../../../src/board/accelerators/gpu/tiling.ts";
import type { GpuTiling } from "../../../../src/board/accelerators/gpu/tiling.ts";

export interface OnGpu {
  readonly end: KernelEnd | null;
  readonly cycles: number;
  /** Elements of the output as numbers. */
  readonly output: Float64Array;
  readonly detectors: number;
  readonly corrected: number;
}

/** One iteration, undisturbed. */
export function onGpu(
  program: Program,
  input = 0,
  options: {
    readonly sizes?: Partial<GpuSizes>;
    readonly tiling?: Partial<GpuTiling>;
    readonly ecc?: boolean;
  } = {},
): OnGpu {
  const sizes = { ...defaultGpuSizes, ...options.sizes };
  const { image } = lower(program, sizes, { ...defaultGpuTiling, ...options.tiling });
  const machine = createGpuMachine(image, { sizes, ecc: options.ecc ?? false });
  machine.begin(input);
  const end = machine.advance(1e8);
  const { cycle: cycles, detectors, corrected } = machine;
  return { end, cycles, output: numbersOf(machine.output(), program.format), detectors, corrected };
}

export function numbersOf(words: Uint32Array, format: string): Float64Array {
  return Float64Array.from(
    format === "f32"
      ? new Float32Array(words.buffer, words.byteOffset, words.length)
      : new Int32Array(words.buffer, words.byteOffset, words.length),
  );
}
