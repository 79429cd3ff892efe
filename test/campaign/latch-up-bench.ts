import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rec } from "../../src/domain/records.ts";
import type { RailTruth, TruthLine } from "../../src/emulator/truth.ts";
import { campaignOn, ofType } from "./emulated.ts";
import type { Outcome } from "./emulated.ts";

/** A board whose rail hangs on an emulated Korad, and what the world did to that rail. */
export interface LatchRig {
  /** Entries of `emulation.boards.dut.events`, in YAML. */
  readonly events: string;
  /** Keys of the rail beside its device, in YAML. */
  readonly rail?: string;
  /** The supply's own quirks, in YAML. */
  readonly supply?: string;
  /** The station's keys beside serial and link. */
  readonly station?: string;
  readonly clockKHz?: number;
}

export const usualRail = "milliV: 5000, tripMilliA: 1200, holdMilliA: 400, microStepMilliA: 150";

/** 1 W idle and 4 W busy at 5 V: 200 and 800 mA. It stands 1250 mA; its supply trips at 1200, 20 ms later. */
export function latchRig(options: LatchRig): string {
  return `
rig: latch
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    heartbeatMs: 200
    injector: { device: box, targets: [control] }
    thermal: box
    supply: { device: psu, rail: core, ${options.rail ?? usualRail} }
    beam: box
    ${options.station ?? ""}
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
  psu: { protocol: korad, link: { memory: psu } }
emulation:
  beamFluxPerCm2PerSecond: 1.0e+7
  boards:
    dut:
      accelerator: cpu
      format: i8
      clockKHz: ${options.clockKHz ?? 500}
      bootMs: 300
      crossSectionPerBitCm2: {}
      rails: { core: { milliV: 5000, absoluteMilliA: 1250 } }
      events: [${options.events}]
  instruments:
    psu: { is: korad${options.supply ?? ""} }
`;
}

export interface LatchOutcome extends Outcome {
  readonly truth: readonly RailTruth[];
}

export async function latchCampaign(
  rig: string,
  blocks: readonly string[],
  options: Parameters<typeof campaignOn>[2] = {},
): Promise<LatchOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-latch-"));
  const truthPath = join(folder, "truth.jsonl");
  try {
    const outcome = await campaignOn(rig, blocks, { ...options, truthPath });
    const lines = readFileSync(truthPath, "utf8").split("\n").filter(Boolean);
    const truth = lines.map((line) => JSON.parse(line) as TruthLine | RailTruth).filter(isOfRail);
    return { ...outcome, truth };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Names of the rail events, in order. */
export function railStory(records: readonly Rec[]): string[] {
  return ofType(records, "rail_event").map(({ what }) => what);
}

/** A line of the world's that is of no strike. */
function isOfRail(line: TruthLine | RailTruth): line is RailTruth {
  return "rail" in line;
}
