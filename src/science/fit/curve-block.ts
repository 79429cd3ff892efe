import { RigError } from "../../domain/errors.ts";
import { cholesky, inverseCholesky } from "./cholesky.ts";
import type { CountTable } from "./beam-point.ts";
import { plainChart, secondPlace, weibullChart } from "./chart.ts";
import type { Chart, ShapeSource } from "./chart.ts";
import type { Curve } from "./curve.ts";
import type { FixedShape } from "./curve-search.ts";
import { thresholdCeiling } from "./curve-search.ts";
import { likelihoodOf } from "./likelihood.ts";
import type { Likelihood } from "./likelihood.ts";
import { nelderMead } from "./nelder-mead.ts";
import type { Minimum } from "./nelder-mead.ts";
import { derivatives } from "./newton-minimum.ts";
import { coordinateOf, defaultPriors, logDensityOfLog } from "./prior.ts";
import type { CurvePriors } from "./prior.ts";

/** One kind of event whose curve is sought: its counts, its form, and what was held of it before. */
export interface CurveResponse {
  readonly name: string;
  readonly table: CountTable;
  readonly curve: Curve;
  readonly fixed?: FixedShape;
  /** Those not given are `defaultPriors`. */
  readonly priors?: CurvePriors;
}

/**
 * A response as the sampler walks through it: places are numbers without bounds (`chart.ts`). A free plateau is walked as the logarithm of the events to expect in all, which counts
 * know well whatever the shape, and not by itself, which without a plateau they do not: so the ridge of plateau and width is straight.
 */
export interface CurveBlock {
  readonly response: CurveResponse;
  readonly priors: CurvePriors;
  /** Place of the expected events' logarithm in a state; −1 where the shape fixes the plateau. */
  readonly plateauPlace: number;
  readonly size: number;
  /** At given session scales; the shape is left in `likelihood`. */
  readonly weigh: (likelihood: Likelihood, state: Float64Array, logScales: ArrayLike<number>) => Weighed;
  /** Log prior of a free plateau in its logarithm, at a shape that stays. */
  readonly plateauDensity: (logPlateau: number) => number;
  readonly newLikelihood: () => Likelihood;
  readonly read: (state: Float64Array) => { readonly logPlateau: number; readonly shape: readonly number[] };
  /** Where the posterior is highest at scales of 1, and its covariance there. */
  readonly centre: Float64Array;
  readonly covariance: Float64Array;
}

export interface Weighed {
  /** Log posterior up to a constant. */
  readonly value: number;
  readonly logPlateau: number;
}

export function curveBlock(response: CurveResponse): CurveBlock {
  const { table, curve, fixed = {}, name } = response;
  const priors = { ...defaultPriors(curve.name, curve.against, thresholdCeiling(table)), ...response.priors };
  const sources = curve.shapeNames.map((parameter): ShapeSource => {
    const value = fixed[parameter];
    if (value !== undefined) return { value };
    const prior = priors[parameter];
    if (prior === undefined) throw new RigError("config", `${name}: no prior for ${parameter}; give one`);
    return { coordinate: coordinateOf(parameter, prior) };
  });
  const plain = onChart(response, priors, plainChart(sources));
  const rough = highest(plain, roughStarts(plain, sources));
  const bent = curve.plateauOf === null ? bentChart(response, priors, sources, plain, rough) : null;
  const view = bent === null ? plain : onChart(response, priors, bent.chart);
  return {
    response,
    priors,
    plateauPlace: view.plateauPlace,
    size: view.size,
    weigh: view.weigh,
    plateauDensity: logDensityOfLog(priors.plateau!),
    newLikelihood: () => likelihoodOf(table, curve),
    read: view.read,
    ...summit(view, bent === null ? rough : highest(view, [bent.start])),
  };
}

/** A response in the numbers of a chart, and the logarithm of the events to expect after them where the plateau is free. */
interface View extends Pick<CurveBlock, "size" | "plateauPlace" | "weigh" | "read"> {
  readonly chart: Chart;
  /** Minus the log posterior at scales of 1. */
  readonly objective: (state: Float64Array) => number;
  /** Where the last number begins. */
  readonly lnEvents: number;
}

