import type { Evidence } from "../../src/domain/evidence.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { usualLatchUp } from "../../src/domain/plan.ts";
import type { Block, Plan, RunPlan } from "../../src/domain/plan.ts";
import type {
  BeamEventRec,
  BeamRec,
  CampaignStart,
  DeadRec,
  IterationsRec,
  Rec,
  RunEnd,
  RunStart,
  StrikeRec,
  TelemetryRec,
} from "../../src/domain/records.ts";
import { faultModelNamed } from "../../src/domain/fault-model.ts";
import { plainFlip } from "../../src/domain/strike.ts";
import { emptyState, fold } from "../../src/science/fold.ts";
import type { CampaignState } from "../../src/science/state.ts";

/** Records written by hand, times in seconds: what a campaign would have written, without one. */
export const s = (seconds: number): number => Math.round(seconds * 1e9);

export function folded(records: readonly Rec[]): CampaignState {
  return records.reduce(fold, emptyState());
}

export const block: Block = {
  kind: "injection",
  duts: ["cpu-f32"],
  workloads: ["gemm"],
  targets: ["weights"],
  faultModels: [faultModelNamed("single-bit")],
  semAfter: "idle",
  semObserveMs: 0,
  configuration: null,
  thermal: [{ kind: "run" }],
  refresh: "full",
  refreshEvery: 1,
  refreshAfter: "every",
  elements: 16,
  goldenEvery: 50,
  beam: null,
  stop: {
    strikes: 100,
    events: null,
    fluencePerCm2: null,
    doseRadSi: null,
    seconds: null,
    intervalWidth: null,
  },
};

export const plan: Plan = {
  campaign: "by-hand",
  title: "By hand",
  seed: 7,
  ladder: [],
  latchUp: usualLatchUp,
  blocks: [block],
};

export const protons: NonNullable<RunPlan["beam"]> = {
  species: "proton",
  energyMeV: 67,
  letMeVCm2PerMg: null,
  tiltDeg: 0,
  fluenceRelUncertainty1Sigma: 0.1,
  fluenceSource: "beam counter",
  doseRadSiPerFluence: 1e-7,
  doseOnsetRadSi: null,
  expectedCrossSectionCm2: null,
};

export function runPlan(number: number, changes: Partial<RunPlan> = {}): RunPlan {
  return {
    number,
    block: 0,
    kind: "injection",
    dut: "cpu-f32",
    workload: "gemm",
    target: "weights",
    faultModel: faultModelNamed("single-bit"),
    semAfter: "idle",
    semObserveMs: 0,
    configuration: null,
    temperatureC: 25,
    visit: 0,
    refresh: "full",
    refreshEvery: 1,
    refreshAfter: "every",
    elements: 16,
    goldenEvery: 50,
    beam: null,
    stop: block.stop,
    ...changes,
  };
}

export const beamPlan = (number: number, changes: Partial<RunPlan> = {}): RunPlan =>
  runPlan(number, { kind: "beam", target: null, faultModel: null, beam: protons, ...changes });

export function campaignStart(changes: Partial<CampaignStart> = {}): CampaignStart {
  return {
    type: "campaign_start",
    tNs: 0,
    schemaVersion: 3,
    tool: "radrig 0.1.0",
    epochUtc: "2000-01-01T00:00:00.000Z",
    campaign: "by-hand",
    seed: 7,
    emulated: true,
    rig: "bench",
    rigSha256: "",
    planSha256: "",
    plan,
    sessionId: "session-1",
    ...changes,
  };
}

export function runStart(at: number, of: RunPlan, changes: Partial<RunStart> = {}): RunStart {
  return {
    type: "run_start",
    tNs: s(at),
    run: of.number,
    segment: 0,
    runKind: of.kind,
    plan: of,
    workload: of.workload,
    dut: {
      name: of.dut,
      model: "emu",
      serial: `S-${of.dut}`,
      firmware: "1",
      accelerator: "cpu",
      bootId: 1,
      boots: 1,
    },
    targets: ["weights", "activations"].map((name) => ({
      name,
      words: 100,
      bits: 32,
      axes: [{ name: "word", size: 1 }],
      selfCheck: { word: 0, mask: 1, iteration: 0, cycle: 0 },
    })),
    format: "f32",
    inputs: 4,
    outputs: 64,
    outputAxes: [{ name: "word", size: 64 }],
    goldenDigest: "0".repeat(16),
    goldenCycles: 1000,
    budgetCycles: 10000,
    stateDigest: "1".repeat(16),
    readBack: null,
    priorDoseRadSi: 0,
    ...changes,
  };
}

