import { composeTerms, drawShares, meanShares } from "../model/compose.ts";
import type { Ingredient } from "../model/compose.ts";
import { upsetOf } from "../model/compositions.ts";
import type { Fit, Model, ModelOutcome, Response } from "../model/model.ts";
import { modelOutcomes } from "../model/model.ts";
import { basicOutcomes } from "../model/observed.ts";
import type { Draws } from "./draws.ts";
import type { Evaluated } from "./evaluated.ts";
import type { ParticleSource } from "./surroundings.ts";

/*
 * upsets of every structure, draw by draw ─┐
 *                                          ├─ composeTerms ─→ outcomes of a workload, by source of the particles
 * shares of one draw ──────────────────────┘
 */

type EvaluateResponse = (response: Response, draws: Draws) => Evaluated;

/** All outcomes of one workload from its structures: each event of a structure comes to what injection saw of it (model/compose.ts). */
export function compositionEvaluator(
  { responses }: Pick<Model, "responses">,
  ingredients: readonly Ingredient[],
  label: string,
  evaluate: EvaluateResponse,
): (draws: Draws) => ReadonlyMap<ModelOutcome, Evaluated> {
  const known = new WeakMap<Draws, ReadonlyMap<ModelOutcome, Evaluated>>();
  return (draws) => {
    let composed = known.get(draws);
    if (composed === undefined) {
      composed = compose(responses, ingredients, draws.shares(label), draws, evaluate);
      known.set(draws, composed);
    }
    return composed;
  };
}

function compose(
  responses: readonly Response[],
  ingredients: readonly Ingredient[],
  random: ReturnType<Draws["shares"]>,
  draws: Draws,
  evaluate: EvaluateResponse,
): ReadonlyMap<ModelOutcome, Evaluated> {
  const { count } = draws;
  const upsets = ingredients.map(({ structure }) => evaluate(upsetOf(responses, structure)!, draws));
  const place = new Map(ingredients.map(({ structure }, at) => [structure, at]));
  const sources = [...new Set(upsets.flatMap(({ bySource }) => bySource.map(({ source }) => source)))];
  // By source, then basic outcome.
  const sums = sources.map(() => basicOutcomes.map(() => new Float64Array(count)));
  const shareOf = upsets.map(({ bySource }) =>
    sources.map((source) => bySource.find((one) => one.source === source)?.perSecond ?? null),
  );
  const boundedOf = upsets.map(({ bounded }) => bounded?.perSecond ?? null);
  const isBounded = boundedOf.some((rates) => rates !== null);
  const boundedSums = basicOutcomes.map(() => new Float64Array(count));
  const mean = random === null ? meanShares(ingredients) : null;
  for (let i = 0; i < count; i++) {
    const shares = mean ?? drawShares(ingredients, random!);
    const terms = composeTerms(shares, (structure) => upsets[place.get(structure)!]!.total[i]!, {
      perSecond: true,
    });
    for (let s = 0; s < terms.length; s++) {
      const all = upsets[s]!.total[i]!;
      if (all <= 0) continue;
      for (let q = 0; q < sources.length; q++) {
        const part = (shareOf[s]![q]?.[i] ?? 0) / all;
        if (part > 0) for (let o = 0; o < basicOutcomes.length; o++) sums[q]![o]![i]! += part * terms[s]![o]!;
      }
    }
    if (!isBounded) continue;
    const unknown = composeTerms(shares, (structure) => boundedOf[place.get(structure)!]?.[i] ?? 0, {
      perSecond: true,
    });
    for (const term of unknown)
      for (let o = 0; o < basicOutcomes.length; o++) boundedSums[o]![i]! += term[o]!;
  }
  const fitsOf = (source: ParticleSource): Fit[] => [
    ...new Set(
      upsets.flatMap(({ bySource }) =>
        bySource.filter((one) => one.source === source).flatMap(({ fits }) => fits),
      ),
    ),
  ];
  const particles = upsets.find(({ bounded }) => bounded !== null)?.bounded?.particles ?? null;
  return new Map(
    modelOutcomes.map((outcome) => {
      const bySource = sources.map((source, q) => ({
        source,
        fits: fitsOf(source),
        perSecond: outcomeOf(outcome, sums[q]!, count),
      }));
      const total = new Float64Array(count);
      for (const { perSecond } of bySource) for (let i = 0; i < count; i++) total[i]! += perSecond[i]!;
      const bounded =
        particles === null
          ? null
          : { particles, perSecond: isBounded ? outcomeOf(outcome, boundedSums, count) : null };
      return [outcome, { bySource, total, bounded }];
    }),
  );
}

function outcomeOf(outcome: ModelOutcome, basic: readonly Float64Array[], count: number): Float64Array {
  const of = basicOutcomes.flatMap((name, at) =>
    name === outcome ||
    (outcome === "sdc" && name.startsWith("sdc")) ||
    (outcome === "due" && name.startsWith("due"))
      ? [basic[at]!]
      : [],
  );
  return Float64Array.from({ length: count }, (_, i) => of.reduce((sum, values) => sum + values[i]!, 0));
}
