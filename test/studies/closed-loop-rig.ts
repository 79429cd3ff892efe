import { parse } from "yaml";
import { rigFileSchema } from "../../src/cli/rig-file-schema.ts";
import type { Weibull } from "../../src/science/upset/weibull.ts";

/**
 * The truth of the closed loop, as a rig file says it: upsets a bit against energy and LET, and cells an event. What the emulated beam works from is what the
 * count model works from. Cross-sections are those of no part; the fluences of the campaigns are chosen for them.
 */
export const closedLoopRig = `
rig: closed-loop
stations:
  dut: { serial: D-1, link: { memory: dut }, supply: box, beam: box }
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  beam: { species: proton, energyMeV: 67, fluxPerCm2PerSecond: 1.0e+8 }
  boards:
    dut:
      accelerator: cpu
      format: i8
      structures:
        weights:
          proton: { weibull: { saturatedCm2: 1.0e-15, onset: 6, width: 22, shape: 1.2 } }
          ion: { weibull: { saturatedCm2: 1.2e-8, onset: 1, width: 18, shape: 1.5 } }
          multiplicity: [0.86, 0.1, 0.04]
        activations:
          proton: { weibull: { saturatedCm2: 2.5e-15, onset: 8, width: 30, shape: 1.4 } }
          ion: { weibull: { saturatedCm2: 2.5e-8, onset: 1.5, width: 24, shape: 1.7 } }
          multiplicity: [0.95, 0.05]
`;

export interface StructureTruth {
  readonly name: string;
  readonly proton: Weibull;
  readonly ion: Weibull;
  /** Share of events of 1, 2, 3 … cells. */
  readonly multiplicity: readonly number[];
}

export function structuresOf(rigText: string): StructureTruth[] {
  const { emulation } = rigFileSchema.parse(parse(rigText));
  const board = emulation!.boards["dut"]!;
  return Object.entries(board.structures).map(([name, { proton, ion, multiplicity }]) => {
    const sum = multiplicity.reduce((total, weight) => total + weight, 0);
    return {
      name,
      proton: weibullOf(proton),
      ion: weibullOf(ion),
      multiplicity: multiplicity.map((weight) => weight / sum),
    };
  });
}

function weibullOf(curve: object | undefined): Weibull {
  if (curve === undefined || !("weibull" in curve)) throw new Error("the closed loop's curves are Weibull's");
  return curve.weibull as Weibull;
}
