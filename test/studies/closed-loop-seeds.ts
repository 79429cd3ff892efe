import { randomStream } from "../../src/domain/random.ts";
import { normalDraw } from "../../src/science/fit/random-draws.ts";
import { drawAll } from "../../src/science/predict/draws.ts";
import { boxLnSigma } from "../../src/science/predict/inputs.ts";
import type { PreparedPart } from "../../src/science/predict/prepared.ts";
import { boundOfLnRate, rateAt, sdcShareOf } from "./closed-loop-bound.ts";
import { drawCampaign } from "./closed-loop-campaign.ts";
import type { CampaignPlan } from "./closed-loop-campaign.ts";
import { calibrateCounts, drawsOfCounts, sdcRates } from "./closed-loop-estimate.ts";
import { bitRateIn, rateIn } from "./closed-loop-orbit.ts";

/** One seed: its own campaign, and its own environment where that is drawn. */
export interface LoopSeed {
  /** The truth's place: −1 below the interval, 0 in it, 1 above. (a) environment as it is, (c) drawn. */
  readonly exact: Held;
  readonly drawn: Held;
}

export interface Held {
  readonly truth: -1 | 0 | 1;
  /** Of the interval, over that of the bound. */
  readonly width: number;
  /** Share of the draws below the truth: uniform over seeds where the posterior tells what it knows. */
  readonly rank: number;
}

const rows = 500;
/** More than rows, since these draw the environment too. */
const draws = 1000;
const z95 = 1.959964;

export function loopSeeds(
  plan: CampaignPlan,
  parts: readonly PreparedPart[],
  from: number,
  to: number,
): LoopSeed[] {
  const bitRate = bitRateIn(parts);
  const truth = rateAt(plan, { bitRate });
  const statistical = boundOfLnRate(plan, { bitRate });
  const whole = Math.hypot(statistical, environmentLnSigma(plan, parts));
  const [exactWidth, drawnWidth] = [2 * z95 * statistical * truth, 2 * Math.sinh(z95 * whole) * truth];
  const seeds: LoopSeed[] = [];
  for (let seed = from; seed <= to; seed++) {
    const model = calibrateCounts(plan, drawCampaign(plan, randomStream(seed, "closed-loop")), seed);
    const exact = sdcRates(model, parts, drawsOfCounts(seed, rows));
    const drawn = sdcRates(model, parts, drawAll(seed, draws));
    seeds.push({
      exact: heldBy(exact, truth, exactWidth),
      drawn: heldBy(drawn, rateInDrawn(plan, parts, seed), drawnWidth),
    });
  }
  return seeds;
}

/** Of sorted values, between them by a straight line. */
function quantile(sorted: Float64Array, probability: number): number {
  const place = probability * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below]! + (place - below) * ((sorted[below + 1] ?? 0) - sorted[below]!);
}

function heldBy(sorted: Float64Array, truth: number, width: number): Held {
  const [lower, upper] = [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  return {
    truth: truth < lower ? -1 : truth > upper ? 1 : 0,
    width: (upper - lower) / width,
    rank: sorted.filter((rate) => rate < truth).length / sorted.length,
  };
}

/** λ of each stream of particles, and what it is uncertain by: errors of one input are the same in all of them. */
function streams(plan: CampaignPlan, parts: readonly PreparedPart[]) {
  return parts.map((prepared) => {
    const of = rateIn(prepared);
    const rate = plan.structures.reduce((sum, s) => sum + s.bits * sdcShareOf(s) * of(s), 0);
    const { lnSigma, strike } = prepared.part;
    return {
      rate,
      lnSigma: Object.entries({ ...lnSigma, ...(strike === "ions" ? { box: boxLnSigma } : {}) }),
    };
  });
}

/** The true rate of a seed whose environment is another than the one computed, by its stated uncertainty (orbital-model.md, 11). */
export function rateInDrawn(plan: CampaignPlan, parts: readonly PreparedPart[], seed: number): number {
  const normalOf = (input: string): number =>
    normalDraw(randomStream(seed, "closed-loop", "environment", input));
  return streams(plan, parts).reduce(
    (sum, { rate, lnSigma }) =>
      sum + rate * Math.exp(lnSigma.reduce((all, [input, sigma]) => all + sigma * normalOf(input), 0)),
    0,
  );
}

/** Of ln λ, by the delta method. */
export function environmentLnSigma(plan: CampaignPlan, parts: readonly PreparedPart[]): number {
  const all = streams(plan, parts);
  const total = all.reduce((sum, { rate }) => sum + rate, 0);
  const slopes = new Map<string, number>();
  for (const { rate, lnSigma } of all)
    for (const [input, sigma] of lnSigma)
      slopes.set(input, (slopes.get(input) ?? 0) + (sigma * rate) / total);
  return Math.hypot(...slopes.values());
}
