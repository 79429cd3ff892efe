import type { Identity, LinkTotals, ReadBack } from "../domain/capabilities.ts";
import type { InjectionSeen, RailReading, ThermalReading } from "../domain/equipment.ts";
import { benchFaultNames } from "../domain/equipment.ts";
import type { Command } from "../domain/command.ts";
import { commandVerbs } from "../domain/command.ts";
import type { ElementDifference, Evidence, Score } from "../domain/evidence.ts";
import { effects, endReasons, outcomes, runKinds } from "../domain/outcome.ts";
import { railDetections, railEventNames } from "../domain/rail-event.ts";
import type { TracePoint } from "../domain/rail-event.ts";
import type { Rec, RunStart, StrikeRec } from "../domain/records.ts";
import { recordVersion } from "../domain/record-version.ts";
import { deadCauses, runStates } from "../domain/records.ts";
import type { StruckWord } from "../domain/strike-words.ts";
import { strikeManners } from "../domain/strike.ts";
import type { Axis, SelfCheck, Strike, TargetSpace } from "../domain/strike.ts";
import type { LeftPowered } from "../domain/watched.ts";
import { plan, runPlan } from "./plan-shapes.ts";
import type { Check, Properties, ShapeOf } from "./shape.ts";
import {
  anyNumber,
  exactly,
  flag,
  listOf,
  misshapen,
  object,
  oneOf,
  orNull,
  propertiesOf,
  text,
} from "./shape.ts";

/** Every type of record and every property of it, so that what a journal yields is what its type says. */
type Shapes = { readonly [T in Rec["type"]]: ShapeOf<Omit<Extract<Rec, { type: T }>, "type" | "tNs">> };

const numberOrNull = orNull(anyNumber);
const textOrNull = orNull(text);

const place = { word: anyNumber, mask: anyNumber, iteration: anyNumber, cycle: anyNumber };
const selfCheck = orNull(object<SelfCheck>(place));
const axes = listOf(object<Axis>({ name: text, size: anyNumber }));
const space = { name: text, words: anyNumber, bits: anyNumber, axes, selfCheck };
const targets = listOf(object<TargetSpace>(space));
const strike = object<Strike>({
  id: anyNumber,
  target: text,
  ...place,
  manner: oneOf(strikeManners),
  value: anyNumber,
  words: anyNumber,
  step: anyNumber,
});
const scores = listOf(object<Score>({ label: anyNumber, bits: anyNumber }));
const evidence = object<Evidence>({
  iteration: anyNumber,
  end: oneOf(["ok", "trap"]),
  digest: text,
  wrong: anyNumber,
  nan: anyNumber,
  truncated: flag,
  elements: listOf(object<ElementDifference>({ index: anyNumber, expected: anyNumber, got: anyNumber })),
  scores: orNull(object<NonNullable<Evidence["scores"]>>({ want: scores, got: scores })),
  detectors: anyNumber,
  corrected: anyNumber,
  cycles: anyNumber,
  struck: listOf(object<StruckWord>({ before: anyNumber, after: anyNumber })),
  stateDigest: text,
  dieC: anyNumber,
});
const dut = object<RunStart["dut"] & Pick<Identity, "model">>({
  name: text,
  model: text,
  serial: text,
  firmware: text,
  accelerator: text,
  bootId: anyNumber,
  boots: anyNumber,
});
const link = object<LinkTotals>({
  frames: anyNumber,
  garbled: anyNumber,
  lost: anyNumber,
  bytesDropped: anyNumber,
});
const rail = object<RailReading>({
  on: flag,
  milliV: numberOrNull,
  milliA: numberOrNull,
  regulating: orNull(oneOf(["voltage", "current"])),
  tripped: orNull(flag),
});
const thermal = object<ThermalReading>({
  objectC: anyNumber,
  sinkC: numberOrNull,
  setC: numberOrNull,
  on: flag,
  outputPercent: numberOrNull,
  stable: orNull(flag),
  faults: listOf(text),
});
const seen = orNull(
  object<InjectionSeen>({
    confirmed: flag,
    observations: listOf(text),
    address: textOrNull,
    before: numberOrNull,
    after: numberOrNull,
    dwellMs: numberOrNull,
    restored: orNull(flag),
    detail: text,
  }),
);
const injection = object<NonNullable<StrikeRec["injection"]>>({ armed: seen, released: seen });
const readBack = object<ReadBack>({ clockKHz: anyNumber, powerMilliW: anyNumber, throttle: anyNumber });
const found = {
  run: anyNumber,
  repeatOf: numberOrNull,
  effect: orNull(oneOf(effects)),
  evidence: orNull(evidence),
  event: numberOrNull,
  bootId: numberOrNull,
  dieC: numberOrNull,
  stratum: text,
  weight: anyNumber,
  sessionId: text,
  detail: text,
};