function onChart({ table, curve }: CurveResponse, priors: CurvePriors, chart: Chart): View {
  const isFree = curve.plateauOf === null;
  const last = chart.size;
  const plateauPrior = priors.plateau!;
  const plateauDensity = logDensityOfLog(plateauPrior);
  const shape = new Float64Array(curve.shapeNames.length);
  const logPlateauOf = (state: Float64Array, exposure: number): number =>
    curve.plateauOf === null ? state[last]! - Math.log(exposure) : Math.log(curve.plateauOf(shape));
  const weigh = (likelihood: Likelihood, state: Float64Array, scales: ArrayLike<number>): Weighed => {
    chart.shapeAt(state, shape);
    const logPlateau = logPlateauOf(state, likelihood.expose(shape));
    let value = chart.logDensity(state, shape) - likelihood.data(logPlateau, scales);
    if (isFree) value += plateauDensity(plateauPrior.kind === "jeffreys" ? state[last]! : logPlateau);
    return { value: Number.isNaN(value) ? -Infinity : value, logPlateau };
  };
  const own = likelihoodOf(table, curve);
  const none = new Float64Array(table.sessions.length);
  return {
    chart,
    size: last + (isFree ? 1 : 0),
    plateauPlace: isFree ? last : -1,
    weigh,
    read: (state) => {
      chart.shapeAt(state, shape);
      return { logPlateau: logPlateauOf(state, own.expose(shape)), shape: [...shape] };
    },
    objective: (state) => -weigh(own, state, none).value,
    lnEvents: Math.log(table.events.reduce((sum, n) => sum + n, 0) + 0.5),
  };
}

/** By what a Weibull's counts know best, where all of its shape is free and has priors that this can be said in; `from`: near the highest place. */
function bentChart(
  { table }: CurveResponse,
  priors: CurvePriors,
  [threshold]: readonly ShapeSource[],
  plain: View,
  from: Minimum,
): { readonly chart: Chart; readonly start: readonly number[] } | null {
  const { width, exponent } = priors;
  if (plain.chart.size !== 3 || width?.kind !== "lognormal" || exponent?.kind !== "lognormal") return null;
  if (threshold === undefined || "value" in threshold || priors.threshold?.kind !== "uniform") return null;
  const first = Math.max(priors.threshold.to, thresholdCeiling(table));
  const [onset, w, s] = plain.read(from.at).shape as [number, number, number];
  const chart = weibullChart(threshold.coordinate, width, exponent, [first, secondPlace(first, onset, w)]);
  return { chart, start: [...chart.placeOf(from.at[0]!, w, s), from.at[3]!] };
}

const startsApart = [-1.3, 0, 1.3] as const;

function roughStarts({ plateauPlace, lnEvents }: View, sources: readonly ShapeSource[]): number[][] {
  const free = sources.flatMap((source) => ("coordinate" in source ? [source.coordinate] : []));
  return startsApart.map((apart) => [
    ...free.map(({ middle, width }, i) => middle + (i === 0 ? apart * width : 0)),
    ...(plateauPlace >= 0 ? [lnEvents] : []),
  ]);
}

/** Of several ways up the highest. */
function highest({ objective, size }: View, starts: readonly (readonly number[])[]): Minimum {
  const sides = Array.from({ length: size });
  const everywhere = { lower: sides.map(() => -700), upper: sides.map(() => 700) };
  const steps = sides.map(() => 0.5);
  return starts
    .map((start) => nelderMead(objective, start, everywhere, { steps, tolerance: 1e-6 }))
    .reduce((best, next) => (next.value < best.value ? next : best));
}

function summit(
  { objective, size }: View,
  top: Minimum,
): { readonly centre: Float64Array; readonly covariance: Float64Array } {
  const { curvature } = derivatives(objective, top, [...Array(size).keys()]);
  const factor = cholesky(curvature, size);
  const covariance = factor === null ? new Float64Array(size * size) : inverseCholesky(factor, size);
  if (factor === null) for (let i = 0; i < size; i++) covariance[i * size + i] = 0.04;
  return { centre: top.at, covariance };
}