export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    iteration: 0,
    end: "ok",
    digest: "2".repeat(16),
    wrong: 1,
    nan: 0,
    truncated: false,
    elements: [{ index: 3, expected: 1, got: 2 }],
    scores: null,
    detectors: 0,
    corrected: 0,
    cycles: 1000,
    struck: [],
    stateDigest: "1".repeat(16),
    dieC: 40,
    ...changes,
  };
}

export function strike(
  at: number,
  run: number,
  id: number,
  outcome: Outcome | null,
  changes: Partial<StrikeRec> = {},
): StrikeRec {
  return {
    type: "strike",
    tNs: s(at),
    run,
    strike: { ...plainFlip, id, target: "weights", word: 0, mask: 1, iteration: 0, cycle: 0 },
    component: "single-bit",
    places: [],
    via: "board",
    injection: null,
    confirmed: outcome !== null,
    outcome,
    repeatOf: null,
    effect: null,
    evidence: null,
    event: id,
    bootId: 1,
    dieC: null,
    stratum: "weights",
    weight: 1,
    sessionId: "session-1",
    detail: "",
    ...changes,
  };
}

export function beamEvent(
  at: number,
  run: number,
  number: number,
  outcome: Exclude<Outcome, "masked">,
  changes: Partial<BeamEventRec> = {},
): BeamEventRec {
  return {
    type: "beam_event",
    tNs: s(at),
    run,
    outcome,
    repeatOf: null,
    number,
    effect: null,
    evidence: null,
    event: number,
    bootId: 1,
    dieC: null,
    fluencePerCm2: null,
    doseRadSi: null,
    stratum: "beam",
    weight: 1,
    sessionId: "session-1",
    detail: "",
    ...changes,
  };
}

export const beam = (at: number, run: number, fluencePerCm2: number): BeamRec => ({
  type: "beam",
  tNs: s(at),
  run,
  open: true,
  fluencePerCm2,
  fluxPerCm2PerSecond: 1e6,
  gapSeconds: 0,
  restarts: 0,
  relUncertainty1Sigma: null,
});

export const dead = (
  run: number,
  from: number,
  to: number,
  cause: DeadRec["cause"] = "recovery",
): DeadRec => ({
  type: "dead",
  tNs: s(to),
  run,
  fromNs: s(from),
  toNs: s(to),
  cause,
  latencyMs: 0,
});

export const iterations = (at: number, run: number, total: number, clean: number): IterationsRec => ({
  type: "iterations",
  tNs: s(at),
  run,
  total,
  clean,
  computeSeconds: total * 0.001,
});

export const links = (frames: number, bytesDropped = 0): TelemetryRec["link"] => ({
  frames,
  garbled: 0,
  lost: 0,
  bytesDropped,
});

export function telemetry(
  at: number,
  run: number,
  dut: string,
  changes: Partial<TelemetryRec> = {},
): TelemetryRec {
  return {
    type: "telemetry",
    tNs: s(at),
    run,
    dut,
    state: "running",
    iteration: 0,
    clean: 0,
    dieC: 40,
    throttle: 0,
    boots: 1,
    rail: null,
    link: links(0),
    ...changes,
  };
}

export const runEnd = (at: number, run: number, endReason: RunEnd["endReason"], frames = 0): RunEnd => ({
  type: "run_end",
  tNs: s(at),
  run,
  endReason,
  detail: "",
  link: links(frames),
});

export const resumed = (at: number, segment: number): Rec => ({
  type: "resumed",
  tNs: s(at),
  segment,
  tornBytes: 0,
  leftPowered: [],
});
