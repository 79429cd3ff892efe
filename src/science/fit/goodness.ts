import type { CountTable } from "./beam-point.ts";
import { chiSquareAbove } from "./chi-square.ts";
import { logGamma } from "./incomplete-gamma.ts";

/** How well a model with these expectations tells of the counts. */
export interface Goodness {
  readonly deviance: number;
  readonly pearson: number;
  readonly degrees: number;
  /** Chance of a larger one if the model holds, by χ²; rough where few events are expected a row. */
  readonly deviancePValue: number;
  readonly pearsonPValue: number;
  /** Rows of fewer than five expected events. */
  readonly sparse: number;
  readonly rows: number;
  /** Signs of the residuals in order of place: how many runs of one sign, and the chance of so few if they are independent. Few runs are a bent curve. */
  readonly runs: { readonly count: number; readonly pValue: number } | null;
  /** Pearson χ² over degrees; 1 where none is left. */
  readonly dispersion: number;
}

const sparseBelow = 5;

/** `parameters`: numbers fitted; `penalty`: what session scales away from 1 add to the deviance. */
export function goodnessOf(
  events: ArrayLike<number>,
  expected: ArrayLike<number>,
  parameters: number,
  penalty = 0,
): Goodness {
  const rows = events.length;
  let [deviance, pearson, sparse] = [penalty, penalty, 0];
  const signs: boolean[] = [];
  for (let i = 0; i < rows; i++) {
    const [n, mean] = [events[i]!, expected[i]!];
    if (mean < sparseBelow) sparse++;
    deviance += 2 * ((n > 0 ? n * Math.log(n / mean) : 0) - (n - mean));
    // Neither an event nor an expectation, as below a threshold: agreement.
    if (n !== 0 || mean !== 0) pearson += (n - mean) ** 2 / mean;
    if (n !== mean) signs.push(n > mean);
  }
  const degrees = Math.max(0, rows - parameters);
  return {
    deviance,
    pearson,
    degrees,
    deviancePValue: chiSquareAbove(deviance, degrees),
    pearsonPValue: chiSquareAbove(pearson, degrees),
    sparse,
    rows,
    runs: runsOf(signs),
    dispersion: degrees > 0 ? pearson / degrees : 1,
  };
}

/** The exact test of A. Wald and J. Wolfowitz (Ann. Math. Statist. 11 (1940) 147), one-sided; null: all of one sign. */
export function runsOf(signs: readonly boolean[]): Goodness["runs"] {
  const above = signs.filter(Boolean).length;
  const below = signs.length - above;
  if (above === 0 || below === 0) return null;
  const count = signs.reduce((sum, sign, i) => sum + (i > 0 && sign !== signs[i - 1] ? 1 : 0), 1);
  let pValue = 0;
  for (let runs = 2; runs <= count; runs++) pValue += chanceOfRuns(runs, above, below);
  return { count, pValue: Math.min(1, pValue) };
}

function chanceOfRuns(runs: number, above: number, below: number): number {
  const half = runs >> 1;
  const ways =
    runs % 2 === 0
      ? 2 * choose(above - 1, half - 1) * choose(below - 1, half - 1)
      : choose(above - 1, half) * choose(below - 1, half - 1) +
        choose(above - 1, half - 1) * choose(below - 1, half);
  return ways / choose(above + below, above);
}

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  return Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
}

/** Of every row of a table. */
export function expectationsOf(
  table: CountTable,
  plateauCm2: number,
  shares: ArrayLike<number>,
  logScales: ArrayLike<number>,
): Float64Array {
  return table.at.map(
    (_, i) =>
      plateauCm2 * shares[i]! * table.fluencePerCm2[i]! * Math.exp(logScales[table.session[i]!]!) +
      table.background[i]!,
  );
}
