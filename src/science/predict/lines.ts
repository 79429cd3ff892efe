import { upsetOf } from "../model/compositions.ts";
import { ingredientsOf } from "../model/ingredients.ts";
import type { Model, ModelOutcome, Protection, Quantity, Response, Structure } from "../model/model.ts";
import { modelOutcomes } from "../model/model.ts";
import type { Draws } from "./draws.ts";
import { compositionEvaluator } from "./evaluate-composition.ts";
import { responseEvaluator } from "./evaluate-responses.ts";
import type { Evaluated } from "./evaluated.ts";
import type { PreparedPart } from "./prepared.ts";
import type { LineKind } from "./prediction.ts";
import type { Conditions } from "./response-rates.ts";

/** A quantity that can be asked for, and how it is evaluated; events a second of `per`, times `times` of a device. */
export interface Asked {
  readonly kind: LineKind;
  readonly quantity: Quantity;
  readonly workload: string | null;
  readonly protection: Protection | null;
  /** A bit's rate is one of a device by the number of bits; null: not known, or it is one of a device already. */
  readonly per: "bit" | "device";
  readonly bits: number | null;
  readonly responses: readonly Response[];
  readonly evaluate: (draws: Draws) => Evaluated;
  /** What shares the evaluation, so that a middle row is sought once for all of it. */
  readonly group: object;
  readonly findings: readonly string[];
}

/** All that a model can say, in its own order: what was counted, then what is composed. */
export function askAll(model: Model, parts: readonly PreparedPart[], conditions: Conditions): Asked[] {
  const evaluate = responseEvaluator(model, parts, conditions);
  const counted = model.responses.map((response): Asked => {
    const { quantity } = response;
    return {
      kind: "beam",
      quantity,
      workload: "workload" in quantity ? quantity.workload : null,
      protection: "protection" in quantity ? quantity.protection : null,
      per: response.per,
      bits: bitsOf(model.structures, quantity),
      responses: [response],
      evaluate: (draws) => evaluate(response, draws),
      group: response,
      findings: [],
    };
  });
  return [...counted, ...composed(model, evaluate)];
}

function composed(model: Model, evaluate: (response: Response, draws: Draws) => Evaluated): Asked[] {
  const conditions = new Map(
    model.vulnerabilities.map(({ workload, protection }) => [
      `${workload}|${protection}`,
      { workload, protection },
    ]),
  );
  return [...conditions].flatMap(([label, { workload, protection }]): Asked[] => {
    const { found, missing, findings } = ingredientsOf(model, workload, protection);
    if (found.length === 0) return [];
    const evaluateAll = compositionEvaluator(model, found, label, evaluate);
    const group = {};
    return modelOutcomes.map((outcome) => ({
      kind: "composed",
      quantity: { kind: "outcome", workload, outcome, protection },
      workload,
      protection,
      per: "device",
      bits: null,
      responses: found.map(({ structure }) => upsetOf(model.responses, structure)!),
      evaluate: (draws) => evaluateAll(draws).get(outcome)!,
      group,
      findings: [...findings, ...tooLow(missing)],
    }));
  });
}

/** Structures that are in no sum, by the reason that they share. */
function tooLow(missing: readonly { readonly structure: string; readonly why: string }[]): string[] {
  const named = new Map<string, string[]>();
  for (const { structure, why } of missing) named.set(why, [...(named.get(why) ?? []), structure]);
  return [...named].map(
    ([why, structures]) =>
      `${structures.join(", ")} ${structures.length === 1 ? "has" : "have"} no part in it, so it is too low: ${why}`,
  );
}

/** Of structures that hold more under one workload than another, the most. */
function bitsOf(structures: readonly Structure[], quantity: Quantity): number | null {
  if (quantity.kind !== "upset" && quantity.kind !== "memory") return null;
  const names = quantity.kind === "upset" ? quantity.structures : [quantity.structure];
  const counts = names.map((name) => {
    const bits = structures.find((structure) => structure.name === name)?.bits ?? [];
    return bits.length === 0 ? null : Math.max(...bits.map((one) => one.bits));
  });
  return counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + count!, 0);
}

const outcomeWords: Readonly<Record<ModelOutcome, string>> = {
  sdc: "SDC",
  due: "DUE",
  sdcTolerable: "SDC tolerable",
  sdcCritical: "SDC critical",
  dueDetected: "DUE detected",
  dueCrash: "DUE crash",
  dueHang: "DUE hang",
};

/** The quantity without its workload and protection: `SDC`, `SEFI`, `upset hbm`. */
export function nameOf(quantity: Quantity): string {
  switch (quantity.kind) {
    case "upset":
      return `upset ${quantity.structures.join("+")}`;
    case "memory":
      return `${quantity.structure} ${quantity.what}`;
    case "outcome":
      return outcomeWords[quantity.outcome];
    case "effect": {
      const [kind, detail] = quantity.effect.split("_");
      return [kind!.toUpperCase(), detail].filter(Boolean).join(" ");
    }
  }
}
