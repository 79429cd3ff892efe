import type { Accelerator } from "../board/accelerators/accelerator.ts";
import { cpuAccelerator } from "../board/accelerators/cpu.ts";
import { gpuAccelerator } from "../board/accelerators/gpu/gpu.ts";
import { softAccelerator } from "../board/accelerators/soft.ts";
import { tpuAccelerator } from "../board/accelerators/tpu/tpu.ts";
import type { FabricFault } from "../board/fabric-fault.ts";
import type { InfoRom } from "../board/info-rom.ts";
import { told } from "./told.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";

/** What an emulated board computes with, as its rig file says; `fabric`: the upsets that stand in its FPGA. RangeError where sizes do not fit. */
export function emulatedAccelerator(
  spec: EmulatedBoardSpec,
  infoRom: InfoRom,
  fabric: () => readonly FabricFault[],
): Accelerator {
  const ecc = spec.ecc === "on";
  switch (spec.accelerator) {
    case "cpu":
      return cpuAccelerator(spec.format ?? "f32");
    case "soft":
      return softAccelerator(fabric);
    case "tpu":
      return tpuAccelerator({ ...spec.array, ecc }, { infoRom, scrubPeriodCycles: spec.scrubCycles });
    case "gpu": {
      const { tiling, ...sizes } = spec.gpu;
      const given = { sizes: told(sizes), tiling: told(tiling), scrubPeriodCycles: spec.scrubCycles };
      return gpuAccelerator({ ...given, infoRom, ecc });
    }
  }
}
