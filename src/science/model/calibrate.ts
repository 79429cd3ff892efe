import { RigError } from "../../domain/errors.ts";
import { compositionsOf } from "./compositions.ts";
import { findingsOf } from "./findings.ts";
import { modelVersion } from "./model.ts";
import type { DeviceName, Model, Source } from "./model.ts";
import { multiplicitiesOf } from "./multiplicities.ts";
import type { Observed } from "./observed.ts";
import { gather, mergeLike } from "./quantities.ts";
import { respond } from "./respond.ts";
import { sensitivitiesOf } from "./sensitivities.ts";
import { structuresOf } from "./structures.ts";
import { upsetGroups } from "./upsets.ts";
import { vulnerabilitiesOf } from "./vulnerabilities.ts";

export interface CalibrateOptions {
  readonly tool: string;
  /** Of the draws of posteriors; the same sources and seed give the same bytes. */
  readonly seed?: number;
  /** Sources of different devices are meant to be one. */
  readonly oneDevice?: boolean;
}

/**
 *   observed ─┬→ vulnerabilities ─┐
 *             ├→ multiplicities ──┼→ upsets a bit ─┐
 *             └→ outcomes, effects, counters ──────┴→ responses ─→ compositions beside the beam
 *
 * RigError `config` where the sources hold nothing that a model could be made of, or are of different devices without `oneDevice`.
 */
export function calibrate(observed: readonly Observed[], options: CalibrateOptions): Model {
  const seed = options.seed ?? 1;
  const device = deviceOf(observed, options.oneDevice === true);
  const structures = structuresOf(observed);
  const vulnerabilities = vulnerabilitiesOf(observed);
  const multiplicities = multiplicitiesOf(observed, vulnerabilities);
  const upsets = upsetGroups(observed, vulnerabilities, multiplicities.found);
  const gathered = mergeLike(gather(observed, upsets));
  if (gathered.length === 0 && vulnerabilities.length === 0)
    throw new RigError(
      "config",
      `nothing to calibrate from in ${observed.map(({ name }) => name).join(", ")}: expected runs in a beam with a fluence, or strikes with outcomes${whyNothing(observed)}`,
    );
  const responses = respond(gathered, seed);
  const parts = { structures, responses, vulnerabilities, multiplicities: multiplicities.found };
  return {
    schemaVersion: modelVersion,
    tool: options.tool,
    emulated: observed.some(({ emulated }) => emulated),
    device,
    sources: observed.map(sourceOf),
    structures,
    responses,
    vulnerabilities,
    multiplicities: multiplicities.found,
    sensitivities: sensitivitiesOf(gathered),
    compositions: compositionsOf(parts, seed),
    findings: findingsOf(observed, parts, multiplicities.findings),
  };
}

function sourceOf({ name, kind, sha256, emulated, runs, statements }: Observed): Source {
  const sessions = [
    ...runs.flatMap(({ beam }) => (beam === null ? [] : [beam.sessionId])),
    ...statements.map(({ sessionId }) => sessionId),
  ];
  return { name, kind, sha256, emulated, sessions: [...new Set(sessions)] };
}

/** Counts of two devices are no counts of either. */
function deviceOf(observed: readonly Observed[], oneDevice: boolean): DeviceName {
  const named = new Map<string, { device: DeviceName; from: string }>();
  const serials = new Set<string>();
  for (const { devices, name } of observed)
    for (const device of devices) {
      named.set(`${device.model} (${device.accelerator})`, { device, from: name });
      for (const serial of device.serials) serials.add(serial);
    }
  const all = [...named];
  if (all.length === 0)
    throw new RigError("config", "no device: none of the sources has a run of the boards asked for");
  if (all.length > 1 && !oneDevice)
    throw new RigError(
      "config",
      `the sources are of different devices: ${all.map(([key, { from }]) => `${key} in ${from}`).join(", ")}; name the boards that are meant (--dut), or say that they are one (--one-device)`,
    );
  const { model, accelerator } = all[0]![1].device;
  return { model, accelerator, serials: [...serials].sort() };
}

function whyNothing(observed: readonly Observed[]): string {
  const reasons = new Set(observed.flatMap(({ leftOut }) => leftOut.map(({ why }) => why)));
  return reasons.size === 0 ? "" : `; runs were left out: ${[...reasons].join("; ")}`;
}
