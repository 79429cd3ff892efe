import { RigError } from "../../domain/errors.ts";
import { cholesky, inverseCholesky, solveCholesky } from "./cholesky.ts";
import { chiSquareAbove, normalQuantile } from "./chi-square.ts";

/**
 *   eventsᵢ ~ Poisson(fluenceᵢ · exp(β₀ + Σ βₖ xᵢₖ))
 *
 * Poisson regression with logarithmic link and the fluence as known offset (P. McCullagh and J. Nelder, Generalized Linear Models, 1989, ch. 6), by Newton's method;
 * rows without an event take part. A normal prior of a coefficient adds its penalty, so that the answer is the posterior's summit.
 */
export interface RegressionRow {
  readonly events: number;
  /** Any exposure above 0: fluence, or fluence times bits. */
  readonly exposure: number;
  readonly x: readonly number[];
}

export interface NormalPrior {
  readonly mean: number;
  readonly sigma: number;
}

export interface Coefficient {
  readonly value: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Regression {
  /** β₀: ln of the rate where every x is 0. */
  readonly intercept: Coefficient;
  readonly coefficients: readonly Coefficient[];
  readonly confidence: number;
  /** Of (β₀, β), row after row, with the dispersion in it. */
  readonly covariance: readonly number[];
  readonly deviance: number;
  readonly pearson: number;
  readonly degrees: number;
  /** Chance of a larger Pearson χ² if the model holds. */
  readonly pValue: number;
  /** Pearson χ² over degrees of freedom: where it is above `scaledAbove`, and not by chance, rows weigh so much less. */
  readonly dispersion: number;
  readonly isScaled: boolean;
}

export interface RegressionOptions {
  /** Of every x, or null where nothing is held of it. */
  readonly priors?: readonly (NormalPrior | null)[];
  readonly confidence?: number;
}

/** Scatter beyond this is taken for more than chance (orbital-model.md §6). */
export const scaledAbove = 1.5;
const surely = 0.05;
const mostSteps = 100;

/** Rows that cannot say what is asked are RigError `config`: no event, or an x that does not vary, or that follows from the others, and has no prior. */
export function poissonRegression(
  rows: readonly RegressionRow[],
  names: readonly string[],
  { priors = [], confidence = 0.95 }: RegressionOptions = {},
): Regression {
  checkRows(rows, names, priors);
  const n = names.length + 1;
  const first = summit(rows, names, priors);
  const fit = fitOf(rows, first.fitted, parametersIn(first.inverse, priors, n));
  const isScaled = fit.degrees >= 1 && fit.dispersion > scaledAbove && fit.pValue < surely;
  // Lighter counts, so that priors keep their weight (quasi-likelihood).
  const lighter = ({ events, exposure, x }: RegressionRow): RegressionRow => ({
    events: events / fit.dispersion,
    exposure: exposure / fit.dispersion,
    x,
  });
  const { beta, covariance } = isScaled ? summit(rows.map(lighter), names, priors) : first;
  const z = normalQuantile((1 + confidence) / 2);
  const coefficient = (k: number): Coefficient => {
    const standardError = Math.sqrt(covariance[k * n + k]!);
    const value = beta[k]!;
    return { value, standardError, lower: value - z * standardError, upper: value + z * standardError };
  };
  return {
    intercept: coefficient(0),
    coefficients: names.map((_, k) => coefficient(k + 1)),
    confidence,
    covariance: [...covariance],
    ...fit,
    isScaled,
  };
}

interface Summit {
  /** β₀ where every x is 0, then the others. */
  readonly beta: Float64Array;
  readonly covariance: Float64Array;
  /** Of β₀ at the mean x, and the others. */
  readonly inverse: Float64Array;
  readonly fitted: readonly number[];
}

/** Newton's method, about the mean x by events: there the intercept is nearly independent of the rest. */
function summit(
  rows: readonly RegressionRow[],
  names: readonly string[],
  priors: readonly (NormalPrior | null)[],
): Summit {
  const n = names.length + 1;
  const centre = names.map((_, k) => weightedMean(rows, k));
  const centred = rows.map(({ x }) => [1, ...x.map((value, k) => value - centre[k]!)]);
  const total = rows.reduce((sum, { events }) => sum + events, 0);
  const beta = new Float64Array(n);
  beta[0] = Math.log(total / rows.reduce((sum, { exposure }) => sum + exposure, 0));
  priors.forEach((prior, k) => (beta[k + 1] = prior?.mean ?? 0));
  const system = derivativesOf(rows, centred, priors);
  let factor: Float64Array | null = null;
  for (let step = 0; step < mostSteps; step++) {
    const { slope, curvature } = system(beta);
    factor = cholesky(curvature, n);
    if (factor === null || isFlat(factor, curvature, n))
      refuse(`${names.join(" and ")} cannot be told apart from these rows; vary one without the other`);
    const change = solveCholesky(factor, slope, n);
    // A step that would multiply an expectation by more than e is shortened: far from the top the curvature misleads.
    const longest = Math.max(1, ...centred.map((x) => Math.abs(dot(x, change))));
    for (let k = 0; k < n; k++) beta[k]! += change[k]! / longest;
    if (change.every((value) => Math.abs(value) < 1e-12)) break;
  }
  const fitted = rows.map(({ exposure }, i) => exposure * Math.exp(dot(centred[i]!, beta)));
  beta[0] -= centre.reduce((sum, value, k) => sum + value * beta[k + 1]!, 0);
  const inverse = inverseCholesky(factor!, n);
  return { beta, inverse, covariance: uncentre(inverse, centre, n), fitted };
}

/** ln rate at one place and its standard error. */
export function predictLog(
  fit: Regression,
  x: readonly number[],
): { readonly log: number; readonly standardError: number } {
  const row = [1, ...x];
  const n = row.length;
  const log = fit.intercept.value + fit.coefficients.reduce((sum, { value }, k) => sum + value * x[k]!, 0);
  let variance = 0;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) variance += row[i]! * row[k]! * fit.covariance[i * n + k]!;
  return { log, standardError: Math.sqrt(variance) };
}

