import type { RandomStream } from "../../domain/random.ts";
import { randomStream } from "../../domain/random.ts";
import { countTable, disperse, placesOf } from "../fit/beam-point.ts";
import type { BeamPoint } from "../fit/beam-point.ts";
import type { Curve } from "../fit/curve.ts";
import { bendel2, crossSectionAt, weibull } from "../fit/curve.ts";
import { samplePosterior } from "../fit/posterior.ts";
import type { SamplerOptions } from "../fit/posterior.ts";
import { defaultPriors, singleEnergyPrior } from "../fit/prior.ts";
import { gammaDraw, normalDraw } from "../fit/random-draws.ts";
import type { CurveName } from "./model.ts";

/**
 * Equally likely curves of every response, row by row: row i of all of them has one and the same error of each session's fluence, so that it does not average
 * out when rates are added.
 *
 *   several energies or LETs ─→ samplePosterior, jointly over all that share a session
 *   one, or no event ────────→ height by Jeffreys' rule, shape from its prior; the session's scale as drawn above, or from its own uncertainty
 *   a value without a count ─→ lognormal of a stated width, shape from its prior
 */
export interface DrawRequest {
  readonly name: string;
  readonly curve: CurveName;
  readonly against: "energy" | "let";
  readonly points: readonly BeamPoint[];
  /** Counts scatter so many times as widely as Poisson's, and weigh so much less. */
  readonly widenedFor: number;
  readonly stated: { readonly medianCm2: number; readonly logSigma: number; readonly at: number } | null;
}

export type Rows = readonly (readonly number[])[];

export interface Drawn {
  readonly rows: Rows;
  /** In words, where chains did not come to agree. */
  readonly findings: readonly string[];
}

export const rowsOfPosterior = 1000;
/** Fewer sweeps than a single curve would be given: many curves are walked at once, and more are made where they do not suffice. */
const fewSweeps: SamplerOptions = { warmUp: 500, sweeps: 2000 };

/** By name of the request. The same for the same seed and requests, in whatever order. */
export function drawAll(
  requests: readonly DrawRequest[],
  seed: number,
  sweeps: SamplerOptions = fewSweeps,
): Map<string, Drawn> {
  const drawn = new Map<string, Drawn>();
  const scales = new Map<string, Float64Array>();
  for (const group of bySession(requests.filter(isWalked))) {
    const posterior = samplePosterior(
      group.map(({ name, curve, against, points, widenedFor }) => ({
        name,
        curve: curveOf(curve, against),
        table: disperse(countTable(points, against), widenedFor),
      })),
      randomStream(seed, "posterior", ...group.map(({ name }) => name)),
      { ...sweeps, draws: rowsOfPosterior },
    );
    for (const { id, logScale } of posterior.sessions) scales.set(id, logScale);
    const findings = posterior.convergence.converged
      ? []
      : ["the chains of its posterior did not come to agree: measure more, or do not use it"];
    for (const { name, plateauCm2, shape } of posterior.curves)
      drawn.set(name, {
        rows: Array.from({ length: rowsOfPosterior }, (_, row) => [
          plateauCm2[row]!,
          ...shape.map((draws) => draws[row]!),
        ]),
        findings,
      });
  }
  for (const request of requests) {
    if (drawn.has(request.name)) continue;
    const random = randomStream(seed, "posterior", request.name);
    drawn.set(request.name, {
      rows: request.stated === null ? heightRows(request, scales, seed, random) : statedRows(request, random),
      findings: [],
    });
  }
  return drawn;
}

export function curveOf(name: CurveName, against: "energy" | "let"): Curve {
  return name === "bendel" ? bendel2 : weibull(against);
}

/** Its counts say something of its shape. */
export function isWalked({
  points,
  stated,
  against,
}: Pick<DrawRequest, "points" | "stated" | "against">): boolean {
  if (stated !== null) return false;
  const { all, struck } = placesOf(countTable(points, against));
  return struck.length > 0 && all.length > 1;
}

/** Effective LET, or energy. */
export function highestPlace({ points, against }: Pick<DrawRequest, "points" | "against">): number {
  return countTable(points, against).at.at(-1)!;
}

export function placeOf(point: BeamPoint, against: "energy" | "let"): number {
  return (against === "let" ? point.letMeVCm2PerMg : point.energyMeV) ?? NaN;
}

/** Requests that share a session, directly or through others. */
function bySession(requests: readonly DrawRequest[]): DrawRequest[][] {
  const groups: { ids: Set<string>; members: DrawRequest[] }[] = [];
  for (const request of [...requests].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const ids = new Set(request.points.map(({ sessionId }) => sessionId));
    const met = groups.filter((group) => [...ids].some((id) => group.ids.has(id)));
    const joined = {
      ids: new Set([...ids, ...met.flatMap((group) => [...group.ids])]),
      members: [...met.flatMap(({ members }) => members), request],
    };
    for (const group of met) groups.splice(groups.indexOf(group), 1);
    groups.push(joined);
  }
  return groups.map(({ members }) => members);
}

