import { randomStream } from "../../domain/random.ts";
import type { BeamPoint } from "../fit/beam-point.ts";
import { fitCurve } from "../fit/fit-curve.ts";
import type { CurveFit } from "../fit/fit-curve.ts";
import { defaultPriors } from "../fit/prior.ts";
import { drawAll, highestPlace, isWalked, placeOf, shapePriorInWords } from "./draws.ts";
import type { Drawn, DrawRequest } from "./draws.ts";
import { crossSection } from "./cross-section.ts";
import { drawsEstimated, rateEstimated } from "./estimated.ts";
import type { CurveName, Estimated, Fit, ModelSpecies, Parameter, Point, Response } from "./model.ts";
import { curveColumns } from "./model.ts";
import { goodnessOf, homogeneityOf } from "./run-goodness.ts";
import type { Gathered, Measured } from "./quantities.ts";

/**
 *   gathered points ─by species→ requests ─→ best curve, goodness (fit/)  ┐
 *                                        └→ rows, jointly (draws.ts)      ┴→ responses
 *
 * A species with counts and values without a count has the counts; the values are then in a finding.
 */
export function respond(gathered: readonly Gathered[], seed: number): Response[] {
  const asked = gathered.flatMap((one) => requestsOf(one));
  const fits = new Map<string, CurveFit>();
  for (const { request } of asked) if (isWalked(request)) fits.set(request.name, curveFit(request, seed));
  const drawn = drawAll(
    asked.map(({ request }) => ({
      ...request,
      widenedFor: fits.get(request.name)?.best?.widenedFor ?? 1,
    })),
    seed,
  );
  return gathered.map((one) => ({
    quantity: one.quantity,
    per: one.per,
    referenceC: referenceOf(one.points),
    fits: asked
      .filter(({ of }) => of === one)
      .map((each) => fitOf(each, drawn.get(each.request.name)!, fits.get(each.request.name) ?? null, seed)),
  }));
}

interface Asked {
  readonly of: Gathered;
  readonly species: ModelSpecies;
  readonly points: readonly Measured[];
  readonly request: DrawRequest;
  readonly findings: readonly string[];
}

function requestsOf(of: Gathered): Asked[] {
  return (["proton", "neutron", "ion"] as const).flatMap((species): Asked[] => {
    const against = species === "ion" ? "let" : "energy";
    const here = of.points.filter(
      (point) => point.species === species && Number.isFinite(placeOf(beamPoint(point), against)),
    );
    const homeless = of.points.filter((point) => point.species === species).length - here.length;
    const findings = [...of.findings];
    if (homeless > 0)
      findings.push(
        `${homeless} point${homeless === 1 ? "" : "s"} of ${species}s without ${against === "let" ? "LET" : "energy"} left out: state it in the plan's beam`,
      );
    if (here.length === 0) return [];
    const counted = here.filter(({ events }) => events !== null);
    const values = here.filter(({ events }) => events === null);
    if (counted.length > 0 && values.length > 0)
      findings.push("values without a count are not used where counts are there");
    const points = counted.length > 0 ? counted : values;
    const name = JSON.stringify([of.quantity, species]);
    const bare = { name, against, points: counted.map(beamPoint), widenedFor: 1 } as const;
    const stated = counted.length > 0 ? null : statedOf(values, against);
    const curve = curveFor(species, bare.points, against);
    return [{ of, species, points, request: { ...bare, curve, stated }, findings }];
  });
}

/** Four free numbers need four places, three of them with events; fewer have Bendel's two. Ions have no other curve than Weibull's. */
function curveFor(species: ModelSpecies, points: readonly BeamPoint[], against: "energy" | "let"): CurveName {
  if (species === "ion") return "weibull";
  const struck = new Set(points.filter(({ events }) => events > 0).map((point) => placeOf(point, against)));
  return struck.size >= 4 ? "weibull" : "bendel";
}

