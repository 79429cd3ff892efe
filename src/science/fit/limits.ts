import type { CountTable } from "./beam-point.ts";
import { marginalCountQuantile } from "./marginal-count.ts";

/** How large a cross-section can be at a place and anywhere below it. */
export interface CrossSectionLimit {
  /** LET or energy. */
  readonly at: number;
  readonly upperCm2: number;
  readonly events: number;
  /** At this place and above, 1/cm². */
  readonly fluencePerCm2: number;
  readonly confidence: number;
  /** All the chance that is left out lies above. */
  readonly sides: "upper";
  readonly method: "poisson-lognormal-scale";
}

/**
 * Upper limits that hold for every curve which never falls: all that was counted at x and above came from at least σ(x), so the limit of those counts together, by their
 * fluence together, is one of σ(x). One-sided; no event and a certain fluence give 3.00/fluence at 95 % (two-sided limits would be 3.69). Background is not taken off,
 * which only raises a limit. The fluence scale is as uncertain as the least certain session, in common.
 */
export function crossSectionLimits(table: CountTable, confidence = 0.95): CrossSectionLimit[] {
  const limits: CrossSectionLimit[] = [];
  let [events, fluence, logSigma] = [0, 0, 0];
  for (let i = table.at.length - 1; i >= 0; i--) {
    events += table.events[i]!;
    fluence += table.fluencePerCm2[i]!;
    logSigma = Math.max(logSigma, table.sessions[table.session[i]!]!.logSigma);
    if (i > 0 && table.at[i - 1] === table.at[i]) continue;
    limits.unshift({
      at: table.at[i]!,
      upperCm2: marginalCountQuantile(events, logSigma, confidence, 1) / fluence,
      events,
      fluencePerCm2: fluence,
      confidence,
      sides: "upper",
      method: "poisson-lognormal-scale",
    });
  }
  return limits;
}
