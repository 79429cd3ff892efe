import type { RandomStream } from "../../domain/random.ts";
import { quantile } from "../quantile.ts";
import type { CountTable } from "./beam-point.ts";
import { curveSearch } from "./curve-search.ts";
import type { CurveSearch, FixedShape } from "./curve-search.ts";
import { refit } from "./maximum-likelihood.ts";
import type { BestCurve } from "./maximum-likelihood.ts";
import { normalDraw, poissonDraw } from "./random-draws.ts";

/** Curves fitted to counts drawn from the best one: what would have been found had the beam time been repeated. */
export interface Bootstrap {
  readonly plateauCm2: Float64Array;
  /** As `Curve.shapeNames`, the replicas of each. */
  readonly shape: readonly Float64Array[];
  /** Drawn without a single event, so without a curve: in no replica. */
  readonly empty: number;
}

/**
 * Parametric bootstrap (B. Efron and R. Tibshirani 1993, ch. 6): each replica draws a scale a session from its uncertainty, then every count, and fits them as
 * the measured counts were, with the fluences as stated.
 */
export function bootstrapCurve(
  search: CurveSearch,
  best: BestCurve,
  random: RandomStream,
  replicas = 1000,
  fixed: FixedShape = {},
): Bootstrap {
  const { table, curve } = search;
  const share = new Float64Array(table.at.length);
  curve.shares(table.at, best.shape, share);
  const plateaus: number[] = [];
  const shapes: (readonly number[])[] = [];
  let empty = 0;
  for (let replica = 0; replica < replicas; replica++) {
    const scales = table.sessions.map(({ logSigma }) => Math.exp(logSigma * normalDraw(random)));
    const events = table.events.map((_, i) => {
      const struck = best.plateauCm2 * share[i]! * table.fluencePerCm2[i]! * scales[table.session[i]!]!;
      return poissonDraw(struck + table.background[i]!, random);
    });
    if (!events.some((n) => n > 0)) {
      empty++;
      continue;
    }
    const found = again({ ...table, events }, search, best, fixed);
    plateaus.push(found.plateauCm2);
    shapes.push(found.shape);
  }
  return {
    plateauCm2: Float64Array.from(plateaus),
    shape: curve.shapeNames.map((_, k) => Float64Array.from(shapes, (shape) => shape[k]!)),
    empty,
  };
}

function again(table: CountTable, search: CurveSearch, best: BestCurve, fixed: FixedShape): BestCurve {
  // Of a fixed threshold the draws are below it or not at all: it contradicts no replica.
  const own = curveSearch(table, search.curve, fixed);
  const start = search.free.map((name) =>
    own.coordinateOf(name, best.shape[search.curve.shapeNames.indexOf(name)]!),
  );
  return refit(own, start);
}

/** The middle share of numbers, by order: percentiles. */
export function percentileInterval(
  values: ArrayLike<number>,
  confidence = 0.95,
): { readonly lower: number; readonly upper: number } {
  const sorted = Float64Array.from(values).sort();
  return { lower: quantile(sorted, (1 - confidence) / 2), upper: quantile(sorted, (1 + confidence) / 2) };
}
