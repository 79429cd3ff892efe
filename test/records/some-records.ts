import type { LinkTotals } from "../../src/domain/capabilities.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { usualLatchUp } from "../../src/domain/plan.ts";
import type { Plan, RunPlan } from "../../src/domain/plan.ts";
import { faultModelNamed } from "../../src/domain/fault-model.ts";
import type { FaultModel } from "../../src/domain/fault-model.ts";
import { plainFlip } from "../../src/domain/strike.ts";
import type {
  BeamEventRec,
  CampaignStart,
  Rec,
  RunStart,
  StrikeRec,
  TelemetryRec,
} from "../../src/domain/records.ts";

/** Records as a campaign yields them, for tests: `campaign` tells a short one that has every type in it. */
const stop = {
  strikes: 100,
  events: null,
  fluencePerCm2: null,
  doseRadSi: null,
  seconds: null,
  intervalWidth: null,
};
const link: LinkTotals = { frames: 10, garbled: 1, lost: 0, bytesDropped: 7 };
const beam = {
  species: "proton",
  energyMeV: 200,
  letMeVCm2PerMg: null,
  tiltDeg: 0,
  fluenceRelUncertainty1Sigma: 0.1,
  fluenceSource: "counter",
  doseRadSiPerFluence: null,
  doseOnsetRadSi: null,
  expectedCrossSectionCm2: null,
};
export const plan: Plan = {
  campaign: "first-light",
  title: "First light, “α”",
  seed: 7,
  ladder: [{ do: "power-cycle", tries: 1, timeoutMs: 1000, offMs: 4000 }],
  latchUp: usualLatchUp,
  blocks: [
    {
      kind: "beam",
      duts: ["a"],
      workloads: ["gemm"],
      targets: [],
      faultModels: [faultModelNamed("single-bit")],
      semAfter: "idle",
      semObserveMs: 0,
      configuration: null,
      thermal: [{ kind: "run" }, { kind: "ramp", toC: 45, rateCPerMin: null }, { kind: "run" }],
      refresh: "full",
      refreshEvery: 1,
      refreshAfter: "every",
      elements: 16,
      goldenEvery: 50,
      beam,
      stop,
    },
  ],
};

/** Every kind of fault, as a plan may mix them. */
const mixed: FaultModel = {
  name: "all",
  mix: [
    { kind: "adjacent", bits: 1 },
    { kind: "multiplicity", weights: [3, 1] },
    { kind: "random-bits", bits: 2 },
    { kind: "byte-periodic" },
    { kind: "word-periodic", every: 4, words: 8 },
    { kind: "axis-periodic", axis: "lane", words: null },
    { kind: "stuck-at", value: 1 },
    { kind: "value", value: "zero" },
    { kind: "not-finite", value: "nan", format: "bf16" },
    { kind: "arithmetic", operation: "ffma", anyTarget: false },
  ].map((fault, i) => ({ name: `f${i}`, weight: i + 1, fault: fault as FaultModel["mix"][number]["fault"] })),
};

export function runPlan(number: number, target: string | null = "weights"): RunPlan {
  return {
    number,
    block: 0,
    kind: target === null ? "beam" : "injection",
    dut: "a",
    workload: "gemm",
    target,
    faultModel: target === null ? null : mixed,
    semAfter: "idle",
    semObserveMs: 0,
    configuration: null,
    temperatureC: 45,
    visit: 1,
    refresh: "full",
    refreshEvery: 1,
    refreshAfter: "every",
    elements: 16,
    goldenEvery: 50,
    beam: target === null ? beam : null,
    stop,
  };
}

export function campaignStart(): CampaignStart {
  return {
    type: "campaign_start",
    tNs: 0,
    schemaVersion: 3,
    tool: "radrig 0.1.0",
    epochUtc: "2000-01-01T00:00:00Z",
    campaign: "first-light",
    seed: 7,
    emulated: true,
    rig: "emulated",
    rigSha256: "aa",
    planSha256: "bb",
    plan,
    sessionId: "s-1",
  };
}

