import { chiSquareQuantile } from "./chi-square.ts";
import type { CurveSearch, ShapeName } from "./curve-search.ts";
import type { BestCurve } from "./maximum-likelihood.ts";
import { nelderMead } from "./nelder-mead.ts";
import type { Objective } from "./nelder-mead.ts";

/** What an interval is asked of: a parameter, or the cross-section at a place (infinity: the plateau). */
export type Quantity = { readonly parameter: ShapeName } | { readonly crossSectionAt: number };

/** null: the counts do not bound that side. */
export interface ProfileInterval {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly confidence: number;
  readonly method: "profile-likelihood";
}

/**
 *   2 · (half deviance with the quantity held at v and all else set anew − the least) ≤ χ²₁(confidence)
 *
 * The values v that pass (S. Wilks 1938; D. Venzon and S. Moolgavkar, Appl. Statist. 37 (1988) 87): needs no bell-shaped likelihood, is the same for a number and
 * its logarithm, and stays open where the likelihood does. A threshold's interval ends at 0 at the least.
 */
export function profileInterval(
  search: CurveSearch,
  best: BestCurve,
  quantity: Quantity,
  confidence = 0.95,
): ProfileInterval {
  const allowed = best.halfDeviance + chiSquareQuantile(confidence, 1) / 2;
  const { at, valueOf, holding, first, lowest, highest } = profileOf(search, best, quantity);
  const end = (direction: 1 | -1): number | null => {
    const bound = direction > 0 ? highest : lowest;
    let warm = holding.start;
    const excess = (coordinate: number): number => {
      const found = holding.least(coordinate, warm);
      if (found.value < allowed + 50) warm = [...found.at];
      return found.value - allowed;
    };
    let [inside, outside, step] = [at, at, first];
    for (;;) {
      outside = direction > 0 ? Math.min(bound, inside + step) : Math.max(bound, inside - step);
      if (excess(outside) > 0) break;
      if (outside === bound) return valueOf(bound, true);
      inside = outside;
      step *= 2;
    }
    return valueOf(root(excess, inside, outside), false);
  };
  return { lower: end(-1), upper: end(1), confidence, method: "profile-likelihood" };
}

interface Holding {
  readonly start: readonly number[];
  readonly least: (
    held: number,
    warm: readonly number[],
  ) => { readonly at: Float64Array; readonly value: number };
}

interface Profile {
  /** The quantity's coordinate at the best curve, and where it may go. */
  readonly at: number;
  readonly first: number;
  readonly lowest: number;
  readonly highest: number;
  readonly holding: Holding;
  /** The quantity at a coordinate; `atBound`: where the search's own bound ended it, so there is no value unless the bound is a real one. */
  readonly valueOf: (coordinate: number, atBound: boolean) => number | null;
}

/** An upper end is looked for up to so many times the largest cross-section that was measured: a plateau beyond is none that counts bound. */
const highestFactor = 1e3;
const lowestFactor = 1e-4;
const tolerance = 1e-6;

function profileOf(search: CurveSearch, best: BestCurve, quantity: Quantity): Profile {
  if ("parameter" in quantity) return ofParameter(search, best, quantity.parameter);
  if (search.curve.plateauOf !== null) return ofTiedCrossSection(search, best, quantity.crossSectionAt);
  return ofCrossSection(search, best, quantity.crossSectionAt);
}

function ofParameter(search: CurveSearch, best: BestCurve, name: ShapeName): Profile {
  const place = search.free.indexOf(name);
  if (place < 0) throw new RangeError(`'${name}' is fixed, or no parameter of a ${search.curve.name} curve`);
  const others = search.free.map((_, i) => i).filter((i) => i !== place);
  const whole = new Float64Array(search.free.length);
  const shape = new Float64Array(search.curve.shapeNames.length);
  const pick = <T>(values: readonly T[]): T[] => others.map((i) => values[i]!);
  const bounds = { lower: pick(search.bounds.lower), upper: pick(search.bounds.upper) };
  const [lowest, highest] = [search.bounds.lower[place]!, search.bounds.upper[place]!];
  const isRealBound = name === "threshold";
  return {
    at: best.coordinates[place]!,
    first: search.steps[place]! / 10,
    lowest,
    highest,
    valueOf: (coordinate, atBound) => {
      if (atBound && !isRealBound) return null;
      whole.set(best.coordinates);
      whole[place] = coordinate;
      return search.shapeAt(whole, shape)[search.curve.shapeNames.indexOf(name)]!;
    },
    holding: {
      start: pick(best.coordinates),
      least: (held, warm) => {
        const objective: Objective = (at) => {
          others.forEach((i, k) => (whole[i] = at[k]!));
          whole[place] = held;
          return search.likelihood.overPlateau(search.shapeAt(whole, shape));
        };
        return nelderMead(objective, warm, bounds, {
          steps: pick(search.steps).map((step) => step / 3),
          tolerance,
        });
      },
    },
  };
}

