import { taskOf } from "../../domain/task.ts";
import type { Multiplicity, Vulnerability } from "./model.ts";
import { harmOf } from "./observed.ts";
import type { ObservedRun } from "./observed.ts";

/** Of a structure under one workload: which share of its events shows, as strikes with no code at work tell. */
export interface SeenShare {
  readonly structure: string;
  readonly share: number;
  /** Of strikes of one cell. */
  readonly harmful: number;
  readonly trials: number;
}

/** By workload. */
export type SeenShares = ReadonlyMap<string, readonly SeenShare[]>;

/** Over the cells that an event may meet; of sizes that nobody struck, as the next smaller one. */
export function seenShares(
  vulnerabilities: readonly Vulnerability[],
  multiplicities: readonly Multiplicity[],
): SeenShares {
  const byWorkload = new Map<string, SeenShare[]>();
  const off = vulnerabilities.filter(({ protection }) => protection === "off");
  for (const single of off) {
    if (single.multiplicity !== 1) continue;
    const alike = off.filter(
      ({ workload, structure }) => workload === single.workload && structure === single.structure,
    );
    const cells = multiplicities.find(({ structure }) => structure === single.structure)?.events ?? [1];
    const events = cells.reduce((sum, n) => sum + n, 0);
    const share = cells.reduce((sum, n, at) => {
      const nearest = alike
        .filter(({ multiplicity }) => multiplicity <= at + 1)
        .sort((a, b) => b.multiplicity - a.multiplicity)[0]!;
      return sum + (n / events) * (harmOf(nearest.counts) / nearest.trials);
    }, 0);
    const list = byWorkload.get(single.workload) ?? [];
    byWorkload.set(single.workload, list);
    list.push({
      structure: single.structure,
      share,
      harmful: harmOf(single.counts),
      trials: single.trials,
    });
  }
  return byWorkload;
}

/** Of the structures struck under a memory test, that one which an event is likeliest to be in; null: it is no such test, or nothing struck under it showed. */
export function testedBy(run: ObservedRun, seen: SeenShares): string | null {
  if (run.protection !== "off" || taskOf(run.workload) !== "memory") return null;
  let best: { structure: string; visible: number } | null = null;
  for (const { structure, share } of seen.get(run.workload) ?? []) {
    const visible = (run.bits.get(structure) ?? 0) * share;
    if (visible > 0 && visible > (best?.visible ?? 0)) best = { structure, visible };
  }
  return best?.structure ?? null;
}
