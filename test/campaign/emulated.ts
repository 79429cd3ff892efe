import { parse } from "yaml";
import { runCampaign } from "../../src/campaign/engine.ts";
import type { EssentialBits } from "../../src/campaign/essential-bits.ts";
import { createMailbox } from "../../src/campaign/mailbox.ts";
import type { Mailbox } from "../../src/campaign/mailbox.ts";
import { campaignSchema, toPlan } from "../../src/campaign/plan-schema.ts";
import { assemble } from "../../src/cli/assemble.ts";
import type { Agent } from "../../src/emulator/board-life.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import { rigFileSchema } from "../../src/cli/rig-file-schema.ts";
import type { Bench } from "../../src/domain/capabilities.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { Result } from "../../src/domain/result.ts";
import { analyze } from "../../src/science/analyze.ts";
import { emptyState, fold } from "../../src/science/fold.ts";
import { soFar } from "../../src/science/so-far.ts";
import type { CampaignDone } from "../../src/science/so-far.ts";

/** A small bench in memory: one board and a bench box. `board` and `station` are lines of YAML put into the rig file. */
export function smallRig(
  options: { readonly board?: string; readonly station?: string; readonly top?: string } = {},
): string {
  return `
rig: small
${options.top ?? ""}
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    injector: { device: box, targets: [control] }
    thermal: box
    supply: box
    beam: box
    ${options.station ?? ""}
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  beamFluxPerCm2PerSecond: 1.0e+8
  boards:
    dut:
      accelerator: cpu
      format: i8
      crossSectionPerBitCm2: { weights: 1.0e-12, activations: 1.0e-12, control: 1.0e-12 }
      ${options.board ?? ""}
`;
}

export const injection = (stop: string, more = ""): string =>
  `{ kind: injection, dut: dut, workload: gemm, target: weights, stop: { ${stop} }${more} }`;

export const exposure = (stop: string, more = ""): string =>
  `{ kind: beam, dut: dut, workload: gemm, beam: { species: proton }, stop: { ${stop} }${more} }`;

export interface Outcome {
  readonly records: readonly Rec[];
  readonly result: Result;
}

/** Runs blocks on a rig, all in this process and on virtual time. `watch` sees each batch and may give commands. */
export async function campaignOn(
  rigText: string,
  blocks: readonly string[],
  options: {
    readonly seed?: number;
    /** Seed of the emulated world, if not the campaign's. */
    readonly worldSeed?: number;
    readonly ladder?: string;
    readonly latchUp?: string;
    /** Where the emulated world writes what it really did. */
    readonly truthPath?: string;
    /** Essential-bits files by their path in the plan; the path stands for the checksum too. */
    readonly essentialFiles?: ReadonlyMap<string, EssentialBits>;
    /** What a journal would hold already. */
    readonly soFar?: CampaignDone;
    /** What works on the emulated boards, if not their own program. */
    readonly agent?: Agent;
    readonly change?: (bench: Bench) => Bench;
    readonly watch?: (records: readonly Rec[], commands: Mailbox, abort: () => void) => void;
  } = {},
): Promise<Outcome> {
  const rig = rigFileSchema.parse(parse(rigText));
  const ladder = options.ladder === undefined ? "" : `ladder: ${options.ladder}\n`;
  const latchUp = options.latchUp === undefined ? "" : `latchUp: ${options.latchUp}\n`;
  const text = `campaign: small\n${ladder}${latchUp}blocks:\n${blocks.map((block) => `  - ${block}\n`).join("")}`;
  const { essentialFiles = new Map<string, EssentialBits>() } = options;
  const checksums = new Map([...essentialFiles.keys()].map((path) => [path, path]));
  const plan = toPlan(campaignSchema.parse(parse(text)), options.seed ?? 1, checksums);
  const clock = virtualClock();
  const abort = new AbortController();
  const assembled = await assemble(
    { file: { path: "small.yaml", name: "small.yaml" }, rig } as Parameters<typeof assemble>[0],
    {
      clock,
      seed: options.worldSeed ?? plan.seed,
      segment: 0,
      rawFolder: null,
      truthPath: options.truthPath ?? null,
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      signal: abort.signal,
      say: () => undefined,
    },
  );
  const commands = createMailbox();
  const records: Rec[] = [
    {
      type: "campaign_start",
      tNs: 0,
      schemaVersion: 3,
      tool: "test",
      epochUtc: clock.epochUtc,
      campaign: plan.campaign,
      seed: plan.seed,
      emulated: true,
      rig: rig.rig,
      rigSha256: "",
      planSha256: "",
      plan,
      sessionId: "s",
    },
  ];
  try {
    const bench = options.change?.(assembled.bench) ?? assembled.bench;
    const context = {
      clock,
      sessionId: "s",
      essentialFiles,
      soFar: options.soFar ?? soFar(emptyState()),
      commands,
      signal: abort.signal,
    };
    for await (const batch of runCampaign(plan, bench, context)) {
      records.push(...batch);
      options.watch?.(batch, commands, () => abort.abort());
    }
  } finally {
    await assembled.close();
  }
  const state = emptyState();
  for (const record of records) fold(state, record);
  return { records, result: analyze(state) };
}

export function ofType<T extends Rec["type"]>(records: readonly Rec[], type: T): Extract<Rec, { type: T }>[] {
  return records.filter((record): record is Extract<Rec, { type: T }> => record.type === type);
}

/** What became of each strike, by id: what must agree between undisturbed and disturbed campaigns. */
export function fates(records: readonly Rec[]): string[] {
  return ofType(records, "strike").map(
    ({ run, strike, outcome, evidence }) =>
      `${run}.${strike.id} ${strike.word}/${strike.mask}@${strike.iteration}:${strike.cycle} ${String(outcome)} ${evidence?.digest ?? ""}`,
  );
}
