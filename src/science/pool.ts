import type { Exposure } from "../domain/exposure.ts";
import type { RunPlan } from "../domain/plan.ts";
import { outcomes } from "../domain/outcome.ts";
import type { OutcomeCounts, PooledResult, PrimaryRepeat, RunResult } from "../domain/result.ts";
import { sumDetections } from "./detection.ts";
import { eccResults, sumErrors } from "./ecc.ts";
import type { EccTally } from "./ecc.ts";
import { estimatesOf, meaningful, trialsOf } from "./estimate.ts";
import { sumExposures } from "./exposure.ts";
import { severityOf, sumSeverities } from "./severity.ts";
import type { SeverityTally } from "./severity.ts";

/** One run as it goes into a pool: its result, where and how it was struck, and the bits it exposed. */
export interface Poolable {
  readonly result: RunResult;
  /** Strikes on essential bits, or under a scan that repairs them, are of another population than strikes anywhere. */
  readonly struck: Pick<RunPlan, "configuration" | "semAfter" | "semObserveMs" | "faultModel">;
  readonly bits: number | null;
  readonly severity: SeverityTally;
  readonly ecc: EccTally;
}

/**
 * Runs of like conditions together, whatever their temperature, and then each board's workload as a whole.
 * Strikes of different targets are pooled as they were struck, so a total speaks of that mix and of no other.
 */
export function pool(runs: readonly Poolable[]): PooledResult[] {
  const alike = groupBy(runs, (run) =>
    JSON.stringify([...conditions(run), run.result.target, run.struck.faultModel]),
  );
  const wholes = groupBy(runs, (run) => JSON.stringify(conditions(run)));
  const pooled: PooledResult[] = [];
  for (const whole of wholes) {
    for (const group of alike) if (whole.includes(group[0]!)) pooled.push(poolOne(group, false));
    const { target, faultModel } = pooled.at(-1)!;
    if (target !== null || faultModel !== null) pooled.push(poolOne(whole, true));
  }
  return pooled;
}

function poolOne(group: readonly Poolable[], whole: boolean): PooledResult {
  const first = group[0]!.result;
  const exposure = sumExposures(group.map(({ result }) => result.exposure));
  const counts = sumCounts(group.map(({ result }) => result.outcomes));
  const bits = group.every((member) => member.bits === group[0]!.bits) ? group[0]!.bits : null;
  return {
    runKind: first.runKind,
    dut: first.dut.name,
    workload: first.workload,
    target: whole ? null : first.target,
    faultModel: whole ? wholeModel(group) : first.faultModel,
    semAfter: first.semAfter,
    runs: group.map(({ result }) => result.number),
    exposure,
    outcomes: counts,
    severity: severityOf(sumSeverities(group.map(({ severity }) => severity))),
    detection: sumDetections(group.map(({ result }) => result.detection)),
    ecc: eccResults(sumErrors(group.map(({ ecc }) => ecc)), exposure, trialsOf(exposure, counts)),
    estimates: meaningful(first.runKind, estimatesOf(exposure, counts, bits)),
  };
}

/** A total over upsets of all kinds has no model of its own; one of arithmetic units keeps its label. */
function wholeModel(group: readonly Poolable[]): string | null {
  if (!isMeasured(group[0]!.struck)) return null;
  return [...new Set(group.map(({ result }) => result.faultModel))].join(", ");
}

/** What must be equal for two runs to be of one population. */
function conditions({ result, struck }: Poolable): readonly unknown[] {
  const { runKind, dut, workload, refresh, exposure } = result;
  const manner = [struck.configuration, struck.semAfter, struck.semObserveMs, isMeasured(struck)];
  return [runKind, dut.name, dut.serial, workload, refresh, beamOf(exposure), manner];
}

/** Corruption of arithmetic units as measured is no upset of a memory cell, and is in no total of them (docs/fault-models.md). */
function isMeasured({ faultModel }: Poolable["struck"]): boolean {
  return faultModel?.mix.some(({ fault }) => fault.kind === "arithmetic") === true;
}

function beamOf(exposure: Exposure): readonly unknown[] {
  if (exposure.kind !== "beam") return [exposure.kind];
  const { species, energyMeV, letMeVCm2PerMg, tiltDeg, sessionId } = exposure;
  return [species, energyMeV, letMeVCm2PerMg, tiltDeg, sessionId];
}

function groupBy(runs: readonly Poolable[], keyOf: (run: Poolable) => string): Poolable[][] {
  const groups = new Map<string, Poolable[]>();
  for (const run of runs) {
    const key = keyOf(run);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  return [...groups.values()];
}

function sumCounts(all: readonly OutcomeCounts[]): OutcomeCounts {
  const sum = (pick: (counts: OutcomeCounts) => PrimaryRepeat): PrimaryRepeat => ({
    primary: all.reduce((total, counts) => total + pick(counts).primary, 0),
    repeat: all.reduce((total, counts) => total + pick(counts).repeat, 0),
  });
  const traceless = all.some((counts) => counts.masked === null);
  return orderedCounts((outcome) =>
    outcome === "masked"
      ? traceless
        ? null
        : sum((counts) => counts.masked ?? { primary: 0, repeat: 0 })
      : sum((counts) => counts[outcome]),
  );
}

/** Outcome counts in the order of the list of outcomes. */
export function orderedCounts(
  of: (outcome: (typeof outcomes)[number]) => PrimaryRepeat | null,
): OutcomeCounts {
  return Object.fromEntries(outcomes.map((outcome) => [outcome, of(outcome)])) as unknown as OutcomeCounts;
}
