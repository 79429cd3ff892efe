import type { Fault, FaultModel } from "../../domain/fault-model.ts";
import type { RunKind } from "../../domain/outcome.ts";
import type { RunResult } from "../../domain/result.ts";
import { analyze } from "../analyze.ts";
import { trialsOf } from "../estimate.ts";
import type { Flag } from "../flags.ts";
import type { CampaignState, RunTally } from "../state.ts";
import type { DeviceName, ModelEffect } from "./model.ts";
import type { Readings } from "./memory-readings.ts";
import { basicOutcomes, speciesOf } from "./observed.ts";
import type {
  MemoryReading,
  Observed,
  ObservedBeam,
  ObservedInjection,
  ObservedRun,
  OutcomeTally,
} from "./observed.ts";

/** Flags that make a run worthless to a model, with the reason in words; all others are told as findings or do no harm to a rate. */
const voids: Partial<Readonly<Record<Flag, string>>> = {
  not_pooled: "its strikes reached nothing, or golden was unstable",
  weighted: "its strikes carry weights that plain counts leave out",
  events_lost: "the board lost events in a reset, so its counts are lower bounds",
  dose_onset_passed: "the part had taken more dose than it stays sound at",
  check_failed: "a golden or functional check failed",
  "mu>0.5": "more than half an event an observation window: two often count as one",
};

/** Everything that one journal tells a model. `duts`: the boards that are meant; null: all. `readings`: of its memory tests, where somebody folded them. */
export function observe(
  state: CampaignState,
  sha256: string,
  options: { readonly duts?: readonly string[] | null; readonly readings?: Readings } = {},
): Observed {
  const { duts = null, readings = new Map<number, readonly MemoryReading[]>() } = options;
  const result = analyze(state);
  const runs: ObservedRun[] = [];
  const leftOut: { run: number; why: string }[] = [];
  const devices = new Map<string, { model: string; accelerator: string; serials: Set<string> }>();
  for (const run of result.runs) {
    if (duts !== null && !duts.includes(run.dut.name)) continue;
    const { model, accelerator, serial } = run.dut;
    const key = `${model}|${accelerator}`;
    const device = devices.get(key) ?? { model, accelerator, serials: new Set() };
    devices.set(key, device);
    device.serials.add(serial);
    const why = worthless(run);
    if (why !== null) leftOut.push({ run: run.number, why });
    else runs.push(observedRun(run, state.runs.get(run.number)!, readings.get(run.number) ?? []));
  }
  return {
    name: result.campaign,
    kind: "record",
    sha256,
    emulated: result.emulated,
    devices: [...devices.values()].map(({ model, accelerator, serials }): DeviceName => ({
      model,
      accelerator,
      serials: [...serials].sort(),
    })),
    runs,
    statements: [],
    structures: [],
    leftOut,
  };
}

function worthless(run: RunResult): string | null {
  for (const flag of run.flags) {
    const why = voids[flag as Flag];
    if (why !== undefined) return why;
  }
  const { exposure } = run;
  if (exposure.kind === "unknown") return exposure.reason;
  if (exposure.kind === "beam" && !(exposure.fluenceLivePerCm2 > 0)) return "no fluence in live time";
  return null;
}

const checked = "-check";

function observedRun(run: RunResult, tally: RunTally, readings: readonly MemoryReading[]): ObservedRun {
  const { start } = tally;
  const bits = new Map(start.targets.map(({ name, words, bits: each }) => [name, words * each]));
  return {
    number: run.number,
    kind: run.runKind as Exclude<RunKind, "imported">,
    dut: run.dut.name,
    model: run.dut.model,
    accelerator: run.dut.accelerator,
    workload: start.workload,
    protection: [...bits.keys()].some((name) => name.endsWith(checked)) ? "on" : "off",
    bits,
    liveSeconds: run.live.liveSeconds,
    dieC: run.temperatureC.dieMean,
    outcomes: {
      masked: run.outcomes.masked?.primary ?? 0,
      ...(Object.fromEntries(
        basicOutcomes.map((outcome) => [outcome, run.outcomes[outcome].primary]),
      ) as Omit<OutcomeTally, "masked">),
    },
    effects: effectsOf(run),
    memories: run.ecc.map(({ structure, corrected, uncorrected }) => ({
      place: structure,
      corrected: corrected.errors,
      uncorrected: uncorrected.errors,
    })),
    beam: beamOf(run),
    injection: injectionOf(run, start.plan.faultModel),
    flags: run.flags as readonly Flag[],
    readings,
  };
}

function beamOf({ exposure }: RunResult): ObservedBeam | null {
  if (exposure.kind !== "beam") return null;
  return {
    species: speciesOf(exposure.species),
    energyMeV: exposure.energyMeV,
    letMeVCm2PerMg: exposure.letMeVCm2PerMg,
    tiltDeg: exposure.tiltDeg,
    fluencePerCm2: exposure.fluenceLivePerCm2,
    relUncertainty1Sigma: exposure.fluenceRelUncertainty1Sigma,
    sessionId: exposure.sessionId,
  };
}

function injectionOf(run: RunResult, model: FaultModel | null): ObservedInjection | null {
  const { exposure, target } = run;
  if (exposure.kind !== "injection" || target === null || model === null) return null;
  return {
    target,
    faultModel: model.name,
    multiplicity: model.mix.length === 1 ? cellsOf(model.mix[0]!.fault) : null,
    trials: trialsOf(exposure, run.outcomes),
    unknown: exposure.unknown + run.outcomes.unattributed.primary,
  };
}

/** Cells side by side in one word: the kinds of strike that stand for an event of so many cells. */
function cellsOf(fault: Fault): number | null {
  if (fault.kind === "adjacent") return fault.bits;
  if (fault.kind !== "multiplicity") return null;
  const drawn = fault.weights.flatMap((weight, at) => (weight > 0 ? [at + 1] : []));
  return drawn.length === 1 ? drawn[0]! : null;
}

const sefis = ["sefi_self", "sefi_reset", "sefi_reload", "sefi_power"] as const;

/** SEU, MBU, MCU and SET are no effects of a device but of its structures, and stuck bits are kept out of every rate of upsets. */
function effectsOf(run: RunResult): ReadonlyMap<ModelEffect, number> {
  const counted = new Map<ModelEffect, number>([
    ["sefi", sefis.reduce((sum, sefi) => sum + (run.effects[sefi] ?? 0), 0)],
  ]);
  for (const effect of [...sefis, "sel", "sel_micro", "stuck_bit"] as const)
    counted.set(effect, run.effects[effect] ?? 0);
  return counted;
}