export function runStart(run: number, tNs: number, target: string | null = "weights"): RunStart {
  const place = { word: 1, mask: 2, iteration: 0, cycle: 9 };
  return {
    type: "run_start",
    tNs,
    run,
    segment: 0,
    runKind: target === null ? "beam" : "injection",
    plan: runPlan(run, target),
    workload: "gemm-f32",
    dut: { name: "a", model: "m", serial: "s1", firmware: "1", accelerator: "cpu", bootId: 77, boots: 1 },
    targets: [{ name: "weights", words: 64, bits: 32, axes: [{ name: "word", size: 64 }], selfCheck: place }],
    format: "f32",
    inputs: 4,
    outputs: 64,
    outputAxes: [{ name: "word", size: 64 }],
    goldenDigest: "0123456789abcdef",
    goldenCycles: 1000,
    budgetCycles: 4000,
    stateDigest: "fedcba9876543210",
    readBack: { clockKHz: 1_000_000, powerMilliW: 1500, throttle: 0 },
    priorDoseRadSi: 0,
  };
}

export function strike(run: number, id: number, tNs: number, outcome: Outcome | null = "masked"): StrikeRec {
  return {
    type: "strike",
    tNs,
    run,
    strike: {
      ...plainFlip,
      id,
      target: "weights",
      word: id % 64,
      mask: 1 << (id % 31),
      iteration: id % 4,
      cycle: id,
    },
    component: "single-bit",
    places: [`word ${id % 64}: 00000001 → 00000003`],
    via: "board",
    injection: null,
    confirmed: outcome !== null,
    outcome,
    repeatOf: null,
    effect: outcome === "masked" || outcome === null ? null : "seu",
    evidence: {
      iteration: id % 4,
      end: "ok",
      digest: "0123456789abcdef",
      wrong: 1,
      nan: 0,
      truncated: false,
      elements: [{ index: 3, expected: 1065353216, got: 1065353217 }],
      scores: { want: [{ label: 1, bits: 5 }], got: [{ label: 2, bits: 6 }] },
      detectors: 0,
      corrected: 0,
      cycles: 1000,
      struck: [{ before: 1, after: 3 }],
      stateDigest: "fedcba9876543210",
      dieC: 45.25,
    },
    event: id,
    bootId: 77,
    dieC: 45.25,
    stratum: "all",
    weight: 1,
    sessionId: "s-1",
    detail: "",
  };
}

export function beamEvent(run: number, number: number, tNs: number): BeamEventRec {
  return {
    type: "beam_event",
    tNs,
    run,
    outcome: "sdcCritical",
    repeatOf: null,
    number,
    effect: "seu",
    evidence: null,
    event: number,
    bootId: 77,
    dieC: 41.5,
    fluencePerCm2: 1e6 * number,
    doseRadSi: null,
    stratum: "all",
    weight: 1,
    sessionId: "s-1",
    detail: "",
  };
}

export function telemetry(run: number, tNs: number, iteration: number): TelemetryRec {
  return {
    type: "telemetry",
    tNs,
    run,
    dut: "a",
    state: "running",
    iteration,
    clean: iteration - 1,
    dieC: 44.5,
    throttle: 0,
    boots: 1,
    rail: { on: true, milliV: 12_010, milliA: 350, regulating: null, tripped: null },
    link,
  };
}

