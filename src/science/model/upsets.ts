import { taskOf } from "../../domain/task.ts";
import type { RandomStream } from "../../domain/random.ts";
import { betaDraw } from "../fit/random-draws.ts";
import type { Multiplicity, Vulnerability } from "./model.ts";
import { memoryEvents } from "./memory-events.ts";
import { harmOf, sumOf } from "./observed.ts";
import type { Observed, ObservedRun } from "./observed.ts";
import { pointsOf } from "./points.ts";
import type { PointOfRuns } from "./points.ts";
import { seenShares, testedBy } from "./seen-shares.ts";
import type { SeenShare, SeenShares } from "./seen-shares.ts";

/**
 * Events a bit of each structure, from beams on boards without codes at work. What a beam shows of a structure is bits × the share of its upsets that show, and that
 * share is known from strikes:
 *
 *   1. a memory test shows the memory it was written for: events / (fluence · bits · share seen)
 *   2. all other structures that strikes reached share one cross-section a bit, since nothing tells them apart: what is left of the outcomes / (fluence · Σ bits · share)
 */
export interface UpsetGroup {
  readonly structures: readonly string[];
  readonly points: readonly PointOfRuns[];
  /** Relative to the shares as counted, one draw of what they may be: a row of the posterior is divided by it. */
  readonly drawShare: (random: RandomStream) => number;
  readonly findings: readonly string[];
}

export function upsetGroups(
  all: readonly Observed[],
  vulnerabilities: readonly Vulnerability[],
  multiplicities: readonly Multiplicity[],
): UpsetGroup[] {
  const seen = seenShares(vulnerabilities, multiplicities);
  const memories = memoryGroups(all, seen);
  const rest = restGroup(all, seen, memories);
  return rest === null ? memories : [...memories, rest];
}

function memoryGroups(all: readonly Observed[], seen: SeenShares): UpsetGroup[] {
  const tested = new Map<string, Set<string>>();
  for (const { runs } of all)
    for (const run of runs) {
      const memory = testedBy(run, seen);
      if (memory !== null) tested.set(memory, (tested.get(memory) ?? new Set()).add(run.workload));
    }
  return [...tested].sort().map(([structure, workloads]) => {
    const shareOf = (workload: string): SeenShare =>
      seen.get(workload)!.find((share) => share.structure === structure)!;
    return {
      structures: [structure],
      points: pointsOf(all, {
        events: (run) =>
          isCounted(run) && workloads.has(run.workload)
            ? (memoryEvents(run, run.bits.get(structure) ?? 0)?.sizes.length ?? sumOf(run.outcomes, "sdc"))
            : null,
        bits: (run) => (run.bits.get(structure) ?? 0) * shareOf(run.workload).share,
      }),
      drawShare: shareDraw([...workloads].map((workload) => ({ weight: 1, of: shareOf(workload) }))),
      findings: [],
    };
  });
}

/** Structures without a test of their own, together. */
function restGroup(
  all: readonly Observed[],
  seen: SeenShares,
  memories: readonly UpsetGroup[],
): UpsetGroup | null {
  const known = new Map(memories.map((group) => [group.structures[0]!, group.points]));
  const others = (workload: string): readonly SeenShare[] =>
    (seen.get(workload) ?? []).filter(({ structure }) => !known.has(structure));
  const structures = new Set<string>();
  const weights: { weight: number; of: SeenShare }[] = [];
  for (const { runs } of all)
    for (const run of runs) {
      if (run.beam === null || !isCounted(run) || taskOf(run.workload) === "memory") continue;
      for (const of of others(run.workload)) {
        structures.add(of.structure);
        weights.push({ weight: run.beam.fluencePerCm2 * (run.bits.get(of.structure) ?? 0) * of.share, of });
      }
    }
  if (structures.size === 0) return null;
  const points = pointsOf(all, {
    events: (run) =>
      isCounted(run) && taskOf(run.workload) !== "memory" && others(run.workload).length > 0
        ? harmOf(run.outcomes)
        : null,
    bits: (run) =>
      others(run.workload).reduce(
        (sum, { structure, share }) => sum + (run.bits.get(structure) ?? 0) * share,
        0,
      ),
    otherEvents: (run, beam) =>
      (seen.get(run.workload) ?? []).reduce((sum, { structure, share }) => {
        const perBit = crossSectionOf(known.get(structure), beam.energyMeV, beam.letMeVCm2PerMg);
        return sum + beam.fluencePerCm2 * (run.bits.get(structure) ?? 0) * share * perBit;
      }, 0),
  });
  if (points.length === 0) return null;
  const names = [...structures].sort();
  return {
    structures: names,
    points,
    drawShare: shareDraw(weights),
    findings:
      names.length === 1
        ? []
        : [
            `no test told ${names.join(", ")} apart: they are given one cross-section a bit, from the outcomes of all together`,
          ],
  };
}

/** As it was measured in the same beam; 0 where it was not. */
function crossSectionOf(
  points: readonly PointOfRuns[] | undefined,
  energyMeV: number | null,
  letMeVCm2PerMg: number | null,
): number {
  const same = (points ?? []).filter(
    (point) => point.energyMeV === energyMeV && point.letMeVCm2PerMg === letMeVCm2PerMg,
  );
  const events = same.reduce((sum, point) => sum + point.events! - point.backgroundEvents, 0);
  const exposure = same.reduce((sum, { fluencePerCm2, bits }) => sum + fluencePerCm2! * bits, 0);
  return exposure > 0 ? Math.max(0, events) / exposure : 0;
}

function isBare({ protection }: ObservedRun): boolean {
  return protection === "off";
}

/** In the beam and at work, or a control run of it. */
function isCounted(run: ObservedRun): boolean {
  return isBare(run) && (run.kind === "beam" || run.kind === "beam_off");
}

/** How well the strikes know the shares, by the part that each has in what was seen; Jeffreys' rule for each. */
function shareDraw(
  weights: readonly { readonly weight: number; readonly of: SeenShare }[],
): UpsetGroup["drawShare"] {
  const byShare = new Map<SeenShare, number>();
  for (const { weight, of } of weights) byShare.set(of, (byShare.get(of) ?? 0) + weight);
  const total = [...byShare.values()].reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return () => 1;
  return (random) => {
    let relative = 0;
    for (const [{ harmful, trials }, weight] of byShare) {
      if (weight === 0 || harmful === 0) {
        relative += weight / total;
        continue;
      }
      const drawn = betaDraw(harmful + 0.5, trials - harmful + 0.5, random);
      relative += ((weight / total) * drawn) / (harmful / trials);
    }
    return relative;
  };
}
