import { liveAccount } from "./live-time.ts";
import { primaryEvents } from "./so-far.ts";
import type { RunTally } from "./state.ts";

/**
 * Events to expect in one observation window, µ: the iterations between two refreshes of the state. Of windows with an event µ/2 have
 * two or more, which then count as one (test-practice §2): a warning above 0.1, an alarm above 0.5.
 */
export const muWarning = 0.1;
export const muAlarm = 0.5;

export interface EventsPerWindow {
  /** From the events that were seen; null: no iteration yet. */
  readonly observed: number | null;
  /** From the cross-section that the plan expects, at this run's flux; null: the plan expects none. */
  readonly planned: number | null;
}

/** null: this run counts no events of iterations in a beam. */
export function eventsPerWindow(run: RunTally, nowNs: number): EventsPerWindow | null {
  if (run.start.runKind !== "beam") return null;
  const { refreshEvery, beam } = run.start.plan;
  const { total } = run.iterations;
  if (total === 0) return { observed: null, planned: null };
  const expected = beam?.expectedCrossSectionCm2 ?? null;
  const { fluenceLivePerCm2 } = liveAccount(run.timeline, nowNs);
  return {
    observed: (primaryEvents(run) * refreshEvery) / total,
    planned: expected === null ? null : (expected * fluenceLivePerCm2 * refreshEvery) / total,
  };
}

export function highestMu(mu: EventsPerWindow | null): number {
  return Math.max(mu?.observed ?? 0, mu?.planned ?? 0);
}
