import { RigError } from "../../domain/errors.ts";
import type { RandomStream } from "../../domain/random.ts";
import { countTable, disperse, placesOf, pointCautions } from "./beam-point.ts";
import type { Against, BeamPoint, CountTable, TiltRule } from "./beam-point.ts";
import { bootstrapCurve, percentileInterval } from "./bootstrap.ts";
import { bendel1, bendel2, weibull } from "./curve.ts";
import type { Curve, CurveName } from "./curve.ts";
import { curveSearch } from "./curve-search.ts";
import type { CurveSearch, FixedShape, ShapeName } from "./curve-search.ts";
import { expectationsOf, goodnessOf } from "./goodness.ts";
import type { Goodness } from "./goodness.ts";
import { crossSectionLimits } from "./limits.ts";
import type { CrossSectionLimit } from "./limits.ts";
import { maximumLikelihood } from "./maximum-likelihood.ts";
import type { BestCurve } from "./maximum-likelihood.ts";
import { samplePosterior } from "./posterior.ts";
import type { Posterior, SamplerOptions } from "./posterior.ts";
import type { CurvePriors } from "./prior.ts";
import { profileInterval } from "./profile-interval.ts";
import type { ProfileInterval } from "./profile-interval.ts";

/**
 *   points ─→ table ─→ do the counts support this curve? ┬ yes: best curve, profile and bootstrap intervals, goodness, posterior    "curve"
 *                                                         ├ no, but every number has a prior of the caller's: posterior alone       "prior"
 *                                                         └ no: one-sided upper limits, and why                                     "limit"
 */
export interface CurveRequest {
  /** What is counted: `hbm.sdc`. */
  readonly name: string;
  readonly points: readonly BeamPoint[];
  readonly curve: CurveName;
  readonly against: Against;
  readonly tilt?: TiltRule;
  /** Bits in the device: Bendel's one-parameter form alone needs them. */
  readonly bits?: number;
  readonly fixed?: FixedShape;
  /** Given by the caller for every free number of the shape, they stand in for a fit that the counts do not support. */
  readonly priors?: CurvePriors;
}

export interface CurveFit {
  readonly name: string;
  readonly curve: CurveName;
  readonly against: Against;
  readonly support: "curve" | "prior" | "limit";
  /** Why the counts support no more than this; empty for a curve. */
  readonly reasons: readonly string[];
  readonly cautions: readonly string[];
  readonly events: number;
  readonly fluencePerCm2: number;
  readonly best: FittedCurve | null;
  readonly posterior: Posterior | null;
  readonly limits: readonly CrossSectionLimit[];
}

export interface FittedCurve {
  readonly plateauCm2: number;
  readonly shape: Readonly<Partial<Record<ShapeName, number>>>;
  /** Of the plateau and every free number of the shape. */
  readonly profile: Readonly<Partial<Record<ShapeName | "plateau", ProfileInterval>>>;
  readonly bootstrap: Readonly<
    Partial<Record<ShapeName | "plateau", { readonly lower: number; readonly upper: number }>>
  >;
  readonly goodness: Goodness;
  /** Factor by which counts scatter more widely than Poisson's, where intervals and posterior are widened for it; 1 where not. */
  readonly widenedFor: number;
  readonly logScales: Readonly<Record<string, number>>;
}

/** `draws: 0`: no posterior, for one whose draws are to come from a walk through several curves at once. */
export interface CurveFitOptions extends SamplerOptions {
  readonly confidence?: number;
  /** Of the bootstrap: 1,000 unless told, and fewer of tables beyond 100 places, 200 at the least, to keep a fit within seconds. */
  readonly replicas?: number;
}

const replicasFor = (rows: number): number => Math.max(200, Math.min(1000, Math.floor(100_000 / rows)));

const widenAbove = 1.5;
const surely = 0.05;

/** Impossible points, fixed numbers and priors are RigError `config`. The same seed gives the same fit. */
export function fitCurve(
  request: CurveRequest,
  random: RandomStream,
  options: CurveFitOptions = {},
): CurveFit {
  const { name, points, against, fixed = {}, priors, tilt } = request;
  const curve = curveOf(request);
  const table = countTable(points, against, tilt);
  const search = curveSearch(table, curve, fixed);
  const reasons = whyNot(search);
  const sample = (counts: CountTable): Posterior | null =>
    options.draws === 0
      ? null
      : samplePosterior(
          [{ name, table: counts, curve, fixed, ...(priors === undefined ? {} : { priors }) }],
          random,
          options,
        );
  const common = {
    name,
    curve: request.curve,
    against,
    events: table.events.reduce((sum, n) => sum + n, 0),
    fluencePerCm2: table.fluencePerCm2.reduce((sum, f) => sum + f, 0),
    limits: crossSectionLimits(table, options.confidence),
    reasons,
  };
  const cautions = pointCautions(points, against, tilt);
  if (reasons.length > 0) {
    const isHeld = common.events > 0 && search.free.every((parameter) => priors?.[parameter] !== undefined);
    const posterior = isHeld ? sample(table) : null;
    return {
      ...common,
      support: isHeld ? "prior" : "limit",
      best: null,
      posterior,
      cautions: [...cautions, ...unconverged(posterior)],
    };
  }
  const { best, used } = fitted(search, fixed, random, options);
  const posterior = sample(used);
  return {
    ...common,
    support: "curve",
    best,
    posterior,
    cautions: [...cautions, ...cautionsOf(best, search), ...unconverged(posterior)],
  };
}

