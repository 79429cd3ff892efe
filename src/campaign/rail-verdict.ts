import type { RailLimits, RailReading } from "../domain/equipment.ts";

/**
 * What one look at a rail says, and what a step of its current was. Pure tables, from the surest sign to the weakest; written before
 * any beam, and tested row by row (REC-L5, bench-protocols.md 4.3).
 */
export interface RailSeen {
  /** What it was last told. */
  readonly told: "on" | "off";
  /** null: no answer. */
  readonly reading: RailReading | null;
  /** How often in a row it has not answered, folded back, or shown more than its trip, this look included. */
  readonly silences: number;
  readonly folds: number;
  readonly overs: number;
  /** It was out of sight before this look (its supply away, or without an answer for too long): whoever made it go off then, nobody saw it. */
  readonly unseen: boolean;
  /** Over-current protection of the supply itself is armed. */
  readonly trips: boolean;
  readonly limits: RailLimits;
  /** What it draws in the state that the board is in; null: not known yet. */
  readonly baselineMilliA: number | null;
}

/**
 * `unread`, `folding`: once, it may pass. `went-off`: low, and neither by us nor by its over-current protection. `over`: more than its
 * trip, and nothing else cuts it.
 */
export type RailVerdict =
  | "normal"
  | "as-told"
  | "unread"
  | "lost"
  | "trip"
  | "went-off"
  | "over"
  | "folding"
  | "fold-back"
  | "step"
  | "warning";

/** One lost answer is noise, and one look may fall into an inrush; the supply's own trip needs its delay. */
export const looksUntilLost = 3;
const looksUntilFolded = 2;
const looksUntilOver = 2;

export function judgeReading(seen: RailSeen): RailVerdict {
  const { told, reading, limits, trips } = seen;
  // A lost link says nothing of the rail, least of all that the board latched.
  if (reading === null) return seen.silences >= looksUntilLost ? "lost" : "unread";
  if (told === "off") return "as-told";
  if (!reading.on) return (reading.tripped ?? (trips && !seen.unseen)) ? "trip" : "went-off";
  const { milliA } = reading;
  if (milliA !== null && milliA > (limits.tripMilliA ?? Infinity))
    return !trips || seen.overs >= looksUntilOver ? "over" : "warning";
  if (reading.regulating === "current") return seen.folds >= looksUntilFolded ? "fold-back" : "folding";
  if (milliA === null) return "normal";
  const { baselineMilliA } = seen;
  if (baselineMilliA !== null && milliA > baselineMilliA + (limits.microStepMilliA ?? Infinity))
    return "step";
  return milliA > (limits.warnMilliA ?? Infinity) ? "warning" : "normal";
}

/** What was tried on a step that did not pass, in this order; null: not tried, or nobody could read the rail afterwards. */
export interface StepTrial {
  readonly passed: boolean;
  readonly outlivesWork: boolean | null;
  readonly outlivesReset: boolean | null;
  readonly outlivesPower: boolean | null;
}

/** `unknown`: what would have told could not be tried. */
export type StepVerdict = "load-step" | "micro-sel" | "current-step" | "unknown";

/** A micro-SEL is a step that outlives workload and reset, and goes only with power (docs/vocabulary.md). */
export function judgeStep(trial: StepTrial): StepVerdict {
  if (trial.passed || trial.outlivesWork === false || trial.outlivesReset === false) return "load-step";
  if (trial.outlivesWork === null || trial.outlivesReset === null || trial.outlivesPower === null)
    return "unknown";
  return trial.outlivesPower ? "current-step" : "micro-sel";
}

/** Whether a latch-up is over, by what the rail draws after its rest; null: nothing measures it. */
export function isCleared(reading: RailReading | null, limits: RailLimits): boolean | null {
  if (reading === null) return null;
  if (!reading.on || reading.tripped === true || reading.regulating === "current") return false;
  const { milliA } = reading;
  const below = limits.holdMilliA ?? limits.tripMilliA;
  return milliA === null || below === null ? null : milliA < below;
}
