import type { StopRules } from "../domain/plan.ts";
import type { EndReason } from "../domain/outcome.ts";
import { clopperPearson } from "../science/clopper-pearson.ts";

/** What a run has reached. */
export interface Progress {
  readonly strikes: number;
  /** Strikes with a known outcome, and SDC among them. */
  readonly confirmed: number;
  readonly sdc: number;
  /** Primary events: everything that was not masked. */
  readonly events: number;
  readonly fluencePerCm2: number;
  /** All that the part has taken; null where nobody states a dose per fluence. */
  readonly doseRadSi: number | null;
  readonly seconds: number;
}

/** Below this many events a narrow interval is chance: the width rule waits (the interval's width is nominal, sequential stopping widens it). */
const eventsBeforeWidthCounts = 10;

/** The first rule that is met, or null. */
export function stopReason(rules: StopRules, reached: Progress): EndReason | null {
  if (rules.strikes !== null && reached.strikes >= rules.strikes) return "strikes";
  if (rules.events !== null && reached.events >= rules.events) return "events";
  if (rules.fluencePerCm2 !== null && reached.fluencePerCm2 >= rules.fluencePerCm2) return "fluence";
  if (rules.doseRadSi !== null && reached.doseRadSi !== null && reached.doseRadSi >= rules.doseRadSi)
    return "dose";
  if (rules.seconds !== null && reached.seconds >= rules.seconds) return "time";
  if (rules.intervalWidth !== null && reached.sdc >= eventsBeforeWidthCounts) {
    const interval = clopperPearson(reached.sdc, reached.confirmed, 0.95);
    if (interval.upper - interval.lower <= rules.intervalWidth) return "interval_width";
  }
  return null;
}