/** Fluence times bits: the curve is then one of a bit. */
function beamPoint(point: Measured): BeamPoint {
  return {
    events: point.events ?? 0,
    fluencePerCm2: (point.fluencePerCm2 ?? 0) * point.bits,
    letMeVCm2PerMg: point.letMeVCm2PerMg,
    energyMeV: point.energyMeV,
    tiltDeg: point.tiltDeg,
    sessionId: point.sessionId,
    relFluenceUncertainty1Sigma: point.fluenceRelUncertainty1Sigma,
    backgroundEvents: point.backgroundEvents,
  };
}

/** Several values without a count: their geometric mean, and a width that holds all of them. */
function statedOf(values: readonly Measured[], against: "energy" | "let"): DrawRequest["stated"] {
  const logs = values.flatMap(({ statedCm2 }) => statedCm2!.map(Math.log));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  return {
    medianCm2: Math.exp((low + high) / 2),
    logSigma: Math.max((high - low) / 2, ...values.map(({ priorLogSigma }) => priorLogSigma)),
    at: Math.max(...values.map((value) => placeOf(beamPoint(value), against))),
  };
}

/** No walk of its own: the rows come from one that all responses share. */
const ownWalk = { draws: 0, replicas: 100 } as const;

function curveFit({ name, curve, against, points }: DrawRequest, seed: number): CurveFit {
  const first = Math.min(
    ...points.filter(({ events }) => events > 0).map((point) => placeOf(point, against)),
  );
  const fitName = curve === "bendel" ? "bendel2" : "weibull";
  return fitCurve(
    { name, points, curve: fitName, against, priors: defaultPriors(fitName, against, first) },
    randomStream(seed, "fit", name),
    ownWalk,
  );
}

function fitOf(asked: Asked, drawn: Drawn, fit: CurveFit | null, seed: number): Fit {
  const { request, points, of, species } = asked;
  const { curve, against, stated } = request;
  const events = stated === null ? points.reduce((sum, point) => sum + point.events!, 0) : null;
  const rows = of.drawShare === null ? drawn.rows : divided(drawn.rows, of.drawShare, seed, request.name);
  const at = stated?.at ?? highestPlace(request);
  const basis =
    stated !== null ? "stated" : events === 0 ? "limit" : fit?.support === "curve" ? "fitted" : "prior-shape";
  const unit = of.per === "bit" ? "cm2/bit" : "cm2";
  return {
    species,
    curve,
    basis,
    prior: basis === "fitted" ? null : priorWords(asked, at),
    parameters: parametersOf(curve, against, unit, rows, basis === "fitted" ? fit : null),
    posterior: rows,
    measured: measuredAt(asked, rows, at, unit, events),
    points: points.map(plainPoint),
    goodness: goodnessOf(points, fit),
    findings: [...asked.findings, ...findingsOf(asked, fit, basis), ...drawn.findings],
  };
}

/** What strikes know of the share that shows is in the rows, too. */
function divided(
  rows: Drawn["rows"],
  drawShare: NonNullable<Gathered["drawShare"]>,
  seed: number,
  name: string,
): Drawn["rows"] {
  const random = randomStream(seed, "share", name);
  return rows.map(([plateau, ...shape]) => [plateau! / drawShare(random), ...shape]);
}

function priorWords({ request, points }: Asked, at: number): string {
  const shape = shapePriorInWords(request.curve, request.against, at);
  if (request.stated === null) return shape;
  const factor = Math.exp(request.stated.logSigma).toPrecision(3);
  const values = points.length === 1 ? "the value stated" : "the values stated";
  return `no count was published: lognormal about ${values}, 1 sigma a factor of ${factor}; ${shape}`;
}

const units: Readonly<Record<string, string>> = { shape: "1", aMeV: "MeV" };

