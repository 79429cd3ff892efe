import type { Model, Response, Sensitivity } from "../model/model.ts";
import type { Draws } from "./draws.ts";
import { gatherSources } from "./evaluated.ts";
import type { Evaluated } from "./evaluated.ts";
import type { PreparedPart } from "./prepared.ts";
import { responseRates } from "./response-rates.ts";
import type { Conditions } from "./response-rates.ts";
import { unmeasuredRates } from "./unmeasured.ts";

/** Every response over draws, each once for the same draws: an upset is wanted by its own line and by all that is composed of it. */
export function responseEvaluator(
  { sensitivities }: Pick<Model, "sensitivities">,
  parts: readonly PreparedPart[],
  conditions: Conditions,
): (response: Response, draws: Draws) => Evaluated {
  const known = new WeakMap<Draws, Map<Response, Evaluated>>();
  return (response, draws) => {
    const of = known.get(draws) ?? new Map<Response, Evaluated>();
    known.set(draws, of);
    let evaluated = of.get(response);
    if (evaluated === undefined) {
      const rates = responseRates(response, parts, draws, conditions, temperatureOf(sensitivities, response));
      evaluated = {
        ...gatherSources(
          rates.map(({ source, fit, perSecond }) => ({ source, fits: [fit], perSecond })),
          draws.count,
        ),
        bounded: unmeasuredRates(response, parts, draws),
      };
      of.set(response, evaluated);
    }
    return evaluated;
  };
}

export function temperatureOf(all: readonly Sensitivity[], { quantity }: Response): Sensitivity | null {
  const key = JSON.stringify(quantity);
  return all.find((one) => one.against === "temperature" && JSON.stringify(one.quantity) === key) ?? null;
}
