import type { FabricFault } from "../fabric-fault.ts";
import type { Accelerator } from "./accelerator.ts";
import { loadOnCpu } from "./cpu.ts";
import { followedArray } from "./soft-array.ts";
import { softWorkloads } from "./soft-workloads.ts";

/**
 * An accelerator in the FPGA: an array of int8 multiply-accumulators whose circuit lies in configuration memory, and feels what stands there.
 * `fabric`: the upsets now standing; another list each time they change, the same one while they do not.
 */
export function softAccelerator(fabric: () => readonly FabricFault[]): Accelerator {
  const workloads = softWorkloads(followedArray(fabric));
  return {
    name: "soft",
    workloads: workloads.map((workload) => workload.name),
    load: (name, seed) => {
      const workload = workloads.find((candidate) => candidate.name === name);
      return workload === undefined ? null : loadOnCpu(workload.prepare(seed));
    },
  };
}
