import type { LoadedWorkload } from "../../src/board/accelerators/accelerator.ts";
import { loadOnMachine } from "../../src/board/accelerators/machine.ts";
import { lowerProgram } from "../../src/board/accelerators/tpu/lower-program.ts";
import { createTpuMachine } from "../../src/board/accelerators/tpu/tpu-machine.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { beamOf } from "../../src/emulator/beam.ts";
import { deviceOf } from "../../src/emulator/device.ts";
import type { Device } from "../../src/emulator/device.ts";
import type { DeviceSpec } from "../../src/emulator/device-schema.ts";
import { emulationSchema } from "../../src/emulator/emulation-schema.ts";

/** The array that the preset is tuned on. */
export const tunedShape = { rows: 16, columns: 16, ecc: true } as const;

export function loadOnTpu(
  workload: string,
  shape: { rows: number; columns: number; ecc: boolean } = tunedShape,
): LoadedWorkload {
  const program = programs.find(({ name }) => name === workload);
  if (program === undefined) throw new RangeError(`no workload '${workload}'`);
  return loadOnMachine(createTpuMachine(shape, lowerProgram(program.build(0), shape)));
}

/** A device under 67 MeV protons. */
export function at67MeV(spec: DeviceSpec): Device {
  const beam = { species: "proton", energyMeV: 67, fluxPerCm2PerSecond: 1 };
  const { boards } = emulationSchema.parse({
    beam,
    boards: { chip: { accelerator: "cpu", format: "i8", ...spec } },
  });
  return deviceOf(boards["chip"]!, beamOf({ beam, beamFluxPerCm2PerSecond: 0 }));
}
