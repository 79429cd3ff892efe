import type { InfoRom } from "../../info-rom.ts";
import { programs } from "../../workloads/programs.ts";
import type { Accelerator } from "../accelerator.ts";
import { loadOnMachine } from "../machine.ts";
import { createGpuMachine } from "./gpu-machine.ts";
import { defaultGpuSizes } from "./image.ts";
import type { GpuSizes } from "./image.ts";
import { lower } from "./lower.ts";
import { defaultGpuTiling, wrongTiling } from "./tiling.ts";
import type { GpuTiling } from "./tiling.ts";

/** What a board of this kind may be told; what it is not told is as in docs/gpu.md. */
export interface GpuAcceleratorOptions {
  readonly ecc: boolean;
  readonly sizes?: Partial<GpuSizes>;
  readonly tiling?: Partial<GpuTiling>;
  /** The board's own, over its boots; left out: that of a part fresh from the factory. */
  readonly infoRom?: InfoRom;
  /** 0 or left out: no scrubbing. */
  readonly scrubPeriodCycles?: number;
}

/** The GPU-like accelerator with every program there is (docs/gpu.md). Throws a RangeError where the tiling does not fit the device. */
export function gpuAccelerator(options: GpuAcceleratorOptions): Accelerator {
  const { sizes = {}, tiling = {}, ...rest } = options;
  const device = { ...defaultGpuSizes, ...sizes };
  const tiles = { ...defaultGpuTiling, ...tiling };
  const wrong = wrongTiling(tiles, device);
  if (wrong !== null) throw new RangeError(`tiling: ${wrong}`);
  return {
    name: "gpu",
    workloads: programs.map(({ name }) => name),
    load: (workload, seed) => {
      const program = programs.find(({ name }) => name === workload);
      if (program === undefined) return null;
      const { image } = lower(program.build(seed), device, tiles);
      return loadOnMachine(createGpuMachine(image, { sizes: device, ...rest }));
    },
  };
}