function curveOf({ curve, against, bits, name }: CurveRequest): Curve {
  if (curve === "weibull") return weibull(against);
  if (against !== "energy")
    throw new RigError("config", `${name}: Bendel's curves are of proton energy, not of LET; use weibull`);
  if (curve === "bendel2") return bendel2;
  if (bits === undefined || !(bits >= 1))
    throw new RigError(
      "config",
      `${name}: bendel1 is a cross-section of a bit; state how many bits the device has`,
    );
  return bendel1(bits);
}

/** What the counts lack for this curve; empty where they support it. */
function whyNot({ table, curve, free }: CurveSearch): string[] {
  const { all, struck } = placesOf(table);
  const [word, unit] = curve.against === "let" ? ["LET", "MeV·cm²/mg"] : ["energy", "MeV"];
  if (struck.length === 0) {
    const fluence = table.fluencePerCm2.reduce((sum, f) => sum + f, 0);
    return [
      `no event in ${fluence.toExponential(3)} per cm² at ${word} ${all.join(", ")} ${unit}: an upper limit is all that follows`,
    ];
  }
  const wanted = free.length + (curve.plateauOf === null ? 1 : 0);
  if (struck.length >= wanted) return [];
  return [
    `too few points with events: ${struck.length} ${word} value${struck.length === 1 ? "" : "s"} (${struck.join(", ")} ${unit}) for the ${wanted} free numbers of a ${curve.name} curve; ` +
      `measure at ${wanted} or more, fix some, or state a prior of each`,
  ];
}

function fitted(
  search: CurveSearch,
  fixed: FixedShape,
  random: RandomStream,
  { confidence = 0.95, replicas = replicasFor(search.table.at.length) }: CurveFitOptions,
): { best: FittedCurve; used: CountTable } {
  const { table, curve, free } = search;
  const found = maximumLikelihood(search);
  const goodness = goodnessOfCurve(search, found);
  const isWide = goodness.dispersion > widenAbove && goodness.pearsonPValue < surely;
  const widenedFor = isWide ? goodness.dispersion : 1;
  const used = isWide ? disperse(table, widenedFor) : table;
  const wide = isWide ? curveSearch(used, curve, fixed) : search;
  const top = isWide ? maximumLikelihood(wide, [found.coordinates]) : found;
  const replicated = bootstrapCurve(wide, top, random, replicas, fixed);
  const profile: Partial<Record<ShapeName | "plateau", ProfileInterval>> = {
    plateau: profileInterval(wide, top, { crossSectionAt: Infinity }, confidence),
  };
  const bootstrap: Partial<Record<ShapeName | "plateau", { lower: number; upper: number }>> = {
    plateau: percentileInterval(replicated.plateauCm2, confidence),
  };
  for (const parameter of free) {
    profile[parameter] = profileInterval(wide, top, { parameter }, confidence);
    bootstrap[parameter] = percentileInterval(
      replicated.shape[curve.shapeNames.indexOf(parameter)]!,
      confidence,
    );
  }
  return {
    used,
    best: {
      plateauCm2: top.plateauCm2,
      shape: Object.fromEntries(curve.shapeNames.map((parameter, k) => [parameter, top.shape[k]!])),
      profile,
      bootstrap,
      goodness,
      widenedFor,
      logScales: Object.fromEntries(table.sessions.map(({ id }, s) => [id, top.logScales[s]!])),
    },
  };
}

function goodnessOfCurve(
  { table, curve, free }: CurveSearch,
  { plateauCm2, shape, logScales }: BestCurve,
): Goodness {
  const shares = new Float64Array(table.at.length);
  curve.shares(table.at, shape, shares);
  const penalty = table.sessions.reduce(
    (sum, { logSigma }, s) => sum + (logSigma > 0 ? (logScales[s]! / logSigma) ** 2 : 0),
    0,
  );
  const parameters = free.length + (curve.plateauOf === null ? 1 : 0);
  return goodnessOf(table.events, expectationsOf(table, plateauCm2, shares, logScales), parameters, penalty);
}

function cautionsOf({ profile, goodness, widenedFor }: FittedCurve, { free, curve }: CurveSearch): string[] {
  const found: string[] = [];
  if (profile.plateau!.upper === null)
    found.push(
      "no plateau: the counts do not bound the plateau from above; use the posterior's curves, not its parameters",
    );
  if (free.includes("threshold") && profile.threshold!.lower === 0)
    found.push(
      "the threshold's interval begins at 0: nothing was measured low enough to bound it from below",
    );
  for (const name of free) {
    const { lower, upper } = profile[name]!;
    if (name !== "threshold" && (lower === null || upper === null) && profile.plateau!.upper !== null)
      found.push(
        `the ${name} is not bounded ${lower === null ? (upper === null ? "on either side" : "from below") : "from above"} by these counts`,
      );
  }
  if (widenedFor > 1)
    found.push(
      `counts scatter ${widenedFor.toFixed(1)} times as widely as Poisson's (p = ${goodness.pearsonPValue.toExponential(1)}): intervals are widened for it; count events, not bits, and look for bursts`,
    );
  else if (goodness.deviancePValue < 0.01)
    found.push(
      `a ${curve.name} curve does not tell of these counts (deviance ${goodness.deviance.toFixed(1)} on ${goodness.degrees} degrees of freedom)`,
    );
  if (goodness.runs !== null && goodness.runs.pValue < 0.01)
    found.push(
      `residuals lie in ${goodness.runs.count} runs of one sign (p = ${goodness.runs.pValue.toExponential(1)}): the curve is of another form`,
    );
  return found;
}

function unconverged(posterior: Posterior | null): string[] {
  if (posterior === null || posterior.convergence.converged) return [];
  const { worstRHat, leastEffectiveDraws, rule } = posterior.convergence;
  return [
    `the posterior did not converge (R-hat ${worstRHat.toFixed(3)}, ${leastEffectiveDraws.toFixed(0)} effective draws; expected ${rule}): do not use its draws`,
  ];
}
