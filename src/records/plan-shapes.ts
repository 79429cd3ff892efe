import { refreshPolicies } from "../domain/capabilities.ts";
import type { BeamDescription } from "../domain/exposure.ts";
import { blockKinds, refreshAfters } from "../domain/plan.ts";
import type { Block, LatchUpPlan, Plan, Rung, RunPlan, StopRules } from "../domain/plan.ts";
import { fpgaFamilies } from "../domain/configuration-plan.ts";
import type { ConfigurationPlan, EssentialBitsFile } from "../domain/configuration-plan.ts";
import { arithmeticOperations, floatFormats } from "../domain/fault-model.ts";
import type { Fault, FaultComponent, FaultModel } from "../domain/fault-model.ts";
import { thermalSteps } from "./thermal-shapes.ts";
import { anyNumber, flag, listOf, object, oneOf, orNull, text } from "./shape.ts";
import type { Check, ShapeOf } from "./shape.ts";

const numberOrNull = orNull(anyNumber);

const stop = object<StopRules>({
  strikes: numberOrNull,
  events: numberOrNull,
  fluencePerCm2: numberOrNull,
  doseRadSi: numberOrNull,
  seconds: numberOrNull,
  intervalWidth: numberOrNull,
});
const beam = object<BeamDescription>({
  species: text,
  energyMeV: numberOrNull,
  letMeVCm2PerMg: numberOrNull,
  tiltDeg: anyNumber,
  fluenceRelUncertainty1Sigma: anyNumber,
  fluenceSource: text,
  doseRadSiPerFluence: numberOrNull,
  doseOnsetRadSi: numberOrNull,
  expectedCrossSectionCm2: numberOrNull,
});
const places = {
  frames: listOf(listOf(anyNumber)),
  words: listOf(listOf(anyNumber)),
  bits: listOf(anyNumber),
};
const configuration = object<ConfigurationPlan>({
  family: oneOf(fpgaFamilies),
  ...places,
  exclude: object<ConfigurationPlan["exclude"]>(places),
  essentialBits: orNull(object<EssentialBitsFile>({ file: text, sha256: text, padWords: anyNumber })),
});
const struck = {
  semAfter: oneOf(["idle", "observe"]),
  semObserveMs: anyNumber,
  configuration: orNull(configuration),
};
type Shaped<K extends Fault["kind"]> = ShapeOf<Omit<Extract<Fault, { readonly kind: K }>, "kind">>;
const settingsOf: { readonly [K in Fault["kind"]]: Shaped<K> } = {
  adjacent: { bits: anyNumber },
  multiplicity: { weights: listOf(anyNumber) },
  "random-bits": { bits: anyNumber },
  "byte-periodic": {},
  "word-periodic": { every: anyNumber, words: anyNumber },
  "axis-periodic": { axis: text, words: numberOrNull },
  "stuck-at": { value: anyNumber },
  value: { value: oneOf(["random", "zero", "ones"]) },
  "not-finite": { value: oneOf(["nan", "inf"]), format: orNull(oneOf(floatFormats)) },
  arithmetic: { operation: oneOf(arithmeticOperations), anyTarget: flag },
};
const ofKind = new Map<unknown, Check>(
  Object.entries<Readonly<Record<string, Check>>>(settingsOf).map(([kind, shape]) => [
    kind,
    object<object>({ kind: oneOf([kind]), ...shape }),
  ]),
);
/** Its kind says which settings it has. */
const fault: Check = (holder, key) => {
  const inner = holder[key];
  const kind: unknown = typeof inner === "object" && inner !== null && "kind" in inner ? inner.kind : null;
  const check = ofKind.get(kind);
  return check === undefined
    ? `${key}.kind is ${JSON.stringify(kind)}, no kind of fault`
    : check(holder, key);
};
const faultModel = object<FaultModel>({
  name: text,
  mix: listOf(object<FaultComponent>({ name: text, weight: anyNumber, fault })),
});

const block = object<Block>({
  kind: oneOf(blockKinds),
  duts: listOf(text),
  workloads: listOf(text),
  targets: listOf(text),
  faultModels: listOf(faultModel),
  ...struck,
  thermal: thermalSteps,
  refresh: oneOf(refreshPolicies),
  refreshEvery: anyNumber,
  refreshAfter: oneOf(refreshAfters),
  elements: anyNumber,
  goldenEvery: anyNumber,
  beam: orNull(beam),
  stop,
});
const ladder = listOf(
  object<Rung>({
    do: oneOf(["retry", "reset", "reload", "power-cycle"]),
    tries: anyNumber,
    timeoutMs: anyNumber,
    offMs: anyNumber,
  }),
);
const latchUp = object<LatchUpPlan>({
  watchMs: anyNumber,
  settleMs: anyNumber,
  offMs: anyNumber,
  inARow: anyNumber,
  then: oneOf(["rest", "stop"]),
  restSeconds: anyNumber,
  maxPerRun: numberOrNull,
});
/** The campaign's plan, and that of one run, as they stand in the journal. */
export const plan = object<Plan>({
  campaign: text,
  title: text,
  seed: anyNumber,
  ladder,
  latchUp,
  blocks: listOf(block),
});
export const runPlan = object<RunPlan>({
  number: anyNumber,
  block: anyNumber,
  kind: oneOf(blockKinds),
  dut: text,
  workload: text,
  target: orNull(text),
  faultModel: orNull(faultModel),
  ...struck,
  temperatureC: numberOrNull,
  visit: anyNumber,
  refresh: oneOf(refreshPolicies),
  refreshEvery: anyNumber,
  refreshAfter: oneOf(refreshAfters),
  elements: anyNumber,
  goldenEvery: anyNumber,
  beam: orNull(beam),
  stop,
});
