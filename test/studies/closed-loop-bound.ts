import { cholesky, solveCholesky } from "../../src/science/fit/cholesky.ts";
import type { Weibull } from "../../src/science/upset/weibull.ts";
import { weibullCm2 } from "../../src/science/upset/weibull.ts";
import { expectedEvents } from "./closed-loop-campaign.ts";
import type { CampaignPlan, LoopStructure } from "./closed-loop-campaign.ts";

/**
 * How well the counts of a campaign can tell a rate at all: the inverse of the expected information at the truth, and from it the standard deviation of ln λ by the delta method.
 *
 *   numbers    of every structure and species: ln plateau, onset, ln width, ln exponent; of every session: t
 *   counts     Poisson: Σ (∂μ/∂θ)(∂μ/∂θ)ᵀ/μ over sessions and places;  t ~ Normal(0, σ): 1/σ²
 *   shares     cells an event: multinomial of all events to expect;  SDC: binomial of the strikes.  They know nothing of the curves, so their variances add.
 *
 * No estimator without bias is closer (Cramér and Rao; with the sessions' scales drawn, H. van Trees 1968). It is no part of the code under test: curves, information and
 * derivatives are worked out here, the latter by differences.
 */
export interface RateParts {
  /** λ of the device from one structure and species: events a bit and second of a curve. */
  readonly bitRate: (species: "proton" | "ion", curve: Weibull) => number;
}

const names = ["saturatedCm2", "onset", "width", "shape"] as const;
const relativeStep = 1e-4;

export function rateAt({ structures }: CampaignPlan, { bitRate }: RateParts): number {
  return structures.reduce(
    (sum, structure) =>
      sum +
      structure.bits *
        sdcShareOf(structure) *
        (bitRate("proton", structure.proton) + bitRate("ion", structure.ion)),
    0,
  );
}

export function sdcShareOf({ multiplicity, sdcShares }: LoopStructure): number {
  return multiplicity.reduce((sum, share, m) => sum + share * sdcShares[m]!, 0);
}

/** Standard deviation of ln λ. */
export function boundOfLnRate(plan: CampaignPlan, parts: RateParts): number {
  const { structures, sessions, strikes } = plan;
  const rate = rateAt(plan, parts);
  const curves = structures.flatMap((structure) =>
    (["proton", "ion"] as const).map((species) => ({ structure, species })),
  );
  const size = 4 * curves.length + sessions.length;
  const information = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  curves.forEach(({ structure, species }, c) => {
    const curve = structure[species];
    const weight = (structure.bits * sdcShareOf(structure)) / rate;
    for (let k = 0; k < 4; k++)
      gradient[4 * c + k] = weight * slope(curve, names[k]!, (moved) => parts.bitRate(species, moved));
    sessions.forEach((session, s) => {
      if (session.species !== species) return;
      for (const { at, fluencePerCm2 } of session.beams) {
        const exposure = fluencePerCm2 * structure.bits;
        const mean = exposure * weibullCm2(curve, at);
        if (!(mean > 0)) continue;
        const row = new Map<number, number>([[4 * curves.length + s, mean]]);
        for (let k = 0; k < 4; k++)
          row.set(4 * c + k, exposure * slope(curve, names[k]!, (moved) => weibullCm2(moved, at)));
        for (const [i, a] of row) for (const [j, b] of row) information[i * size + j]! += (a * b) / mean;
      }
    });
  });
  sessions.forEach(({ logSigma }, s) => {
    const place = 4 * curves.length + s;
    information[place * size + place]! += 1 / logSigma ** 2;
  });
  const lower = cholesky(information, size);
  if (lower === null) throw new Error("these counts do not tell every number of the curves");
  const solved = solveCholesky(lower, gradient, size);
  let variance = gradient.reduce((sum, g, i) => sum + g * solved[i]!, 0);
  for (const structure of structures) {
    const of =
      structure.bits * (parts.bitRate("proton", structure.proton) + parts.bitRate("ion", structure.ion));
    variance += (of / rate) ** 2 * shareVariance(structure, eventsOf(plan, structure), strikes);
  }
  return Math.sqrt(variance);
}

/** Of Σ p(m)·V(m), p from so many events and V from so many strikes each. */
function shareVariance(structure: LoopStructure, events: number, strikes: number): number {
  const { multiplicity, sdcShares } = structure;
  const mean = sdcShareOf(structure);
  const spread = multiplicity.reduce((sum, share, m) => sum + share * sdcShares[m]! ** 2, 0) - mean ** 2;
  return multiplicity.reduce(
    (sum, share, m) => sum + (share ** 2 * sdcShares[m]! * (1 - sdcShares[m]!)) / strikes,
    spread / events,
  );
}

/** Expected in all beams together. */
export function eventsOf({ sessions }: CampaignPlan, structure: LoopStructure): number {
  return sessions.flatMap((session) => expectedEvents(structure, session)).reduce((sum, n) => sum + n, 0);
}

/** By the logarithm of the number, which for an onset above 0 is as good as the number itself. */
function slope(curve: Weibull, name: (typeof names)[number], of: (curve: Weibull) => number): number {
  const [up, down] = [1, -1].map((sign) =>
    of({ ...curve, [name]: curve[name] * Math.exp(sign * relativeStep) }),
  );
  return (up! - down!) / (2 * relativeStep);
}
