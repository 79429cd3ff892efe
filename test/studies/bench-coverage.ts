import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import { campaignOn, exposure, smallRig } from "../campaign/emulated.ts";
import { garwoodWidthAt, leastCovered } from "./expected.ts";

/**
 * The whole bench against its own truth: exposures over seeds 1..N, and how often the 95 % interval of the SDC cross-section
 * holds what follows from the rig file (cross-section × bits) and from a reference injection study (vulnerability), which
 * shares no draw with them. A wide interval is no success: the mean width is held against that of the method at the truth.
 */
export interface BenchCoverage {
  readonly seeds: number;
  readonly truthCm2: number;
  /** Relative standard error of the truth, from the reference study. */
  readonly truthRelError: number;
  readonly meanEvents: number;
  readonly covered: number;
  /** Fewer covered than this happen by chance once in a hundred studies. */
  readonly atLeast: number;
  /** Mean width of the intervals, in widths of the method at the true mean. */
  readonly width: number;
}

const sigmaPerBitCm2 = 1e-12;
const rig = smallRig()
  .replace("beamFluxPerCm2PerSecond: 1.0e+8", "beamFluxPerCm2PerSecond: 1.0e+9")
  .replace(", control: 1.0e-12", "");
const fluencePerCm2 = 1.5e10;

export async function benchCoverage(seeds: number, referenceStrikes: number): Promise<BenchCoverage> {
  const reference = await campaignOn(
    rig,
    [
      `{ kind: injection, dut: dut, workload: gemm, target: [weights, activations], stop: { strikes: ${referenceStrikes} } }`,
    ],
    // The campaign's seed chooses weights and inputs, the same here and in every exposure; only their worlds differ.
    { seed: 0 },
  );
  let truthCm2 = 0;
  let variance = 0;
  for (const run of reference.result.runs) {
    const { value, n } = run.estimates.find(({ outcome }) => outcome === "sdc")!;
    const bits = bitsOf(run.target!);
    truthCm2 += sigmaPerBitCm2 * bits * value;
    variance += (sigmaPerBitCm2 * bits) ** 2 * ((value * (1 - value)) / (n / value));
  }
  let covered = 0;
  let width = 0;
  let events = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { result } = await campaignOn(rig, [exposure(`fluencePerCm2: ${fluencePerCm2}, seconds: 600`)], {
      seed: 0,
      worldSeed: seed,
    });
    const run = result.runs[0]!;
    const sdc = run.estimates.find(({ outcome, per }) => outcome === "sdc" && per === "device")!;
    if (run.exposure.kind !== "beam") throw new Error("no exposure to a beam");
    const mean = truthCm2 * run.exposure.fluenceLivePerCm2;
    if (sdc.lower <= truthCm2 && truthCm2 <= sdc.upper) covered++;
    width += (sdc.upper - sdc.lower) / (garwoodWidthAt(mean) / run.exposure.fluenceLivePerCm2);
    events += sdc.n;
  }
  return {
    seeds,
    truthCm2,
    truthRelError: Math.sqrt(variance) / truthCm2,
    meanEvents: events / seeds,
    covered,
    atLeast: leastCovered(seeds, 0.95, 0.01),
    width: width / seeds,
  };
}

/** One 8-bit word an element, 16 × 16 of them, in both operands. */
function bitsOf(target: string): number {
  if (target !== "weights" && target !== "activations") throw new Error(`no bits known of ${target}`);
  return 256 * 8;
}

export async function benchCoverageReport(): Promise<readonly string[]> {
  const report = await benchCoverage(200, 20_000);
  const lines = [
    `truth: ${report.truthCm2.toExponential(3)} cm² (± ${(100 * report.truthRelError).toFixed(2)} %, 1 sigma of the reference study of 20,000 strikes a target)`,
    `exposures: seeds 1 to ${report.seeds}, ${report.meanEvents.toFixed(1)} SDC events each on the mean`,
    `95 % intervals that hold the truth: ${report.covered} of ${report.seeds}; not fewer than ${report.atLeast} are asked`,
    `mean width: ${report.width.toFixed(3)} of the method's at the true mean; at most 1.1 is asked`,
  ];
  writeFileSync(
    join(packageRoot, "docs/studies/bench-coverage.md"),
    `# Coverage of the whole bench\n\nWhat is compared stands in \`test/studies/bench-coverage.ts\`; \`npm run study -- bench-coverage\` does it again.\n\n${lines.map((line) => `- ${line}\n`).join("")}`,
  );
  if (report.covered < report.atLeast || report.width > 1.1) throw new Error(lines.join("\n"));
  return lines;
}