const shapes: Shapes = {
  campaign_start: {
    schemaVersion: exactly(recordVersion),
    tool: text,
    epochUtc: text,
    campaign: text,
    seed: anyNumber,
    emulated: flag,
    rig: text,
    rigSha256: text,
    planSha256: text,
    plan,
    sessionId: text,
  },
  resumed: {
    segment: anyNumber,
    tornBytes: anyNumber,
    leftPowered: listOf(object<LeftPowered>({ dut: text, seconds: numberOrNull, detail: text })),
  },
  guard: { afterSeconds: numberOrNull, detail: text },
  run_start: {
    run: anyNumber,
    segment: anyNumber,
    runKind: oneOf(runKinds),
    plan: runPlan,
    workload: text,
    dut,
    targets,
    format: oneOf(["f32", "i32"]),
    inputs: anyNumber,
    outputs: anyNumber,
    outputAxes: axes,
    goldenDigest: text,
    goldenCycles: anyNumber,
    budgetCycles: anyNumber,
    stateDigest: text,
    readBack: orNull(readBack),
    priorDoseRadSi: anyNumber,
  },
  check: {
    run: anyNumber,
    check: oneOf(["self_check", "golden", "functional"]),
    target: textOrNull,
    pass: flag,
    outcome: orNull(oneOf(outcomes)),
    event: numberOrNull,
    bootId: numberOrNull,
    detail: text,
  },
  strike: {
    ...found,
    strike,
    component: text,
    places: listOf(text),
    via: oneOf(["board", "injector"]),
    confirmed: flag,
    injection: orNull(injection),
    outcome: orNull(oneOf(outcomes)),
  },
  beam_event: {
    ...found,
    outcome: oneOf(outcomes.filter((outcome) => outcome !== "masked")),
    number: anyNumber,
    fluencePerCm2: numberOrNull,
    doseRadSi: numberOrNull,
  },
  ecc: {
    run: anyNumber,
    dut: text,
    structure: text,
    corrected: anyNumber,
    uncorrected: anyNumber,
    live: flag,
    event: anyNumber,
    bootId: anyNumber,
  },
  corrected: {
    run: anyNumber,
    iteration: anyNumber,
    corrected: anyNumber,
    live: flag,
    event: anyNumber,
    bootId: anyNumber,
  },
  telemetry: {
    run: anyNumber,
    dut: text,
    state: text,
    iteration: anyNumber,
    clean: anyNumber,
    dieC: anyNumber,
    throttle: anyNumber,
    boots: anyNumber,
    rail: orNull(rail),
    link,
  },
  beam: {
    run: anyNumber,
    open: flag,
    fluencePerCm2: anyNumber,
    fluxPerCm2PerSecond: anyNumber,
    gapSeconds: anyNumber,
    restarts: anyNumber,
    relUncertainty1Sigma: numberOrNull,
  },
  thermal: {
    run: numberOrNull,
    dut: text,
    doing: oneOf(["ramp", "soak", "hold", "run", "off"]),
    reading: thermal,
    dieC: numberOrNull,
  },
  rail_event: {
    run: numberOrNull,
    dut: text,
    rail: text,
    what: oneOf(railEventNames),
    reading: orNull(rail),
    baselineMilliA: numberOrNull,
    trace: listOf(object<TracePoint>({ tNs: anyNumber, milliA: numberOrNull })),
    dieC: numberOrNull,
    fluencePerCm2: numberOrNull,
    doseRadSi: numberOrNull,
    detects: orNull(oneOf(railDetections)),
    cleared: orNull(flag),
    detail: text,
  },
  bench_fault: {
    run: numberOrNull,
    device: text,
    stations: listOf(text),
    what: oneOf(benchFaultNames),
    sinceNs: anyNumber,
    detail: text,
  },
  dead: {
    run: anyNumber,
    fromNs: anyNumber,
    toNs: anyNumber,
    cause: oneOf(deadCauses),
    latencyMs: anyNumber,
  },
  rung: {
    run: anyNumber,
    dut: text,
    rung: oneOf(["retry", "reset", "reload", "power-cycle", "give-up"]),
    attempt: anyNumber,
    cured: flag,
    detail: text,
  },
  effect: { run: anyNumber, dut: text, effect: oneOf(effects), detail: text },
  link: { run: numberOrNull, dut: text, what: text, detail: text },
  boot: {
    run: numberOrNull,
    dut: text,
    bootId: anyNumber,
    boots: anyNumber,
    cause: text,
    expected: flag,
    eventsLostAtMost: numberOrNull,
  },
  iterations: { run: anyNumber, total: anyNumber, clean: anyNumber, computeSeconds: anyNumber },
  state: { from: oneOf(runStates), to: oneOf(runStates) },
  command: { command: object<Command>({ verb: oneOf(commandVerbs), by: text }), obeyed: flag, detail: text },
  note: { run: numberOrNull, level: oneOf(["info", "warning", "error"]), text },
  run_end: { run: anyNumber, endReason: oneOf(endReasons), detail: text, link },
  campaign_end: { endReason: oneOf([...endReasons, "complete"]), detail: text },
};

const propertiesByType = new Map<unknown, Properties>(
  Object.entries<Readonly<Record<string, Check>>>(shapes).map(([type, shape]) => [type, propertiesOf(shape)]),
);

/** A record read from outside: `known` is of the type it names, `unknown` names a type that this version does not have. */
export type Judged = "known" | "unknown" | { readonly wrong: string };

export function judgeShape(record: Readonly<Record<string, unknown>>): Judged {
  const properties = propertiesByType.get(record["type"]);
  if (properties === undefined) return "unknown";
  const wrong = misshapen(record, properties);
  return wrong === null ? "known" : { wrong };
}