/** All exposure at the highest place: what was counted below it lies on no other curve if nothing was counted at all, or there is but one place. */
function heightRows(
  { curve, against, points }: DrawRequest,
  scales: Map<string, Float64Array>,
  seed: number,
  random: RandomStream,
): Rows {
  const table = countTable(points, against);
  const at = table.at.at(-1)!;
  const shapes = shapePrior(curve, against, at);
  const logScales = table.sessions.map((session) => scaleOf(session, scales, seed));
  const there = [...table.at.keys()].filter((i) => table.at[i] === at);
  const sum = (of: Float64Array): number => there.reduce((total, i) => total + of[i]!, 0);
  const drawMean = meanSampler(sum(table.events), sum(table.background));
  return Array.from({ length: rowsOfPosterior }, (_, row) => {
    const exposure = there.reduce(
      (total, i) => total + table.fluencePerCm2[i]! * Math.exp(logScales[table.session[i]!]![row]!),
      0,
    );
    return curveThrough(curve, against, at, drawMean(random) / exposure, shapes(random));
  });
}

function statedRows({ curve, against, stated }: DrawRequest, random: RandomStream): Rows {
  const { medianCm2, logSigma, at } = stated!;
  const shapes = shapePrior(curve, against, at);
  return Array.from({ length: rowsOfPosterior }, () =>
    curveThrough(curve, against, at, medianCm2 * Math.exp(logSigma * normalDraw(random)), shapes(random)),
  );
}

function curveThrough(
  name: CurveName,
  against: "energy" | "let",
  at: number,
  height: number,
  shape: readonly number[],
): number[] {
  return [height / crossSectionAt(curveOf(name, against), 1, shape, at), ...shape];
}

/** One list of scales a session, for whoever asks. */
function scaleOf(
  { id, logSigma }: { readonly id: string; readonly logSigma: number },
  scales: Map<string, Float64Array>,
  seed: number,
): Float64Array {
  const known = scales.get(id);
  if (known !== undefined) return known;
  const random = randomStream(seed, "session", id);
  const drawn = Float64Array.from({ length: rowsOfPosterior }, () => logSigma * normalDraw(random));
  scales.set(id, drawn);
  return drawn;
}

const cells = 2048;

/** Draws of a mean above a known background, from a count: density μ^−½ before it. */
export function meanSampler(events: number, background: number): (random: RandomStream) => number {
  if (background === 0) return (random) => gammaDraw(events + 0.5, random);
  const most = events + 8 * Math.sqrt(events + 1) + 12;
  // Square roots of the mean, evenly: the density of a root has no pole.
  const step = Math.sqrt(most) / cells;
  const logs = Float64Array.from({ length: cells }, (_, cell) => {
    const mean = ((cell + 0.5) * step) ** 2;
    return events * Math.log(mean + background) - mean;
  });
  const highest = Math.max(...logs);
  let total = 0;
  const below = logs.map((log) => (total += Math.exp(log - highest)));
  return (random) => {
    const wanted = random.nextFloat() * total;
    let [low, high] = [0, cells - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (below[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return ((low + random.nextFloat()) * step) ** 2;
  };
}

/** Shapes that are held for likely where nothing measured one. */
function shapePrior(
  curve: CurveName,
  against: "energy" | "let",
  at: number,
): (random: RandomStream) => number[] {
  if (curve === "bendel") {
    if (singleEnergyPrior.kind !== "uniform") throw new TypeError("the prior of A is uniform");
    const { from, to } = singleEnergyPrior;
    const highest = Math.min(to, 0.8 * at);
    const lowest = Math.min(from, 0.5 * highest);
    return (random) => [lowest + (highest - lowest) * random.nextFloat()];
  }
  const { threshold, width, exponent } = defaultPriors("weibull", against, at);
  const ofPrior = (prior: typeof width, random: RandomStream): number => {
    if (prior?.kind === "lognormal") return prior.median * Math.exp(prior.logSigma * normalDraw(random));
    if (prior?.kind === "uniform") return prior.from + (prior.to - prior.from) * random.nextFloat();
    throw new TypeError("a shape's prior is lognormal or uniform");
  };
  return (random) => [
    // Not at the measured place itself, where the curve would have to begin from nothing.
    0.9 * ofPrior(threshold, random),
    ofPrior(width, random),
    ofPrior(exponent, random),
  ];
}

/** In words, for whoever reads the model. */
export function shapePriorInWords(curve: CurveName, against: "energy" | "let", at: number): string {
  if (curve === "bendel")
    return `Bendel's shape with A uniform from ${round(Math.min(10, 0.4 * at))} to ${round(Math.min(30, 0.8 * at))} MeV`;
  const { width, exponent } = defaultPriors("weibull", against, at);
  const unit = against === "let" ? "MeV·cm²/mg" : "MeV";
  const [w, s] = [width, exponent].map((prior) => (prior?.kind === "lognormal" ? prior : null));
  return `a Weibull shape with its onset uniform from 0 to ${round(0.9 * at)} ${unit}, width lognormal (median ${w?.median ?? "?"} ${unit}, σ ${w?.logSigma ?? "?"}), exponent lognormal (median ${s?.median ?? "?"}, σ ${s?.logSigma ?? "?"})`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
