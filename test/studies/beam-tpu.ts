import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import type { DeviceSpec } from "../../src/emulator/device-schema.ts";
import { tpuV6eLike } from "../../src/emulator/devices/tpu-v6e-like.ts";
import { garwood } from "../../src/science/garwood.ts";
import type { RunResult } from "../../src/domain/result.ts";
import { campaignOn } from "../campaign/emulated.ts";
import { crossSectionOf, referenceStudy } from "../tuning/reference.ts";
import type { Estimated, Shares } from "../tuning/reference.ts";
import { at67MeV, loadOnTpu } from "../tuning/tpu-chip.ts";
import { garwoodWidthAt, lowerBinomial } from "./expected.ts";

/**
 * An emulated beam on the TPU-like board against its own truth (DESIGN: how a statistical claim is proved). Each seed is a chip of its own: a whole
 * campaign under 67 MeV protons, below the dose at which HBM becomes irregular.
 *
 *   preset ─reference study of the machine alone→ σ × bits × share, with its error ─→ truth
 *   preset ─world, board, link, campaign, analysis, seed n→ counts, fluence ─Garwood→ interval ─ holds the truth?
 */
export interface Coverage {
  readonly what: string;
  readonly truth: Estimated;
  readonly seeds: number;
  readonly meanEvents: number;
  readonly covered: number;
  /** Fewer covered than this happen by chance once in a hundred studies. */
  readonly atLeast: number;
  /** Mean width of the intervals, in widths of the method at the true mean. */
  readonly width: number;
}

const workload = "gemm-bf16";
/** 1.05·10¹⁰ protons of 67 MeV are 1.3 krad(Si): below the onset of 2 krad. */
const fluencePerCm2 = 1.05e10;

/** Memories on the die have SEC-DED and four words interleaved, or parity: no event of up to four cells gets past it silently, so they have no part in these. */
const onDie = ["unified-buffer", "accumulators", "weight-fifo"];
const isSeen = (target: string): boolean => !onDie.some((memory) => target.startsWith(memory));

interface Counted {
  readonly events: number;
  readonly fluencePerCm2: number;
}

