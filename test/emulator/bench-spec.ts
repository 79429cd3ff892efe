import { emulationSchema } from "../../src/emulator/emulation-schema.ts";
import type { EmulationSpec } from "../../src/emulator/emulation-schema.ts";

/** An emulation with two boards, `a` and `b`; what is given overrides. */
export function benchSpec(
  overrides: Readonly<Record<string, unknown>> = {},
  board: Readonly<Record<string, unknown>> = {},
): EmulationSpec {
  const emulated = {
    accelerator: "cpu",
    crossSectionPerBitCm2: { weights: 1e-12, activations: 1e-12, control: 1e-12 },
    temperatureCoefficientPerC: 0.002,
    leakageWattsPerC: 0,
  };
  return emulationSchema.parse({
    beamFluxPerCm2PerSecond: 1e7,
    boards: { a: { ...emulated, format: "f32", ...board }, b: { ...emulated, format: "i8" } },
    ...overrides,
  });
}
