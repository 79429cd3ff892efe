import type { RandomStream } from "../../domain/random.ts";
import { dirichletDraw } from "../fit/random-draws.ts";
import { accumulatedPerSecond, fateOfWord, wordsOf } from "./coverage.ts";
import type { Ecc } from "./model.ts";
import { basicOutcomes } from "./observed.ts";
import type { OutcomeTally } from "./observed.ts";

/**
 *   λ(outcome) = Σ over structures  bits · R(event a bit) · Σ over m  p(m) · V(outcome | m)
 *
 * V comes from strikes with codes at work, and is taken as it is; or from strikes without, and then goes through what the code leaves of such an event
 * (coverage.ts). One of the two a structure, never both: so a code is not counted twice, and since R counts events, several cells of one event are not either.
 */
export interface Ingredient {
  readonly structure: string;
  readonly bits: number;
  /** Events of 1, 2, 3 … cells; empty: never measured, and every event is taken as one cell. */
  readonly multiplicity: readonly number[];
  /** The strikes by cells, at least of one; in rising order. */
  readonly strikes: readonly { readonly cells: number; readonly counts: OutcomeTally }[];
  /** What the code does to an event whose V was measured without it; null: V was measured as it will be used. */
  readonly ecc: Ecc | null;
  /** Cells of a word lie so far apart; 1 where nobody says. */
  readonly interleave: number;
}

/** Per outcome, in the order of `basicOutcomes`. */
export type OutcomeVector = Float64Array;

/** One set of shares that the counts allow, for all structures. */
export interface ComposedShares {
  readonly ingredients: readonly Ingredient[];
  /** Of each ingredient: what one event comes to. */
  readonly perEvent: readonly OutcomeVector[];
  /** Of each ingredient: what one word comes to that its code detects. */
  readonly perDetected: readonly OutcomeVector[];
}

/** Order of a Dirichlet's weights. */
const fates = ["masked", ...basicOutcomes] as const;
/**
 * Weights before the counts: ½ for masked, for all SDC and for all DUE together, so that the share of SDC, and that of DUE, has what a binomial's has by Jeffreys' rule.
 */
const priorWeights = [1 / 2, 1 / 4, 1 / 4, 1 / 6, 1 / 6, 1 / 6] as const;
/** Of the share of m cells. */
const multiplicityWeight = 1 / 2;

/** One draw of all shares; the same for the same stream. */
export function drawShares(ingredients: readonly Ingredient[], random: RandomStream): ComposedShares {
  return sharesWith(ingredients, (weights) => dirichletDraw(weights, random));
}

/** The shares as counted, their priors in: the mean of all draws. */
export function meanShares(ingredients: readonly Ingredient[]): ComposedShares {
  return sharesWith(ingredients, (weights) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
}

function sharesWith(
  ingredients: readonly Ingredient[],
  draw: (weights: readonly number[]) => readonly number[],
): ComposedShares {
  const perEvent: OutcomeVector[] = [];
  const perDetected: OutcomeVector[] = [];
  for (const ingredient of ingredients) {
    const { multiplicity, strikes } = ingredient;
    const cells = multiplicity.length === 0 ? [1] : draw(multiplicity.map((n) => n + multiplicityWeight));
    const vulnerable = strikes.map(({ counts }) =>
      Float64Array.from(draw(fates.map((fate, at) => counts[fate] + priorWeights[at]!)).slice(1)),
    );
    perEvent.push(eventOutcomes(ingredient, cells, vulnerable));
    perDetected.push(detectedOutcomes(vulnerable[0]!));
  }
  return { ingredients, perEvent, perDetected };
}

/** What one event comes to, over the numbers of cells it may meet. */
function eventOutcomes(
  { strikes, ecc, interleave }: Ingredient,
  cells: readonly number[],
  vulnerable: readonly OutcomeVector[],
): OutcomeVector {
  const total = new Float64Array(basicOutcomes.length);
  for (let m = 1; m <= cells.length; m++) {
    const share = cells[m - 1]!;
    if (share === 0) continue;
    const words = wordsOf(m, interleave).map((inWord) => {
      const bare = vulnerable[nearestCells(strikes, inWord)]!;
      if (ecc === null) return bare;
      const { silent, detected } = fateOfWord(ecc.code, inWord);
      const found = detectedOutcomes(bare);
      return bare.map((value, at) => silent * value + detected * found[at]!);
    });
    const event = eitherWord(words);
    for (let at = 0; at < total.length; at++) total[at]! += share * event[at]!;
  }
  return total;
}

/** Strikes of just so many cells; of the most cells below that where nobody struck so many. */
function nearestCells(strikes: Ingredient["strikes"], cells: number): number {
  let nearest = 0;
  for (let at = 0; at < strikes.length; at++) if (strikes[at]!.cells <= cells) nearest = at;
  return nearest;
}

/** A word that its code detects ends the iteration that reads it. How often it is read: at least as often as the same upset does any harm without a code. */
function detectedOutcomes(bare: OutcomeVector): OutcomeVector {
  const outcomes = new Float64Array(basicOutcomes.length);
  outcomes[basicOutcomes.indexOf("dueDetected")] = sum(bare);
  return outcomes;
}

/** An event does harm where any of its words does, and in the proportion in which they do. */
function eitherWord(words: readonly OutcomeVector[]): OutcomeVector {
  if (words.length === 1) return words[0]!;
  let harmless = 1;
  const added = new Float64Array(basicOutcomes.length);
  for (const word of words) {
    harmless *= 1 - sum(word);
    for (let at = 0; at < added.length; at++) added[at]! += word[at]!;
  }
  const all = sum(added);
  return all === 0 ? added : added.map((value) => (value * (1 - harmless)) / all);
}

/** Per ingredient, what its events come to at so many events a bit: cm² from cm², 1/s from 1/s. */
export function composeTerms(
  { ingredients, perEvent, perDetected }: ComposedShares,
  eventsOfBit: (structure: string) => number,
  options: { readonly perSecond: boolean } = { perSecond: false },
): OutcomeVector[] {
  return ingredients.map(({ structure, bits, ecc }, at) => {
    const each = eventsOfBit(structure);
    const met = options.perSecond && ecc !== null ? accumulatedPerSecond(ecc, bits, each) : 0;
    return perEvent[at]!.map((share, outcome) => bits * each * share + met * perDetected[at]![outcome]!);
  });
}

/**
 * λ of every outcome of a device. `eventsOfBit`: the event rate of one bit of a structure, in cm² (for a cross-section) or 1/s (`perSecond`, which adds
 * what accumulates between two scrubs); rates of an environment and cross-sections in a beam are composed alike.
 */
export function composeRates(
  shares: ComposedShares,
  eventsOfBit: (structure: string) => number,
  options: { readonly perSecond: boolean } = { perSecond: false },
): OutcomeVector {
  const total = new Float64Array(basicOutcomes.length);
  for (const term of composeTerms(shares, eventsOfBit, options))
    for (let at = 0; at < total.length; at++) total[at]! += term[at]!;
  return total;
}

export function sdcOf(vector: OutcomeVector): number {
  return vector[0]! + vector[1]!;
}

export function dueOf(vector: OutcomeVector): number {
  return vector[2]! + vector[3]! + vector[4]!;
}

function sum(values: OutcomeVector): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
