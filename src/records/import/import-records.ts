import { createHash } from "node:crypto";
import { usualLatchUp } from "../../domain/plan.ts";
import type { Plan, RunPlan } from "../../domain/plan.ts";
import { recordVersion } from "../../domain/record-version.ts";
import type { CampaignStart, LinkRec, NoteRec, Rec, RunEnd, RunStart } from "../../domain/records.ts";

/**
 * A foreign log as radrig records: one campaign without blocks, one run of kind `imported` a device.
 *
 *   campaign_start ─▶ run_start (each device) ─▶ remarks in order of time ─▶ run_end (each) ─▶ campaign_end
 *
 * `tNs` counts from the first time the log tells and rises strictly: of equal times, and beyond what a record can count
 * (104 days), each is one nanosecond after the one before; the remark's own text then still tells the time.
 */
export interface ImportedDevice {
  readonly name: string;
  readonly frames: number;
  readonly garbledLines: number;
  readonly bytesOutsideFrames: number;
}

/** Something worth a record. `seconds` since 1970 UTC; null where the log tells no time. */
export interface Remark {
  readonly seconds: number | null;
  /** Name of the device; null for the log as a whole. */
  readonly device: string | null;
  readonly what: "garbled" | "info" | "warning" | "error";
  readonly text: string;
}

export interface ImportedLog {
  readonly tool: string;
  /** The earliest time the log tells, seconds since 1970 UTC; 0 where it tells none. */
  readonly beginsSeconds: number;
  readonly devices: readonly ImportedDevice[];
  readonly remarks: readonly Remark[];
  readonly detail: string;
}

const nsPerSecond = 1e9;
/** A record's time stays a safe integer for 104 days; 100 leave room for what follows. */
const latestNs = 100 * 86_400 * nsPerSecond;

export function* importRecords(log: ImportedLog): Generator<Rec> {
  const remarks = inOrderOfTime(log.remarks);
  const epochMs = Math.floor(log.beginsSeconds * 1000);
  let lastNs = 0;
  const at = (seconds: number | null): number => {
    const wanted = seconds === null ? lastNs : Math.round(seconds * nsPerSecond - epochMs * 1e6);
    lastNs = Math.max(lastNs + 1, Math.min(wanted, latestNs));
    return lastNs;
  };
  const run = new Map(log.devices.map(({ name }, index) => [name, index + 1]));
  const start = campaignStart(log, new Date(epochMs).toISOString());
  yield start;
  for (const { name } of log.devices) yield runStart(at(null), run.get(name)!, name);
  for (const remark of remarks)
    yield remarkRecord(at(remark.seconds), run.get(remark.device ?? "") ?? null, remark);
  for (const device of log.devices) yield runEnd(at(null), run.get(device.name)!, device);
  yield { type: "campaign_end", tNs: at(null), endReason: "complete", detail: log.detail };
}

/** By time, and within one time as they came; those without a time first. */
function inOrderOfTime(remarks: readonly Remark[]): readonly Remark[] {
  return [...remarks].sort((a, b) => (a.seconds ?? -1) - (b.seconds ?? -1));
}

function campaignStart({ tool, devices }: ImportedLog, epochUtc: string): CampaignStart {
  const plan: Plan = {
    campaign: "import",
    title: "Imported radhelper logs",
    seed: 0,
    ladder: [],
    latchUp: usualLatchUp,
    blocks: [],
  };
  const planSha256 = sha256(JSON.stringify(plan));
  return {
    type: "campaign_start",
    tNs: 0,
    schemaVersion: recordVersion,
    tool,
    epochUtc,
    campaign: plan.campaign,
    seed: plan.seed,
    emulated: false,
    rig: "imported",
    rigSha256: sha256(""),
    planSha256,
    plan,
    sessionId: `import-${sha256(JSON.stringify([epochUtc, devices])).slice(0, 16)}`,
  };
}

const unknown = "unknown";

function runStart(tNs: number, run: number, dut: string): RunStart {
  const plan: RunPlan = {
    number: run,
    block: 0,
    kind: "beam",
    dut,
    workload: unknown,
    target: null,
    faultModel: null,
    semAfter: "idle",
    semObserveMs: 0,
    configuration: null,
    temperatureC: null,
    visit: 0,
    refresh: "none",
    refreshEvery: 1,
    refreshAfter: "every",
    elements: 0,
    goldenEvery: 1,
    beam: null,
    stop: {
      strikes: null,
      events: null,
      fluencePerCm2: null,
      doseRadSi: null,
      seconds: null,
      intervalWidth: null,
    },
  };
  return {
    type: "run_start",
    tNs,
    run,
    segment: 0,
    runKind: "imported",
    plan,
    workload: unknown,
    dut: {
      name: dut,
      model: unknown,
      serial: unknown,
      firmware: unknown,
      accelerator: unknown,
      bootId: 0,
      boots: 0,
    },
    targets: [],
    format: "i32",
    inputs: 0,
    outputs: 0,
    outputAxes: [],
    goldenDigest: "",
    goldenCycles: 0,
    budgetCycles: 0,
    stateDigest: "",
    readBack: null,
    priorDoseRadSi: 0,
  };
}

function remarkRecord(tNs: number, run: number | null, { what, device, text }: Remark): LinkRec | NoteRec {
  return what === "garbled"
    ? { type: "link", tNs, run, dut: device ?? unknown, what, detail: text }
    : { type: "note", tNs, run, level: what, text };
}

function runEnd(tNs: number, run: number, device: ImportedDevice): RunEnd {
  return {
    type: "run_end",
    tNs,
    run,
    endReason: "unknown_end",
    detail: `imported: ${device.frames} frames recovered; how the run ended is not in the log`,
    link: {
      frames: device.frames,
      garbled: device.garbledLines,
      lost: 0,
      bytesDropped: device.bytesOutsideFrames,
    },
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
