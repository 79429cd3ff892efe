import type { RandomStream } from "../../domain/random.ts";
import { randomStream } from "../../domain/random.ts";
import { composeTerms, drawShares, dueOf, sdcOf } from "./compose.ts";
import type { ComposedShares } from "./compose.ts";
import { uncoveredShare } from "./coverage.ts";
import { crossSection } from "./cross-section.ts";
import { rowsOfPosterior } from "./draws.ts";
import { drawsEstimated } from "./estimated.ts";
import { ingredientsOf } from "./ingredients.ts";
import { modelOutcomes } from "./model.ts";
import type { ComposedOutcome, Composition, Fit, Model, ModelOutcome, Quantity, Response } from "./model.ts";
import { basicOutcomes } from "./observed.ts";

type Parts = Pick<Model, "structures" | "responses" | "vulnerabilities" | "multiplicities">;

/** Every workload that was struck, in every beam that any structure was measured in; with what the same workload gave in that beam, where it was there. */
export function compositionsOf(model: Parts, seed: number): Composition[] {
  const conditions = new Map(
    model.vulnerabilities.map(({ workload, protection }) => [
      `${workload}|${protection}`,
      { workload, protection },
    ]),
  );
  const composed: Composition[] = [];
  for (const { workload, protection } of conditions.values()) {
    const ingredients = ingredientsOf(model, workload, protection);
    if (ingredients.found.length === 0) continue;
    for (const beam of beamsOf(model.responses)) {
      const fits = ingredients.found.map(({ structure }) => fitIn(upsetOf(model.responses, structure), beam));
      if (fits.some((fit) => fit === null)) continue;
      const random = randomStream(seed, "composition", workload, protection, beam.species, beam.at);
      composed.push({
        workload,
        protection,
        species: beam.species,
        energyMeV: beam.species === "ion" ? null : beam.at,
        letMeVCm2PerMg: beam.species === "ion" ? beam.at : null,
        ...drawComposition(model, { workload, protection, beam }, ingredients.found, fits as Fit[], random),
        missing: ingredients.missing,
      });
    }
  }
  return composed;
}

interface Beam {
  readonly species: Fit["species"];
  readonly at: number;
}

interface Where {
  readonly workload: string;
  readonly protection: "on" | "off";
  readonly beam: Beam;
}

function drawComposition(
  model: Parts,
  { workload, protection, beam }: Where,
  found: ComposedShares["ingredients"],
  fits: readonly Fit[],
  random: RandomStream,
): Pick<Composition, "terms" | "outcomes"> {
  const rows = rowsOfPosterior;
  const places = new Map(found.map(({ structure }, at) => [structure, at]));
  const event = fits.map((fit) =>
    Float64Array.from({ length: rows }, (_, row) => crossSection(fit.curve, fit.posterior[row]!, beam.at)),
  );
  const sdc = found.map(() => new Float64Array(rows));
  const due = found.map(() => new Float64Array(rows));
  const totals = new Map(modelOutcomes.map((outcome) => [outcome, new Float64Array(rows)]));
  for (let row = 0; row < rows; row++) {
    const terms = composeTerms(
      drawShares(found, random),
      (structure) => event[places.get(structure)!]![row]!,
    );
    terms.forEach((term, at) => {
      sdc[at]![row] = sdcOf(term);
      due[at]![row] = dueOf(term);
      totals.get("sdc")![row]! += sdcOf(term);
      totals.get("due")![row]! += dueOf(term);
      basicOutcomes.forEach((outcome, place) => (totals.get(outcome)![row]! += term[place]!));
    });
  }
  const events = (at: number): number | null =>
    fits[at]!.points.reduce<number | null>(
      (sum, point) => (sum === null || point.events === null ? null : sum + point.events),
      0,
    );
  return {
    terms: found.map((ingredient, at) => ({
      structure: ingredient.structure,
      bits: ingredient.bits,
      eventCm2: drawsEstimated(event[at]!, "cm2/bit", events(at)),
      uncovered: uncoveredOf(ingredient),
      sdcCm2: drawsEstimated(sdc[at]!, "cm2", null),
      dueCm2: drawsEstimated(due[at]!, "cm2", null),
    })),
    outcomes: modelOutcomes.map((outcome) =>
      besideBeam(model, { workload, protection, beam }, outcome, totals.get(outcome)!, fits),
    ),
  };
}

