import { RigError } from "../../domain/errors.ts";
import { poissonRegression } from "./poisson-regression.ts";
import type { Coefficient, NormalPrior, Regression, RegressionRow } from "./poisson-regression.ts";

/**
 * How a cross-section changes with the part's temperature, its supply voltage and the dose it has had:
 *
 *   ln σ = ln σ(reference) + aT · (T − T₀) + aV · (V − V₀) + aD · dose            per structure and kind of event
 *
 * Every session with an uncertain fluence has an offset of its own, whose prior is that uncertainty: what two sessions differ by is laid to
 * conditions only as far as their scales allow. What did not vary stays out, with the reason why.
 */
export interface ConditionPoint {
  readonly events: number;
  readonly fluencePerCm2: number;
  readonly temperatureC: number;
  /** null where no rail was set or read. */
  readonly supplyV?: number | null;
  /** Before the middle of the exposure. */
  readonly doseRadSi?: number | null;
  readonly sessionId: string;
  readonly relFluenceUncertainty1Sigma: number;
}

export interface ConditionReference {
  readonly temperatureC: number;
  readonly supplyV: number;
}

export interface ConditionFit {
  readonly reference: ConditionReference;
  /** σ at the reference and no dose, cm². */
  readonly crossSectionCm2: { readonly value: number; readonly lower: number; readonly upper: number };
  /** 1/°C, 1/V and 1/rad(Si); null where the points do not vary it and nothing was held of it. */
  readonly perDegreeC: Coefficient | null;
  readonly perVolt: Coefficient | null;
  readonly perRad: Coefficient | null;
  readonly regression: Regression;
  /** Columns of the regression, in order. */
  readonly columns: readonly string[];
  readonly reasons: readonly string[];
}

export interface ConditionPriors {
  readonly perDegreeC?: NormalPrior;
  readonly perVolt?: NormalPrior;
  readonly perRad?: NormalPrior;
}

/** SRAM upsets: +0.2 ± 0.1 %/°C (orbital-model.md §7; recalled from the literature, so a start and no measurement). */
export const sramTemperaturePrior: NormalPrior = { mean: 0.002, sigma: 0.001 };

const absoluteZeroC = -273.15;

export function fitConditions(
  points: readonly ConditionPoint[],
  reference: ConditionReference,
  priors: ConditionPriors = {},
  confidence = 0.95,
): ConditionFit {
  for (const point of points) check(point);
  const reasons: string[] = [];
  const columns: { name: string; of: (point: ConditionPoint) => number; prior: NormalPrior | null }[] = [];
  const offer = (
    name: string,
    of: (point: ConditionPoint) => number | null | undefined,
    prior: NormalPrior | undefined,
  ): void => {
    const values = points.map(of);
    if (values.some((value) => value === null || value === undefined)) {
      reasons.push(`${name} is not known of every point: left out`);
      return;
    }
    if (new Set(values).size < 2 && prior === undefined) {
      reasons.push(`every point has the same ${name}: no coefficient follows`);
      return;
    }
    columns.push({ name, of: (point) => of(point)!, prior: prior ?? null });
  };
  offer("temperature", ({ temperatureC }) => temperatureC - reference.temperatureC, priors.perDegreeC);
  offer(
    "supply voltage",
    ({ supplyV }) => (supplyV === null || supplyV === undefined ? supplyV : supplyV - reference.supplyV),
    priors.perVolt,
  );
  offer("dose", ({ doseRadSi }) => doseRadSi, priors.perRad);
  for (const { id, sigma } of uncertainSessions(points))
    columns.push({
      name: `fluence scale of session '${id}'`,
      of: ({ sessionId }) => (sessionId === id ? 1 : 0),
      prior: { mean: 0, sigma },
    });
  const rows = points.map((point): RegressionRow => ({
    events: point.events,
    exposure: point.fluencePerCm2,
    x: columns.map(({ of }) => of(point)),
  }));
  const names = columns.map(({ name }) => name);
  const regression = poissonRegression(rows, names, {
    priors: columns.map(({ prior }) => prior),
    confidence,
  });
  const coefficientOf = (name: string): Coefficient | null =>
    regression.coefficients[names.indexOf(name)] ?? null;
  const { value, lower, upper } = regression.intercept;
  return {
    reference,
    crossSectionCm2: { value: Math.exp(value), lower: Math.exp(lower), upper: Math.exp(upper) },
    perDegreeC: coefficientOf("temperature"),
    perVolt: coefficientOf("supply voltage"),
    perRad: coefficientOf("dose"),
    regression,
    columns: names,
    reasons,
  };
}

/** An uncertainty of 0 needs no offset. */
function uncertainSessions(points: readonly ConditionPoint[]): { id: string; sigma: number }[] {
  const sigmas = new Map<string, number>();
  for (const { sessionId, relFluenceUncertainty1Sigma } of points)
    sigmas.set(sessionId, Math.max(sigmas.get(sessionId) ?? 0, relFluenceUncertainty1Sigma));
  return [...sigmas].map(([id, sigma]) => ({ id, sigma })).filter(({ sigma }) => sigma > 0);
}

function check({
  temperatureC,
  supplyV,
  doseRadSi,
  relFluenceUncertainty1Sigma: sigma,
  sessionId,
}: ConditionPoint): void {
  const refuse = (message: string): never => {
    throw new RigError("config", `session '${sessionId}': ${message}`);
  };
  if (!(temperatureC > absoluteZeroC && temperatureC < Infinity))
    refuse(`${temperatureC} °C is no temperature`);
  if (supplyV !== null && supplyV !== undefined && !Number.isFinite(supplyV))
    refuse(`${supplyV} V is no voltage`);
  if (doseRadSi !== null && doseRadSi !== undefined && !(doseRadSi >= 0 && doseRadSi < Infinity))
    refuse(`${doseRadSi} rad(Si) is no dose`);
  if (!(sigma >= 0 && sigma < 2))
    refuse(`relative fluence uncertainty ${sigma}, expected a share such as 0.1`);
}
