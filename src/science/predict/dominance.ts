import type { Draws } from "./draws.ts";
import { drawOnly } from "./draws.ts";
import type { Evaluated } from "./evaluated.ts";
import type { Input } from "./inputs.ts";
import { inputs } from "./inputs.ts";

/** How much of a rate's uncertainty one input makes. */
export interface InputShare {
  readonly input: Input;
  /** Of the sum over all inputs; they add up to 1. */
  readonly share: number;
  /** Standard deviation of the natural logarithm of the rate when this input alone varies. */
  readonly lnSigma: number;
}

const fewDraws = 1000;

/** Draws in which one input alone varies, each made once. */
export type OnlyDraws = (input: Input, row: number) => Draws;

export function onlyDraws(draws: Draws): OnlyDraws {
  const made = new Map<string, Draws>();
  return (input, row) => {
    const key = `${input}|${row}`;
    const only = made.get(key) ?? drawOnly(draws, input, row, fewDraws);
    made.set(key, only);
    return only;
  };
}

/** Largest first; inputs that make no difference are not there. Draws with no rate at all say nothing. `row`: of the posteriors, where they do not vary. */
export function inputShares(
  evaluate: (draws: Draws) => Evaluated,
  only: OnlyDraws,
  row: number,
): InputShare[] {
  const found = inputs.flatMap((input) => {
    const variance = varianceOfLn(evaluate(only(input, row)).total);
    return variance > 1e-8 ? [{ input, variance }] : [];
  });
  const sum = found.reduce((total, { variance }) => total + variance, 0);
  return found
    .map(({ input, variance }) => ({ input, share: variance / sum, lnSigma: Math.sqrt(variance) }))
    .sort((a, b) => b.share - a.share);
}

/** The row of posteriors of `rows` rows whose rate is the median of all rows'. */
export function middleRow(evaluate: (draws: Draws) => Evaluated, only: OnlyDraws, rows: number): number {
  const draws = only("crossSection", 0);
  const { total } = evaluate(draws);
  const order = Array.from(total.keys()).sort((a, b) => total[a]! - total[b]!);
  return draws.rows(rows)[order[order.length >> 1]!]!;
}

function varianceOfLn(values: Float64Array): number {
  let [n, mean, sum] = [0, 0, 0];
  for (const value of values) {
    if (!(value > 0)) continue;
    const ln = Math.log(value);
    n++;
    const off = ln - mean;
    mean += off / n;
    sum += off * (ln - mean);
  }
  return n < 2 ? 0 : sum / n;
}
