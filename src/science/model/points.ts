import type { Point } from "./model.ts";
import type { Observed, ObservedBeam, ObservedRun } from "./observed.ts";

/**
 * Runs of one beam taken together: the points that a response is drawn through.
 *
 *   runs in a beam ─events, bits→ grouped by session, energy or LET, tilt ─control runs→ background ─→ points
 */
export interface PointRequest {
  /** null: this run counts nothing of the kind, and is no exposure of it either. */
  readonly events: (run: ObservedRun) => number | null;
  /** Bits exposed, times the share of them that would show; 1 for a response of the device. */
  readonly bits: (run: ObservedRun) => number;
  /** Events that something else gives in this run, known already. */
  readonly otherEvents?: (run: ObservedRun, beam: ObservedBeam) => number;
}

/** A point, with the counts of its runs one by one: what homogeneity is told from. */
export interface PointOfRuns extends Point {
  readonly byRun: readonly RunCount[];
}

export interface RunCount {
  readonly events: number;
  /** Fluence times bits. */
  readonly exposure: number;
  readonly dieC: number | null;
}

export function pointsOf(all: readonly Observed[], request: PointRequest): PointOfRuns[] {
  const groups = new Map<string, { source: number; runs: ObservedRun[] }>();
  for (const [source, { runs }] of all.entries())
    for (const run of runs) {
      if (run.beam === null || request.events(run) === null || !(request.bits(run) > 0)) continue;
      const { sessionId, species, energyMeV, letMeVCm2PerMg, tiltDeg } = run.beam;
      const key = JSON.stringify([source, sessionId, species, energyMeV, letMeVCm2PerMg, tiltDeg]);
      const group = groups.get(key) ?? { source, runs: [] };
      groups.set(key, group);
      group.runs.push(run);
    }
  return [...groups.values()].map(({ source, runs }) => pointOf(all[source]!, source, runs, request));
}

function pointOf(
  from: Observed,
  source: number,
  runs: readonly ObservedRun[],
  request: PointRequest,
): PointOfRuns {
  const beam = runs[0]!.beam!;
  const byRun = runs.map((run) => ({
    events: request.events(run)!,
    exposure: run.beam!.fluencePerCm2 * request.bits(run),
    dieC: run.dieC,
  }));
  const fluencePerCm2 = total(runs, (run) => run.beam!.fluencePerCm2);
  return {
    source,
    sessionId: beam.sessionId,
    energyMeV: beam.energyMeV,
    letMeVCm2PerMg: beam.letMeVCm2PerMg,
    tiltDeg: beam.tiltDeg,
    events: total(byRun, ({ events }) => events),
    fluencePerCm2,
    fluenceRelUncertainty1Sigma: Math.max(...runs.map((run) => run.beam!.relUncertainty1Sigma)),
    backgroundEvents: total(
      runs,
      (run) =>
        backgroundRate(from, run, request) * run.liveSeconds + (request.otherEvents?.(run, run.beam!) ?? 0),
    ),
    bits: total(byRun, ({ exposure }) => exposure) / fluencePerCm2,
    statedCm2: null,
    dieC: meanDieC(runs),
    runs: runs.map(({ number }) => number),
    byRun,
  };
}

/** Events a second with the beam off: of the same board and workload, or of all its workloads where that one had no control run; 0 where it had none. */
function backgroundRate({ runs }: Observed, like: ObservedRun, { events }: PointRequest): number {
  const control = runs.filter(
    ({ kind, dut, protection }) => kind === "beam_off" && dut === like.dut && protection === like.protection,
  );
  const same = control.filter(({ workload }) => workload === like.workload);
  const used = same.length > 0 ? same : control;
  const seconds = total(used, ({ liveSeconds }) => liveSeconds);
  return seconds > 0 ? total(used, (run) => events({ ...run, workload: like.workload }) ?? 0) / seconds : 0;
}

function meanDieC(runs: readonly ObservedRun[]): number | null {
  let [sum, weights] = [0, 0];
  for (const { dieC, beam } of runs) {
    if (dieC === null) continue;
    sum += dieC * beam!.fluencePerCm2;
    weights += beam!.fluencePerCm2;
  }
  return weights > 0 ? sum / weights : null;
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
