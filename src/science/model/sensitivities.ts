import { RigError } from "../../domain/errors.ts";
import { fitConditions } from "../fit/conditions.ts";
import type { ConditionPoint } from "../fit/conditions.ts";
import type { Sensitivity } from "./model.ts";
import type { Gathered, Measured } from "./quantities.ts";

/** Runs closer together than this say nothing of temperature. */
const leastSpanC = 5;

/**
 * d ln σ/dT of everything that was counted at temperatures apart: Poisson regression over runs, with an offset for each session. Energies and LETs are not mixed: the
 * one with the most events speaks. No record states a voltage by run, so there is no coefficient of it.
 */
export function sensitivitiesOf(gathered: readonly Gathered[]): Sensitivity[] {
  return gathered.flatMap((one) => {
    const beams = new Map<string, Measured[]>();
    for (const point of one.points) {
      if (point.byRun.length === 0) continue;
      const key = `${point.species}|${point.energyMeV}|${point.letMeVCm2PerMg}|${point.tiltDeg}`;
      beams.set(key, [...(beams.get(key) ?? []), point]);
    }
    const events = (points: readonly Measured[]): number =>
      points.reduce((sum, point) => sum + point.events!, 0);
    const busiest = [...beams.values()].sort((a, b) => events(b) - events(a))[0];
    const found = busiest === undefined ? null : temperatureOf(one, busiest);
    return found === null ? [] : [found];
  });
}

function temperatureOf({ quantity }: Gathered, points: readonly Measured[]): Sensitivity | null {
  const rows = points.flatMap((point) =>
    point.byRun.flatMap(({ events, exposure, dieC }): ConditionPoint[] =>
      dieC === null
        ? []
        : [
            {
              events,
              fluencePerCm2: exposure,
              temperatureC: dieC,
              sessionId: point.sessionId,
              relFluenceUncertainty1Sigma: point.fluenceRelUncertainty1Sigma,
            },
          ],
    ),
  );
  const temperatures = rows.map(({ temperatureC }) => temperatureC);
  const [from, to] = [Math.min(...temperatures), Math.max(...temperatures)];
  const events = rows.reduce((sum, row) => sum + row.events, 0);
  if (rows.length < 2 || to - from < leastSpanC || events === 0) return null;
  const exposure = rows.reduce((sum, row) => sum + row.fluencePerCm2, 0);
  const reference = rows.reduce((sum, row) => sum + row.temperatureC * row.fluencePerCm2, 0) / exposure;
  const fit = fitted(rows, reference);
  if (fit === null || fit.perDegreeC === null) return null;
  const { value, lower, upper } = fit.perDegreeC;
  return {
    quantity,
    against: "temperature",
    reference,
    coefficient: {
      value,
      unit: "1/°C",
      lower,
      upper,
      confidence: 0.95,
      method: fit.regression.isScaled ? "poisson regression, widened for scatter" : "poisson regression",
      events,
      limitOnly: false,
    },
    from,
    to,
    sources: [...new Set(points.map(({ source }) => source))],
  };
}

/** Temperatures that cannot be told from sessions, as one temperature a session, give no coefficient. */
function fitted(
  rows: readonly ConditionPoint[],
  temperatureC: number,
): ReturnType<typeof fitConditions> | null {
  try {
    return fitConditions(rows, { temperatureC, supplyV: 0 });
  } catch (error) {
    if (error instanceof RigError) return null;
    throw error;
  }
}
