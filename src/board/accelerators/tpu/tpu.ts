import type { Accelerator } from "../accelerator.ts";
import { loadOnMachine } from "../machine.ts";
import { programs } from "../../workloads/programs.ts";
import { lowerProgram } from "./lower-program.ts";
import { createTpuMachine } from "./tpu-machine.ts";
import type { TpuMachineOptions } from "./tpu-machine.ts";
import type { TpuShape } from "./tpu-state.ts";

/** The TPU-like accelerator (docs/tpu.md): a systolic array of `rows` × `columns`, 4 to 256 each, with its memories protected or not. */
export function tpuAccelerator(shape: TpuShape, options: TpuMachineOptions = {}): Accelerator {
  for (const side of ["rows", "columns"] as const)
    if (!Number.isInteger(shape[side]) || shape[side] < 4 || shape[side] > 256)
      throw new RangeError(`an array of ${shape[side]} ${side}: expected 4 to 256`);
  return {
    name: "tpu",
    workloads: programs.map((program) => program.name),
    load: (name, seed) => {
      const program = programs.find((candidate) => candidate.name === name);
      if (program === undefined) return null;
      return loadOnMachine(createTpuMachine(shape, lowerProgram(program.build(seed), shape), options));
    },
  };
}