function parametersOf(
  curve: CurveName,
  against: "energy" | "let",
  unit: string,
  rows: Drawn["rows"],
  fit: CurveFit | null,
): Parameter[] {
  const names = curveColumns[curve];
  const ofFit = ["plateau", ...(curve === "bendel" ? ["a"] : ["threshold", "width", "exponent"])] as const;
  return names.map((name, column) => {
    const inUnit =
      name === "saturatedCm2" ? unit : (units[name] ?? (against === "let" ? "MeV·cm2/mg" : "MeV"));
    const best = fit?.best ?? null;
    if (best !== null) {
      const key = ofFit[column]! as "plateau" | "a" | "threshold" | "width" | "exponent";
      const { lower, upper, confidence, method } = best.profile[key]!;
      const value = key === "plateau" ? best.plateauCm2 : best.shape[key]!;
      return { name, unit: inUnit, value, lower, upper, confidence, method };
    }
    const { value, lower, upper, confidence } = drawsEstimated(
      rows.map((row) => row[column]!),
      inUnit,
      null,
    );
    return { name, unit: inUnit, value, lower, upper, confidence, method: "posterior" };
  });
}

/** At the highest energy or LET at which it was measured: from the rows, which hold the fluence's own error; no event leaves an exact limit of the count. */
function measuredAt(
  asked: Asked,
  rows: Drawn["rows"],
  at: number,
  unit: string,
  events: number | null,
): Estimated {
  const { request } = asked;
  const heights = rows.map((row) => crossSection(request.curve, row, at));
  const drawn = drawsEstimated(heights, unit, events);
  if (events !== 0) return { ...drawn, method: events === null ? "prior" : "posterior" };
  const exposure = request.points.reduce((sum, { fluencePerCm2 }) => sum + fluencePerCm2, 0);
  const exact = rateEstimated(0, exposure, unit);
  const widest = 1 + 2 * Math.max(...request.points.map((point) => point.relFluenceUncertainty1Sigma));
  return {
    ...exact,
    value: exact.upper * widest,
    upper: exact.upper * widest,
    method: "garwood, fluence from below by 2 sigma",
  };
}

function plainPoint(point: Measured): Point {
  const { source, sessionId, energyMeV, letMeVCm2PerMg, tiltDeg, events, fluencePerCm2 } = point;
  const { fluenceRelUncertainty1Sigma, backgroundEvents, bits, statedCm2, dieC, runs } = point;
  return {
    source,
    sessionId,
    energyMeV,
    letMeVCm2PerMg,
    tiltDeg,
    events,
    fluencePerCm2,
    fluenceRelUncertainty1Sigma,
    backgroundEvents,
    bits,
    statedCm2,
    dieC,
    runs,
  };
}

function findingsOf({ points, request }: Asked, fit: CurveFit | null, basis: Fit["basis"]): string[] {
  const found: string[] = [];
  if (fit !== null) found.push(...fit.reasons, ...fit.cautions);
  if (basis === "limit") found.push("no event was counted: an upper limit is all that is known");
  if (basis === "prior-shape" && fit === null)
    found.push(
      `measured at one ${request.against === "let" ? "LET" : "energy"}: its shape is a prior, and decides how far a rate elsewhere is known`,
    );
  if (basis === "stated") found.push("the source states no count: its width is a prior, no measurement");
  const homogeneity = homogeneityOf(points);
  if (homogeneity !== null && homogeneity.p < 0.01)
    found.push(
      `runs at one place differ more than counting explains (p = ${homogeneity.p.toExponential(1)}, χ²/dof ${(homogeneity.chi2 / homogeneity.degrees).toFixed(1)}): bursts, or conditions that changed`,
    );
  return found;
}

function referenceOf(points: readonly Measured[]): number | null {
  let [sum, weights] = [0, 0];
  for (const { dieC, fluencePerCm2 } of points) {
    if (dieC === null || fluencePerCm2 === null) continue;
    sum += dieC * fluencePerCm2;
    weights += fluencePerCm2;
  }
  return weights > 0 ? sum / weights : null;
}
