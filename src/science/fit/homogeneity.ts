import { RigError } from "../../domain/errors.ts";
import type { RandomStream } from "../../domain/random.ts";
import { chiSquareAbove, normalAbove } from "./chi-square.ts";
import { binomialDraw } from "./random-draws.ts";

export interface CountedRun {
  readonly events: number;
  /** Fluence, or any exposure above 0. */
  readonly exposure: number;
}

export interface Homogeneity {
  /** Σ (n − λf)²/(λf), λ = Σn/Σf. */
  readonly chiSquare: number;
  readonly degrees: number;
  /** Chance of a larger one if all runs have one rate: by χ² where every run expects five events, else drawn. */
  readonly pValue: number;
  readonly method: "chi-square" | "drawn";
  /** χ² over degrees: 1 for Poisson's scatter. */
  readonly dispersion: number;
}

const sparseBelow = 5;
const draws = 4000;

/**
 * Whether runs have one rate. Where runs expect few events χ² is no χ²: the total is dealt out over the runs by their exposures instead, `random` being asked for
 * `draws` such deals (exact but for their number).
 */
export function homogeneityOf(runs: readonly CountedRun[], random: RandomStream): Homogeneity {
  const { events, exposure } = totals(runs);
  const expected = Float64Array.from(runs, (run) => (events * run.exposure) / exposure);
  const statistic = (counts: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < expected.length; i++) sum += (counts[i]! - expected[i]!) ** 2 / expected[i]!;
    return sum;
  };
  const degrees = runs.length - 1;
  if (events === 0 || degrees < 1)
    return { chiSquare: 0, degrees: Math.max(0, degrees), pValue: 1, method: "chi-square", dispersion: 1 };
  const chiSquare = statistic(runs.map((run) => run.events));
  const common = { chiSquare, degrees, dispersion: chiSquare / degrees };
  if (expected.every((mean) => mean >= sparseBelow))
    return { ...common, pValue: chiSquareAbove(chiSquare, degrees), method: "chi-square" };
  const deal = dealer(runs, events, exposure, random);
  let asLarge = 1;
  for (let draw = 0; draw < draws; draw++) if (statistic(deal()) >= chiSquare - 1e-9) asLarge++;
  return { ...common, pValue: asLarge / (draws + 1), method: "drawn" };
}

/** From so many events a run on, a binomial count a run is quicker than dealing them one by one. */
const manyARun = 40;

/** Deals all events out over the runs by their exposures; the next deal overwrites the last. */
function dealer(
  runs: readonly CountedRun[],
  events: number,
  exposure: number,
  random: RandomStream,
): () => Float64Array {
  const counts = new Float64Array(runs.length);
  if (events >= manyARun * runs.length)
    return () => {
      let [left, over] = [events, exposure];
      for (const [i, run] of runs.entries()) {
        // What is left over of the exposure may round to nothing, or to less.
        const share = over > run.exposure ? run.exposure / over : 1;
        counts[i] = i === runs.length - 1 ? left : binomialDraw(left, share, random);
        left -= counts[i];
        over -= run.exposure;
      }
      return counts;
    };
  const upTo = new Float64Array(runs.length);
  let sum = 0;
  for (const [i, run] of runs.entries()) upTo[i] = sum += run.exposure;
  return () => {
    counts.fill(0);
    for (let event = 0; event < events; event++) {
      const at = random.nextFloat() * sum;
      let [low, high] = [0, runs.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (upTo[middle]! > at) high = middle;
        else low = middle + 1;
      }
      counts[low]!++;
    }
    return counts;
  };
}

export interface Trend {
  /** Standard normal if the rate stays the same; above 0 where it rises. */
  readonly u: number;
  readonly pValue: number;
  readonly events: number;
}

/**
 * Laplace's test: events of one rate lie uniformly over the exposure, so their mean place is normal about the middle. `places`: of every event, the fluence (or time, or
 * dose) before it; `total`: of the whole exposure. Two-sided. null: fewer than two events.
 */
export function laplaceTrend(places: readonly number[], total: number): Trend | null {
  if (!(total > 0 && total < Infinity))
    throw new RigError("config", `a trend over an exposure of ${total}, expected above 0`);
  const outside = places.find((place) => !(place >= 0 && place <= total));
  if (outside !== undefined)
    throw new RigError("config", `an event at ${outside} of an exposure of ${total}: it lies outside`);
  const n = places.length;
  if (n < 2) return null;
  const mean = places.reduce((sum, place) => sum + place, 0) / n;
  const u = (mean - total / 2) / (total * Math.sqrt(1 / (12 * n)));
  return { u, pValue: 2 * normalAbove(Math.abs(u)), events: n };
}

function totals(runs: readonly CountedRun[]): CountedRun {
  if (runs.length === 0) throw new RigError("config", "no run to compare; expected two or more");
  for (const { events, exposure } of runs) {
    if (!Number.isSafeInteger(events) || events < 0)
      throw new RigError("config", `${events} is no count of events`);
    if (!(exposure > 0 && exposure < Infinity))
      throw new RigError("config", `a rate without exposure: ${exposure}, expected above 0`);
  }
  return {
    events: runs.reduce((sum, run) => sum + run.events, 0),
    exposure: runs.reduce((sum, run) => sum + run.exposure, 0),
  };
}
