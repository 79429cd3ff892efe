import { bendelShare } from "../device-curve.ts";
import type { ProtonCurve } from "../device-curve.ts";
import type { DeviceSpec } from "../device-schema.ts";

/**
 * A TPU v6e as a beam of 67 MeV protons saw it (arXiv 2511.19468 v2, §2.3 and §4.3): SDC 14.4 to 20 rad(Si) an event, HBM
 * uncorrectable 44 rad(Si) an event (203 events), SEFI 2.0·10⁻¹¹ to 2.6·10⁻¹¹ cm² a chip; σ = 1.27·10⁻⁷ cm²·rad / (rad an event). HBM irregular from
 * 2 krad(Si). Latch-up is not mentioned there: none here.
 *
 * Free are three numbers, fitted by `npm run tune:tpu` to GEMM on a 16 × 16 array with ECC on and nothing else: what one bit of logic and SRAM stands for,
 * what one bit of HBM stands for, and how often the sequencer is struck. All else is fixed beforehand:
 *
 *   σ a bit at 67 MeV, before scaling        SRAM 3·10⁻¹⁶ cm² (UltraScale+ configuration cells, 16 nm FinFET: 2.7·10⁻¹⁶), registers 0.4 of it, DRAM cells 10⁻³ of it
 *   shape against energy                     Bendel with A = 20 MeV: 67 MeV is a quarter of saturation
 *   cells an event                           SRAM 1, 2, 3, 4 as 85 : 11 : 3 : 1, words four deep interleaved; HBM 90 : 8 : 2 in one word (a DRAM word is fetched from one row)
 *   temperature and voltage                  +0.2 %/K and −20 % a 10 % of voltage for SRAM (typical of bulk and FinFET: 0.1 to 0.3 %/K, 15 to 30 %)
 *
 * An emulated chip has 10⁵ to 10⁶ bits, the real one 10⁹ of SRAM and 10¹¹ of HBM: each emulated bit stands for `bitsOfOne` real ones, and a real chip's
 * words are never as hot as these. The sequencer (instructions, control, scalars) is struck by
 * one cross-section of its own, because the SEFI figure of a whole chip is all that is known of it: its bits have none beside it. Six tenths of it meet the
 * status register, the rest program counter, trap vector and a latch that only power clears; what follows is executed.
 */
export const tpuScales = {
  /** Real bits of logic and SRAM that an emulated one stands for. */
  logicBitsOfOne: 10400,
  /** Real bits of HBM that an emulated one stands for. */
  hbmBitsOfOne: 977000,
  /** Strikes on the sequencer, cm² a chip: some of them are masked or crash the program, the others need a restart. */
  sequencerCm2: 3.25e-11,
} as const satisfies Scales;

const sramCm2 = 3e-16;
const registerCm2 = 0.4 * sramCm2;
const dramCm2 = 1e-3 * sramCm2;
const aMeV = 20;
/** No ion has struck such a chip in public: there is no curve against LET, and a rig file with an ion beam has to bring its own. */
function against(at67MeVCm2: number): { readonly proton: ProtonCurve } {
  return { proton: { bendel: { aMeV, saturatedCm2: at67MeVCm2 / bendelShare(aMeV, 67) } } };
}

export function tpuDevice({ logicBitsOfOne, hbmBitsOfOne, sequencerCm2 }: Scales): DeviceSpec {
  const sram = {
    ...against(sramCm2 * logicBitsOfOne),
    temperatureCoefficientPerC: 0.002,
    voltageCoefficient: -2,
    multiplicity: [85, 11, 3, 1],
    interleave: 4,
  };
  const registers = {
    ...against(registerCm2 * logicBitsOfOne),
    temperatureCoefficientPerC: 0.002,
    voltageCoefficient: -2,
  };
  const hbm = { ...against(dramCm2 * hbmBitsOfOne), multiplicity: [90, 8, 2], interleave: 1 };
  return {
    structures: {
      hbm,
      "hbm-check": hbm,
      "unified-buffer": sram,
      "unified-buffer-check": sram,
      accumulators: sram,
      "accumulators-check": sram,
      "weight-fifo": sram,
      "weight-fifo-check": sram,
      weight: registers,
      "shadow-weight": registers,
      activation: registers,
      "partial-sum": registers,
      skew: registers,
      "de-skew": registers,
      lanes: registers,
    },
    sefi: [
      // Status: taken for being in the trap handler, where the next instruction resets the board.
      { block: "control", words: [2, 2], bits: [0, 0], ...against(0.6 * sequencerCm2) },
      // Program counter and trap vector: mostly a crash, or nothing.
      { block: "control", words: [0, 0], ...against(0.15 * sequencerCm2) },
      { block: "control", words: [3, 3], ...against(0.15 * sequencerCm2) },
      // A latch of the program counter that a reset does not reach: only power lets go of it.
      {
        block: "control",
        words: [0, 0],
        bits: [0, 3],
        lasts: "until-power",
        ...against(0.1 * sequencerCm2),
      },
    ],
    dose: { onsetRadSi: 2_000, wear: [{ structure: "hbm", perRadSi: 0.002 }] },
  };
}

export interface Scales {
  readonly logicBitsOfOne: number;
  readonly hbmBitsOfOne: number;
  readonly sequencerCm2: number;
}

export const tpuV6eLike: DeviceSpec = tpuDevice(tpuScales);