/** Every type of record at least once; two runs, one of them in a beam. */
export function campaign(strikes = 3): readonly Rec[] {
  const strikesOf = Array.from({ length: strikes }, (_, k) =>
    strike(1, k + 1, 2000 + k, k % 3 === 0 ? "sdcCritical" : k % 3 === 1 ? "masked" : null),
  );
  const at = 2000 + strikes;
  return [
    campaignStart(),
    { type: "state", tNs: 1, from: "idle", to: "armed" },
    runStart(1, 1000),
    {
      type: "check",
      tNs: 1001,
      run: 1,
      check: "self_check",
      target: "weights",
      pass: true,
      outcome: "sdcCritical",
      event: null,
      bootId: null,
      detail: "",
    },
    ...strikesOf,
    { type: "iterations", tNs: at, run: 1, total: strikes, clean: 1, computeSeconds: 0.25 },
    { type: "run_end", tNs: at + 1, run: 1, endReason: "strikes", detail: "", link },
    runStart(2, at + 2, null),
    {
      type: "beam",
      tNs: at + 3,
      run: 2,
      open: true,
      fluencePerCm2: 0,
      fluxPerCm2PerSecond: 1e5,
      gapSeconds: 0,
      restarts: 0,
      relUncertainty1Sigma: null,
    },
    telemetry(2, at + 4, 12),
    beamEvent(2, 1, at + 5),
    { type: "link", tNs: at + 6, run: 2, dut: "a", what: "garbled", detail: 'x\u0000y "q" \\ \n\u{1f4a5}' },
    { type: "dead", tNs: at + 7, run: 2, fromNs: at, toNs: at + 6, cause: "recovery", latencyMs: 3.5 },
    { type: "rung", tNs: at + 8, run: 2, dut: "a", rung: "reset", attempt: 1, cured: true, detail: "" },
    { type: "effect", tNs: at + 9, run: 2, dut: "a", effect: "sefi_reset", detail: "" },
    {
      type: "boot",
      tNs: at + 10,
      run: null,
      dut: "a",
      bootId: 78,
      boots: 2,
      cause: "watchdog",
      expected: false,
      eventsLostAtMost: 2,
    },
    {
      type: "ecc",
      tNs: at + 11,
      run: 2,
      dut: "a",
      structure: "dram",
      corrected: 3,
      uncorrected: 1,
      live: true,
      event: 41,
      bootId: 78,
    },
    {
      type: "corrected",
      tNs: at + 12,
      run: 2,
      iteration: 9,
      corrected: 3,
      live: true,
      event: 42,
      bootId: 78,
    },
    { type: "command", tNs: at + 13, command: { verb: "stop", by: "keyboard" }, obeyed: true, detail: "" },
    { type: "note", tNs: at + 14, run: null, level: "warning", text: "läuft" },
    { type: "run_end", tNs: at + 15, run: 2, endReason: "operator", detail: "", link },
    {
      type: "thermal",
      tNs: at + 16,
      run: 2,
      dut: "a",
      doing: "soak",
      reading: {
        objectC: 41.5,
        sinkC: null,
        setC: 42,
        on: true,
        outputPercent: 12,
        stable: false,
        faults: ["fan"],
      },
      dieC: 44,
    },
    {
      type: "rail_event",
      tNs: at + 17,
      run: 2,
      dut: "a",
      rail: "core",
      what: "trip",
      reading: { on: false, milliV: 0, milliA: 0, regulating: null, tripped: true },
      baselineMilliA: 350,
      trace: [
        { tNs: at, milliA: 350 },
        { tNs: at + 17, milliA: 0 },
      ],
      dieC: 44,
      fluencePerCm2: 1e6,
      doseRadSi: null,
      detects: null,
      cleared: null,
      detail: "the supply cut it",
    },
    {
      type: "bench_fault",
      tNs: at + 18,
      run: null,
      device: "tec",
      stations: ["a"],
      what: "unplugged",
      sinceNs: at,
      detail: "the port closed",
    },
    {
      type: "resumed",
      tNs: at + 19,
      segment: 1,
      tornBytes: 0,
      leftPowered: [
        { dut: "a", seconds: 12.5, detail: "found on" },
        { dut: "b", seconds: null, detail: "nothing tells" },
      ],
    },
    { type: "guard", tNs: at + 20, afterSeconds: null, detail: "no guard" },
    { type: "campaign_end", tNs: at + 21, endReason: "operator", detail: "" },
  ];
}