/** SDC, uncorrectable and corrected errors of HBM, of the preset as it is. */
export async function beamOnPreset(seeds: number, referenceEvents: number): Promise<readonly Coverage[]> {
  const shares = referenceStudy(() => loadOnTpu(workload), at67MeV(tpuV6eLike), referenceEvents, 2, isSeen);
  const hbm = shares.filter(({ source }) => source.startsWith("hbm"));
  const runs: RunResult[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    runs.push(
      await exposed(
        rigOf("device: tpu-v6e-like", 2.0e8),
        `fluencePerCm2: ${fluencePerCm2}, seconds: 3600`,
        seed,
      ),
    );
  return [
    coverageOf(
      "SDC",
      crossSectionOf(shares, "sdc"),
      runs.map((run) => counted(run, sdcOf(run))),
    ),
    coverageOf(
      "HBM uncorrectable",
      crossSectionOf(hbm, "hbmUncorrectable"),
      runs.map((run) => counted(run, memoryOf(run, "uncorrected"))),
    ),
    coverageOf(
      "HBM upsets, as its counter of corrected errors tells",
      crossSectionOf(hbm, "hbmCorrected"),
      runs.map((run) => counted(run, memoryOf(run, "corrected"))),
    ),
  ];
}

/** The status register of the sequencer, struck far oftener than any real part's: the next instruction resets the board. */
const sefiCm2 = 1e-8;
const sefi = `{ block: control, words: [2, 2], bits: [0, 0], proton: { flatCm2: ${sefiCm2} } }`;
const sefiDevice: DeviceSpec = {
  sefi: [{ block: "control", words: [2, 2], bits: [0, 0], proton: { flatCm2: sefiCm2 } }],
};

/**
 * At a low flux: what falls while a board boots and loads lands at the first cycle of the iteration after (stored state is struck while a board idles),
 * and at ten times this flux that would be a quarter more restarts than the live fluence gives.
 */
export async function beamOnSefiRig(seeds: number, referenceEvents: number): Promise<Coverage> {
  const shares: readonly Shares[] = referenceStudy(
    () => loadOnTpu(workload),
    at67MeV(sefiDevice),
    referenceEvents,
    3,
  );
  const counts: Counted[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await exposed(rigOf(`sefi: [${sefi}]`, 2.4e6), `fluencePerCm2: 4.0e9, seconds: 36000`, seed);
    const events = Object.entries(run.effects).reduce(
      (sum, [effect, count]) => sum + (effect.startsWith("sefi") ? count : 0),
      0,
    );
    counts.push(counted(run, events));
  }
  return coverageOf("SEFI (restarts), of an own rig", crossSectionOf(shares, "restarted"), counts);
}

function rigOf(board: string, fluxPerCm2PerSecond: number): string {
  return `
rig: beam-tpu
stations:
  dut: { serial: D-1, link: { memory: dut }, supply: box, beam: box }
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  beam: { species: proton, energyMeV: 67, fluxPerCm2PerSecond: ${fluxPerCm2PerSecond} }
  boards:
    dut: { accelerator: tpu, clockKHz: 100, thermalResistanceCPerW: 0, ${board} }
`;
}

/** The board stands at 25 °C: what a cross-section follows beside the beam is proved elsewhere. */
async function exposed(rig: string, stop: string, worldSeed: number): Promise<RunResult> {
  const block = `{ kind: beam, dut: dut, workload: ${workload}, beam: { species: proton, energyMeV: 67 }, stop: { ${stop} } }`;
  const { result } = await campaignOn(rig, [block], { seed: 0, worldSeed });
  return result.runs[0]!;
}

function counted({ exposure }: RunResult, events: number): Counted {
  if (exposure.kind !== "beam") throw new Error("no exposure to a beam");
  return { events, fluencePerCm2: exposure.fluenceLivePerCm2 };
}

function sdcOf({ estimates }: RunResult): number {
  return estimates.find(({ outcome, per }) => outcome === "sdc" && per === "device")!.n;
}

function memoryOf({ ecc }: RunResult, what: "corrected" | "uncorrected"): number {
  return ecc.find(({ structure }) => structure === "dram")?.[what].errors ?? 0;
}

function coverageOf(what: string, truth: Estimated, counts: readonly Counted[]): Coverage {
  let [covered, width, total] = [0, 0, 0];
  for (const { events, fluencePerCm2: fluence } of counts) {
    const { lower, upper } = garwood(events);
    if (lower / fluence <= truth.cm2 && truth.cm2 <= upper / fluence) covered++;
    width += (upper - lower) / garwoodWidthAt(truth.cm2 * fluence);
    total += events;
  }
  const seeds = counts.length;
  return {
    what,
    truth,
    seeds,
    meanEvents: total / seeds,
    covered,
    atLeast: lowerBinomial(seeds, 0.95, 0.01),
    width: width / seeds,
  };
}

export function holds({ covered, atLeast, width, meanEvents }: Coverage): boolean {
  return covered >= atLeast && width <= 1.1 && meanEvents >= 30 * 0.9;
}

function lineOf({ what, truth, seeds, meanEvents, covered, atLeast, width }: Coverage): string {
  const error = ((100 * truth.errorCm2) / truth.cm2).toFixed(1);
  return `| ${what} | ${truth.cm2.toExponential(2)} (± ${error} %) | ${meanEvents.toFixed(1)} | ${covered} of ${seeds} | ${atLeast} | ${width.toFixed(3)} |`;
}

export async function beamTpuReport(): Promise<readonly string[]> {
  const seeds = Number(process.env["SEEDS"] ?? 10);
  const rows = [...(await beamOnPreset(seeds, 1_000)), await beamOnSefiRig(seeds, 500)];
  const lines = [
    "| cross-section | truth, cm² (1 sigma of the reference study) | events a chip, mean | intervals that hold it | at least | mean width, of the method's |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows.map(lineOf),
  ];
  writeFileSync(
    join(packageRoot, "docs/studies/beam-tpu.md"),
    `# An emulated beam on the TPU-like board\n\nWhat is compared stands in \`test/studies/beam-tpu.ts\`; \`npm run study -- beam-tpu\` does it again. Seeds are 1 to ${seeds}, each a chip of its own under 67 MeV protons, GEMM in bf16 on the preset \`tpu-v6e-like\`, state restored before every iteration.\n\n${lines.join("\n")}\n`,
  );
  if (!rows.every(holds)) throw new Error(lines.join("\n"));
  return lines;
}
