import type { RandomStream } from "../../src/domain/random.ts";
import { binomialDraw, normalDraw, poissonDraw } from "../../src/science/fit/random-draws.ts";
import { weibullCm2 } from "../../src/science/upset/weibull.ts";
import type { StructureTruth } from "./closed-loop-rig.ts";

/**
 * The campaigns of the closed loop as a count model: what a perfect bench would count.
 *
 *   session s:  scale e^{t(s)}, t ~ Normal(0, σ) ─→ events of a structure at an energy or LET ~ Poisson(e^t · fluence · bits · σ(x))
 *   events of a structure in all beams ─→ cells an event ~ multinomial
 *   strikes on a structure, m cells ─→ SDC ~ binomial
 */
export interface CampaignPlan {
  readonly structures: readonly LoopStructure[];
  readonly sessions: readonly PlannedSession[];
  /** Of one structure and number of cells. */
  readonly strikes: number;
}

export interface LoopStructure extends StructureTruth {
  readonly bits: number;
  /** Share of events of 1, 2, 3 … cells that end as silent data corruption. */
  readonly sdcShares: readonly number[];
}

export interface PlannedSession {
  readonly id: string;
  readonly species: "proton" | "ion";
  /** `at`: MeV, or MeV·cm²/mg. */
  readonly beams: readonly { readonly at: number; readonly fluencePerCm2: number }[];
  readonly logSigma: number;
}

export interface CampaignCounts {
  readonly structures: readonly StructureCounts[];
}

export interface StructureCounts {
  /** By session, then by energy or LET. */
  readonly events: readonly (readonly number[])[];
  readonly cells: readonly number[];
  /** By number of cells. */
  readonly sdc: readonly number[];
}

/** Events a structure to expect at each energy or LET of a session whose scale is 1. */
export function expectedEvents(structure: LoopStructure, session: PlannedSession): number[] {
  const curve = session.species === "proton" ? structure.proton : structure.ion;
  return session.beams.map(({ at, fluencePerCm2 }) => fluencePerCm2 * structure.bits * weibullCm2(curve, at));
}

export function drawCampaign(plan: CampaignPlan, random: RandomStream): CampaignCounts {
  const scales = plan.sessions.map(({ logSigma }) => Math.exp(logSigma * normalDraw(random)));
  return {
    structures: plan.structures.map((structure) => {
      const events = plan.sessions.map((session, s) =>
        expectedEvents(structure, session).map((mean) => poissonDraw(mean * scales[s]!, random)),
      );
      const total = events.flat().reduce((sum, n) => sum + n, 0);
      return {
        events,
        cells: multinomialDraw(total, structure.multiplicity, random),
        sdc: structure.sdcShares.map((share) => binomialDraw(plan.strikes, share, random)),
      };
    }),
  };
}

function multinomialDraw(trials: number, shares: readonly number[], random: RandomStream): number[] {
  let [left, rest] = [trials, 1];
  return shares.map((share, i) => {
    const count = i === shares.length - 1 ? left : binomialDraw(left, Math.min(1, share / rest), random);
    left -= count;
    rest -= share;
    return count;
  });
}