function uncoveredOf({
  ecc,
  multiplicity,
}: ComposedShares["ingredients"][number]): Composition["terms"][number]["uncovered"] {
  const all = multiplicity.reduce((sum, n) => sum + n, 0);
  const shares = all === 0 ? [1] : multiplicity.map((n) => n / all);
  const value = ecc === null ? 1 : uncoveredShare(ecc, shares);
  const method = ecc === null ? "measured as it is used" : "code, over the cells an event";
  return {
    value,
    unit: "1",
    lower: value,
    upper: value,
    confidence: 1,
    method,
    events: null,
    limitOnly: false,
  };
}

/** Rows belong together, so the error of a session's fluence that both have cancels in the ratio. */
function besideBeam(
  { responses }: Parts,
  { workload, protection, beam }: Where,
  outcome: ModelOutcome,
  composed: Float64Array,
  fits: readonly Fit[],
): ComposedOutcome {
  const response = responses.find(
    ({ quantity }) =>
      quantity.kind === "outcome" &&
      quantity.workload === workload &&
      quantity.protection === protection &&
      quantity.outcome === outcome,
  );
  const fit = fitIn(response, beam);
  const counted =
    fit?.points.filter(({ events }) => events !== null).reduce((sum, { events }) => sum + events!, 0) ?? null;
  const composedAs = drawsEstimated(composed, "cm2", null);
  if (fit === null)
    return { outcome, composed: composedAs, beam: null, unmodelled: null, ratio: null, independent: true };
  const measured = Float64Array.from(fit.posterior, (row) => crossSection(fit.curve, row, beam.at));
  const residual = measured.map((value, row) => Math.max(0, value - composed[row]!));
  // Below a threshold both are 0 and have no ratio: where that is so in more than a twentieth of the rows, nothing is said.
  const ratios = [...measured.keys()].flatMap((row) =>
    composed[row]! > 0 ? [measured[row]! / composed[row]!] : [],
  );
  const told = ratios.length > 0.95 * measured.length;
  return {
    outcome,
    composed: composedAs,
    beam: drawsEstimated(measured, "cm2", counted),
    unmodelled: drawsEstimated(residual, "cm2", null),
    ratio: told ? drawsEstimated(ratios, "1", counted) : null,
    independent: !fits.some((other) => other.points.some((a) => fit.points.some((b) => shareRuns(a, b)))),
  };
}

function shareRuns(a: Fit["points"][number], b: Fit["points"][number]): boolean {
  return a.source === b.source && a.runs.some((run) => b.runs.includes(run));
}

export function upsetOf(responses: readonly Response[], structure: string): Response | undefined {
  return responses.find(
    ({ quantity }: { readonly quantity: Quantity }) =>
      quantity.kind === "upset" && quantity.structures.includes(structure),
  );
}

/** Places at which any structure was measured. */
function beamsOf(responses: readonly Response[]): Beam[] {
  const beams = new Map<string, Beam>();
  for (const { quantity, fits } of responses) {
    if (quantity.kind !== "upset") continue;
    for (const { species, points } of fits)
      for (const { energyMeV, letMeVCm2PerMg, tiltDeg } of points) {
        // A tilted ion counts as another LET, at which nothing else was measured.
        if (tiltDeg !== 0) continue;
        const at = species === "ion" ? letMeVCm2PerMg : energyMeV;
        if (at !== null) beams.set(`${species}|${at}`, { species, at });
      }
  }
  return [...beams.values()].sort((a, b) =>
    a.species < b.species ? -1 : a.species > b.species ? 1 : a.at - b.at,
  );
}

function fitIn(response: Response | undefined, { species }: Beam): Fit | null {
  return response?.fits.find((fit) => fit.species === species) ?? null;
}
