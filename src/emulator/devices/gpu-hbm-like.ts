import { bendelShare } from "../device-curve.ts";
import type { ProtonCurve } from "../device-curve.ts";
import type { DeviceSpec, WearSpec } from "../device-schema.ts";

/**
 * A data-centre GPU with HBM. No beam study of one is public in full, so nothing is fitted: σ a bit by technology, one scale, and a SEFI cross-section as
 * measured on the GPU of a smaller part of like technology (Jetson Orin NX, 480 MeV protons: GPU SEFI 6.5·10⁻¹⁰ cm², Rodriguez-Ferrandez et al. 2024).
 *
 *   σ a bit at 67 MeV, before scaling        SRAM 3·10⁻¹⁶ cm² (UltraScale+ configuration cells, 16 nm FinFET: 2.7·10⁻¹⁶), latches 0.4 of it, DRAM cells 10⁻³ of it
 *   an emulated bit of SRAM or logic         stands for 264: the register file of an H100 is 33 MB, the emulated one 128 KB
 *   an emulated bit of HBM                   stands for 10⁶: 80 GB of it against some 100 KB that a workload occupies
 *   shape against energy                     Bendel with A = 20 MeV
 *   cells an event                           SRAM 1, 2, 3, 4 as 85 : 11 : 3 : 1, words four deep interleaved; HBM 90 : 8 : 2 in one word
 *
 * One scale for all of SRAM and logic, one for HBM: which structure is struck how often is bits × σ a bit, and no weight is free (the mix of shapes follows).
 * SEFI strike what a restart has to bring back: the front end, the schedulers, the configuration of the device.
 */
const sramCm2 = 264 * 3e-16;
const latchCm2 = 0.4 * sramCm2;
const dramCm2 = 1e6 * 3e-19;
const sefiCm2 = 6.5e-10;
const aMeV = 20;

/** `atMeV`: the energy at which this figure was measured, or is meant. */
function against(cm2: number, atMeV = 67): { readonly proton: ProtonCurve } {
  return { proton: { bendel: { aMeV, saturatedCm2: cm2 / bendelShare(aMeV, atMeV) } } };
}

const follows = { temperatureCoefficientPerC: 0.002, voltageCoefficient: -2 } as const;
const sram = { ...against(sramCm2), ...follows, multiplicity: [85, 11, 3, 1], interleave: 4 };
const latches = { ...against(latchCm2), ...follows };
const hbm = { ...against(dramCm2), multiplicity: [90, 8, 2], interleave: 1 };
const wear: WearSpec[] = [
  { structure: "hbm", perRadSi: 0.002, retentionShare: 0.5, doublingC: 10, allBelowC: 125 },
];

export const gpuHbmLike: DeviceSpec = {
  structures: {
    hbm,
    "hbm-check": hbm,
    l2: sram,
    "l2-check": sram,
    "l2-tag": sram,
    "l2-tag-check": sram,
    l1: sram,
    "l1-check": sram,
    "l1-tag": sram,
    "l1-tag-check": sram,
    shared: sram,
    "shared-check": sram,
    registers: sram,
    "registers-check": sram,
    instructions: sram,
    "instructions-check": sram,
    constants: sram,
    predicates: latches,
    scheduler: latches,
    "scheduler-mask": latches,
    barrier: latches,
    "tensor-operands": latches,
    "tensor-control": latches,
  },
  sefi: [
    { block: "control", words: [0, 10], ...against(0.6 * sefiCm2, 480) },
    { block: "control", words: [11, 14], ...against(0.2 * sefiCm2, 480) },
    { block: "scheduler", ...against(0.19 * sefiCm2, 480) },
    // The bit that lets an SM take blocks, or where the memory ends, stuck until power is cycled.
    {
      block: "control",
      words: [12, 13],
      bits: [0, 15],
      lasts: "until-power",
      ...against(0.01 * sefiCm2, 480),
    },
  ],
  dose: { onsetRadSi: 2_000, wear },
};
