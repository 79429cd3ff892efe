import { shareEstimated } from "./estimated.ts";
import type { Vulnerability } from "./model.ts";
import { modelOutcomes } from "./model.ts";
import { basicOutcomes, sumOf } from "./observed.ts";
import type { Observed, ObservedRun, OutcomeTally } from "./observed.ts";

/**
 * What becomes of an upset, from injection: counts by workload, structure, cells of the event, and whether codes were at work. Strikes that stand for no event of so many
 * cells side by side (values replaced, patterns, arithmetic) say nothing of upsets and are left out.
 */
export function vulnerabilitiesOf(all: readonly Observed[]): Vulnerability[] {
  const groups = new Map<string, { runs: ObservedRun[]; sources: Set<number> }>();
  for (const [source, { runs }] of all.entries())
    for (const run of runs) {
      if (run.injection === null || run.injection.multiplicity === null) continue;
      const { target, multiplicity } = run.injection;
      const key = JSON.stringify([run.workload, target, run.protection, multiplicity]);
      const group = groups.get(key) ?? { runs: [], sources: new Set() };
      groups.set(key, group);
      group.runs.push(run);
      group.sources.add(source);
    }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { runs, sources }]) => vulnerability(runs, [...sources]));
}

function vulnerability(runs: readonly ObservedRun[], sources: readonly number[]): Vulnerability[] {
  const [first] = runs;
  const injection = first!.injection!;
  const trials = runs.reduce((sum, run) => sum + run.injection!.trials, 0);
  if (trials === 0) return [];
  const counts = sumTallies(runs.map(({ outcomes }) => outcomes));
  return [
    {
      workload: first!.workload,
      structure: injection.target,
      multiplicity: injection.multiplicity!,
      protection: first!.protection,
      faultModel: [...new Set(runs.map((run) => run.injection!.faultModel))].join(", "),
      bits: Math.max(...runs.map((run) => run.bits.get(injection.target) ?? 0)),
      trials,
      unknown: runs.reduce((sum, run) => sum + run.injection!.unknown, 0),
      counts,
      shares: modelOutcomes.map((outcome) => ({
        outcome,
        ...shareEstimated(sumOf(counts, outcome), trials),
      })),
      sources,
    },
  ];
}

export function sumTallies(tallies: readonly OutcomeTally[]): OutcomeTally {
  const total: Record<keyof OutcomeTally, number> = {
    masked: 0,
    sdcTolerable: 0,
    sdcCritical: 0,
    dueDetected: 0,
    dueCrash: 0,
    dueHang: 0,
  };
  for (const tally of tallies)
    for (const outcome of ["masked", ...basicOutcomes] as const) total[outcome] += tally[outcome];
  return total;
}
