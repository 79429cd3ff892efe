import { refreshPolicies } from "../domain/capabilities.ts";
import type { BeamDescription } from "../domain/exposure.ts";
import { blockKinds, refreshAfters } from "../domain/plan.ts";
import type { Block, LatchUpPlan, Plan, Rung, RunPlan, StopRules } from "../domain/plan.ts";
import { fpgaFamilies } from "../domain/configuration-plan.ts";
import type { ConfigurationPlan, EssentialBitsFile } from "../domain/configuration-plan.ts";
import { arithmeticOperations, faultKinds, floatFormats } from "../domain/fault-model.ts";
import type { FaultComponent, FaultModel } from "../domain/fault-model.ts";
import { thermalSteps } from "./thermal-shapes.ts";
import { anyNumber, listOf, object, oneOf, orNull, text } from "./shape.ts";
import type { Check } from "./shape.ts";

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
/** Settings of every kind; which of them a kind has is not looked at. */
const fault: Check = (holder, key) => {
  const inner = holder[key];
  if (typeof inner !== "object" || inner === null) return `${key} is no fault`;
  const { kind, operation, format } = inner as Readonly<Record<string, unknown>>;
  if (!known(faultKinds, kind)) return `${key}.kind is ${JSON.stringify(kind)}`;
  if (operation !== undefined && !known(arithmeticOperations, operation))
    return `${key}.operation is unknown`;
  if (format !== undefined && format !== null && !known(floatFormats, format))
    return `${key}.format is unknown`;
  return null;
};
const faultModel = object<FaultModel>({
  name: text,
  mix: listOf(object<FaultComponent>({ name: text, weight: anyNumber, fault })),
});

function known(words: readonly unknown[], word: unknown): boolean {
  return words.includes(word);
}

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