function checkRows(
  rows: readonly RegressionRow[],
  names: readonly string[],
  priors: RegressionOptions["priors"],
): void {
  for (const { events, exposure, x } of rows) {
    if (!Number.isSafeInteger(events) || events < 0) refuse(`${events} is no count of events`);
    if (!(exposure > 0 && exposure < Infinity))
      refuse(`a rate without exposure: ${exposure}, expected above 0`);
    if (x.length !== names.length || !x.every(Number.isFinite))
      refuse(`a row gives ${x.join(", ")} for ${names.join(", ")}`);
  }
  const total = rows.reduce((sum, { events }) => sum + events, 0);
  if (total === 0)
    refuse(`no event was counted, so nothing follows on ${names.join(" or ")}; expected at least one`);
  for (const [k, name] of names.entries()) {
    const prior = priors?.[k] ?? null;
    if (prior !== null && !(prior.sigma > 0 && Number.isFinite(prior.mean)))
      refuse(`the prior of ${name} needs a mean and a sigma above 0`);
    if (prior === null && new Set(rows.map(({ x }) => x[k])).size < 2)
      refuse(
        `all rows have the same ${name}, so no coefficient of it follows; measure at two or more, or give a prior`,
      );
  }
}

function refuse(message: string): never {
  throw new RigError("config", message);
}

function weightedMean(rows: readonly RegressionRow[], k: number): number {
  const weight = rows.reduce((sum, { events }) => sum + events, 0);
  return rows.reduce((sum, { events, x }) => sum + events * x[k]!, 0) / weight;
}

function derivativesOf(
  rows: readonly RegressionRow[],
  centred: readonly (readonly number[])[],
  priors: readonly (NormalPrior | null)[],
): (beta: Float64Array) => { slope: Float64Array; curvature: Float64Array } {
  return (beta) => {
    const n = beta.length;
    const slope = new Float64Array(n);
    const curvature = new Float64Array(n * n);
    rows.forEach(({ events, exposure }, i) => {
      const x = centred[i]!;
      const expected = exposure * Math.exp(dot(x, beta));
      for (let a = 0; a < n; a++) {
        slope[a]! += (events - expected) * x[a]!;
        for (let b = 0; b < n; b++) curvature[a * n + b]! += expected * x[a]! * x[b]!;
      }
    });
    priors.forEach((prior, k) => {
      if (prior === null) return;
      slope[k + 1]! -= (beta[k + 1]! - prior.mean) / prior.sigma ** 2;
      curvature[(k + 1) * n + k + 1]! += 1 / prior.sigma ** 2;
    });
    return { slope, curvature };
  };
}

/** A column that follows from those before it leaves nothing of its own on the diagonal. */
function isFlat(factor: Float64Array, curvature: Float64Array, n: number): boolean {
  for (let k = 0; k < n; k++) if (factor[k * n + k]! ** 2 < 1e-10 * curvature[k * n + k]!) return true;
  return false;
}

/** What the rows were used up for: a coefficient that its prior holds fast uses none of them. */
function parametersIn(inverse: Float64Array, priors: readonly (NormalPrior | null)[], n: number): number {
  return priors.reduce(
    (sum, prior, k) => sum - (prior === null ? 0 : inverse[(k + 1) * (n + 1)]! / prior.sigma ** 2),
    n,
  );
}

function dot(x: readonly number[], beta: ArrayLike<number>): number {
  return x.reduce((sum, value, k) => sum + value * beta[k]!, 0);
}

/** From an intercept at the centre to one where every x is 0. */
function uncentre(covariance: Float64Array, centre: readonly number[], n: number): Float64Array {
  const row = [1, ...centre.map((value) => -value)];
  const moved = Float64Array.from(covariance);
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += row[i]! * covariance[i * n + k]!;
    moved[k] = moved[k * n] = sum;
  }
  let corner = 0;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) corner += row[i]! * row[k]! * covariance[i * n + k]!;
  moved[0] = corner;
  return moved;
}

function fitOf(
  rows: readonly RegressionRow[],
  fitted: readonly number[],
  parameters: number,
): Pick<Regression, "deviance" | "pearson" | "degrees" | "pValue" | "dispersion"> {
  let [deviance, pearson] = [0, 0];
  rows.forEach(({ events }, i) => {
    const expected = fitted[i]!;
    deviance += 2 * ((events > 0 ? events * Math.log(events / expected) : 0) - (events - expected));
    pearson += (events - expected) ** 2 / expected;
  });
  const degrees = Math.max(0, rows.length - parameters);
  return {
    deviance,
    pearson,
    degrees,
    pValue: chiSquareAbove(pearson, degrees),
    dispersion: degrees > 0 ? pearson / degrees : 1,
  };
}
