import { RigError } from "../../domain/errors.ts";
import { cholesky, inverseCholesky } from "./cholesky.ts";
import type { CountTable } from "./beam-point.ts";
import type { Curve } from "./curve.ts";
import type { FixedShape } from "./curve-search.ts";
import { thresholdCeiling } from "./curve-search.ts";
import { likelihoodOf } from "./likelihood.ts";
import type { Likelihood } from "./likelihood.ts";
import { nelderMead } from "./nelder-mead.ts";
import { derivatives } from "./newton-minimum.ts";
import { coordinateOf, defaultPriors, logDensityOfLog } from "./prior.ts";
import type { Coordinate, CurvePriors } from "./prior.ts";

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
 * A response as the sampler walks through it: places are numbers without bounds. A free plateau is walked as the logarithm of the events to expect in all, which counts
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
  const coordinates: Coordinate[] = [];
  const shapeFrom = curve.shapeNames.map((parameter) => {
    const value = fixed[parameter];
    if (value !== undefined) return { value };
    const prior = priors[parameter];
    if (prior === undefined) throw new RigError("config", `${name}: no prior for ${parameter}; give one`);
    coordinates.push(coordinateOf(parameter, prior));
    return { place: coordinates.length - 1 };
  });
  const shapeSize = coordinates.length;
  const isFree = curve.plateauOf === null;
  const size = shapeSize + (isFree ? 1 : 0);
  const plateauPrior = priors.plateau!;
  const plateauDensity = logDensityOfLog(plateauPrior);
  const shape = new Float64Array(curve.shapeNames.length);
  const unpack = (state: Float64Array): void => {
    for (let i = 0; i < shape.length; i++) {
      const from = shapeFrom[i]!;
      shape[i] = from.place === undefined ? from.value : coordinates[from.place]!.valueAt(state[from.place]!);
    }
  };
  const logPlateauOf = (state: Float64Array, exposure: number): number =>
    curve.plateauOf === null ? state[shapeSize]! - Math.log(exposure) : Math.log(curve.plateauOf(shape));
  const weigh = (likelihood: Likelihood, state: Float64Array, scales: ArrayLike<number>): Weighed => {
    unpack(state);
    const exposure = likelihood.expose(shape);
    const logPlateau = logPlateauOf(state, exposure);
    let value = -likelihood.data(logPlateau, scales);
    for (let i = 0; i < shapeSize; i++) value += coordinates[i]!.logDensity(state[i]!);
    if (isFree) value += plateauDensity(plateauPrior.kind === "jeffreys" ? state[shapeSize]! : logPlateau);
    return { value: Number.isNaN(value) ? -Infinity : value, logPlateau };
  };
  const newLikelihood = (): Likelihood => likelihoodOf(table, curve);
  const own = newLikelihood();
  const none = new Float64Array(table.sessions.length);
  const objective = (state: Float64Array): number => -weigh(own, state, none).value;
  const events = table.events.reduce((sum, n) => sum + n, 0);
  const walked: Walked[] = [
    ...coordinates,
    ...(isFree ? [{ middle: Math.log(events + 0.5), width: 1 }] : []),
  ];
  return {
    response,
    priors,
    plateauPlace: isFree ? shapeSize : -1,
    size,
    weigh,
    plateauDensity,
    newLikelihood,
    read: (state) => {
      unpack(state);
      return { logPlateau: logPlateauOf(state, own.expose(shape)), shape: [...shape] };
    },
    ...summit(objective, walked),
  };
}

type Walked = Pick<Coordinate, "middle" | "width">;

const starts = [-2, 0, 2] as const;

/** Of several ways up the highest. */
function summit(
  objective: (state: Float64Array) => number,
  coordinates: readonly Walked[],
): { centre: Float64Array; covariance: Float64Array } {
  const n = coordinates.length;
  const everywhere = { lower: coordinates.map(() => -700), upper: coordinates.map(() => 700) };
  const steps = coordinates.map(({ width }) => width / 2);
  const found = starts
    .map((first) =>
      nelderMead(
        objective,
        coordinates.map(({ middle, width }, i) => middle + (i === 0 ? (first * width) / 1.5 : 0)),
        everywhere,
        { steps, tolerance: 1e-6 },
      ),
    )
    .reduce((best, next) => (next.value < best.value ? next : best));
  const { curvature } = derivatives(objective, found, [...coordinates.keys()]);
  const factor = cholesky(curvature, n);
  const covariance = factor === null ? new Float64Array(n * n) : inverseCholesky(factor, n);
  if (factor === null) for (let i = 0; i < n; i++) covariance[i * n + i] = (coordinates[i]!.width / 5) ** 2;
  return { centre: found.at, covariance };
}