function ofCrossSection(search: CurveSearch, best: BestCurve, x: number): Profile {
  const shape = new Float64Array(search.curve.shapeNames.length);
  const share = new Float64Array(1);
  const place = Float64Array.of(x);
  const logShare = (at: ArrayLike<number>): number => {
    search.shapeAt(at, shape);
    if (x === Infinity) return 0;
    search.curve.shares(place, shape, share);
    return Math.log(share[0]!);
  };
  const at = Math.log(best.plateauCm2) + logShare(best.coordinates);
  if (at === -Infinity) throw new RangeError(`the best curve is 0 at ${x}: ask for an upper limit there`);
  const { events, fluencePerCm2 } = search.table;
  const largest = Math.log(events.reduce((most, n, i) => Math.max(most, (n + 0.5) / fluencePerCm2[i]!), 0));
  return {
    at,
    first: 0.05,
    lowest: Math.min(at, largest) + Math.log(lowestFactor),
    highest: Math.max(at, largest + Math.log(highestFactor)),
    valueOf: (coordinate, atBound) => (atBound ? null : Math.exp(coordinate)),
    holding: {
      start: best.coordinates,
      least: (held, warm) => {
        const objective: Objective = (coordinates) => {
          const log = logShare(coordinates);
          return log === -Infinity ? Infinity : search.likelihood.overScales(shape, held - log);
        };
        return nelderMead(objective, warm, search.bounds, {
          steps: search.steps.map((step) => step / 3),
          tolerance,
        });
      },
    },
  };
}

/** Of a curve whose plateau its shape fixes: one number, and every cross-section falls as it rises. */
function ofTiedCrossSection(search: CurveSearch, best: BestCurve, x: number): Profile {
  const profile = ofParameter(search, best, "a");
  const value = (a: number): number => {
    const share = new Float64Array([1]);
    if (x !== Infinity) search.curve.shares(Float64Array.of(x), [a], share);
    return search.curve.plateauOf!([a]) * share[0]!;
  };
  return {
    ...profile,
    at: -profile.at,
    lowest: -profile.highest,
    highest: -profile.lowest,
    valueOf: (coordinate, atBound) => {
      const a = profile.valueOf(-coordinate, atBound);
      return a === null ? null : value(a);
    },
    holding: { start: [], least: (held, warm) => profile.holding.least(-held, warm) },
  };
}

/** Where `excess` crosses 0 between two places, by false position with halving of the end that stays (Illinois). */
function root(excess: (at: number) => number, inside: number, outside: number): number {
  let [a, b] = [inside, outside];
  let [fa, fb] = [excess(a), excess(b)];
  if (!(fb < 1e6)) [b, fb] = nearer(excess, a, b);
  for (let step = 0; step < 60 && Math.abs(b - a) > 1e-7; step++) {
    const c = fa >= 0 ? a : b - (fb * (b - a)) / (fb - fa);
    const fc = excess(c);
    if (Math.abs(fc) < 1e-6) return c;
    if (fc > 0 === fb > 0) fa /= 2;
    else [a, fa] = [b, fb];
    [b, fb] = [c, fc];
  }
  return b;
}

/** False position cannot use an infinite end: halve until it is finite. */
function nearer(excess: (at: number) => number, inside: number, outside: number): [number, number] {
  let [a, b] = [inside, outside];
  for (let step = 0; step < 60; step++) {
    const c = (a + b) / 2;
    const fc = excess(c);
    if (fc > 0 && fc < 1e6) return [c, fc];
    if (fc > 0) b = c;
    else a = c;
  }
  return [b, excess(b)];
}
