import { randomStream } from "../../domain/random.ts";
import { betaDraw } from "../fit/random-draws.ts";
import { crossSection } from "./cross-section.ts";
import { rowsOfPosterior } from "./draws.ts";
import { drawsEstimated } from "./estimated.ts";
import type { Estimated, Fit, Model, Vulnerability } from "./model.ts";
import { harmOf } from "./observed.ts";
import { quantityWords } from "./quantity-words.ts";

/** One number of two models side by side. */
export interface ModelDifference {
  readonly what: string;
  readonly a: Estimated | null;
  readonly b: Estimated | null;
  /** B by A; null where one of them is not there. */
  readonly ratio: Estimated | null;
  /** The 95 % interval of the ratio leaves 1 out. */
  readonly differs: boolean;
}

/**
 * Cross-sections where both were measured, and shares of harmful strikes, each as the ratio of its draws: two models made apart are independent, and what they share (the
 * same records, the same session) only makes a difference look less sure than it is.
 */
export function diffModels(a: Model, b: Model): ModelDifference[] {
  return [...responses(a, b), ...vulnerabilities(a, b)];
}

function responses(a: Model, b: Model): ModelDifference[] {
  const [ofA, ofB] = [fitsOf(a), fitsOf(b)];
  return pairsOf(ofA, ofB).flatMap(({ what, one, other }) => {
    const places = new Set(other === undefined ? [] : placesOf(other));
    const common = one === undefined ? [] : placesOf(one).filter((place) => places.has(place));
    if (one === undefined || other === undefined || common.length === 0)
      return [alone(what, one?.measured, other?.measured)];
    const at = Math.max(...common);
    const unit = one.measured.unit;
    const [drawsA, drawsB] = [heights(one, at), heights(other, at)];
    return [compared(`${what} at ${at}`, drawsA, drawsB, unit, [one.measured.events, other.measured.events])];
  });
}

function fitsOf(model: Model): Map<string, Fit> {
  return new Map(
    model.responses.flatMap(({ quantity, fits }) =>
      fits.map((fit): [string, Fit] => [`${quantityWords(quantity)}, ${fit.species}`, fit]),
    ),
  );
}

function placesOf({ species, points }: Fit): number[] {
  return points.flatMap(
    ({ energyMeV, letMeVCm2PerMg }) => (species === "ion" ? letMeVCm2PerMg : energyMeV) ?? [],
  );
}

function heights({ curve, posterior }: Fit, at: number): Float64Array {
  return Float64Array.from(posterior, (row) => crossSection(curve, row, at));
}

function vulnerabilities(a: Model, b: Model): ModelDifference[] {
  const [ofA, ofB] = [strikesOf(a), strikesOf(b)];
  return pairsOf(ofA, ofB).map(({ what, one, other }) => {
    const drawn = (of: Vulnerability, side: string): Float64Array => {
      const random = randomStream(1, "difference", side, what);
      const harmful = harmOf(of.counts);
      return Float64Array.from({ length: rowsOfPosterior }, () =>
        betaDraw(harmful + 0.5, of.trials - harmful + 0.5, random),
      );
    };
    const estimated = (of: Vulnerability | undefined, side: string): Estimated | undefined =>
      of === undefined ? undefined : drawsEstimated(drawn(of, side), "1", harmOf(of.counts));
    if (one === undefined || other === undefined)
      return alone(what, estimated(one, "a"), estimated(other, "b"));
    return compared(what, drawn(one, "a"), drawn(other, "b"), "1", [
      harmOf(one.counts),
      harmOf(other.counts),
    ]);
  });
}

function strikesOf(model: Model): Map<string, Vulnerability> {
  return new Map(
    model.vulnerabilities.map((one) => [
      `${one.structure} under ${one.workload}, codes ${one.protection}: harmful strikes of ${one.multiplicity}`,
      one,
    ]),
  );
}

function compared(
  what: string,
  a: Float64Array,
  b: Float64Array,
  unit: string,
  [eventsA, eventsB]: readonly [number | null, number | null],
): ModelDifference {
  // Rows of two models are of no common order: those of B are taken from the other end, so that no session drawn alike in both is paired with itself.
  const quotients = a.map((value, row) => b[b.length - 1 - (row % b.length)]! / value);
  const ratio = drawsEstimated(quotients, "1", null);
  return {
    what,
    a: drawsEstimated(a, unit, eventsA),
    b: drawsEstimated(b, unit, eventsB),
    ratio,
    differs: ratio.lower > 1 || ratio.upper < 1,
  };
}

function alone(what: string, a: Estimated | undefined, b: Estimated | undefined): ModelDifference {
  return { what, a: a ?? null, b: b ?? null, ratio: null, differs: false };
}

interface Pair<T> {
  readonly what: string;
  readonly one: T | undefined;
  readonly other: T | undefined;
}

/** What has one name in both; then what one model knows with codes at work and the other without: that is the comparison of a device with and without ECC. */
function pairsOf<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): Pair<T>[] {
  const swapped = (what: string): string =>
    what.replace(/codes (on|off)/, (_, state) => `codes ${state === "on" ? "off" : "on"}`);
  const isSwapped = (what: string, own: ReadonlyMap<string, T>, their: ReadonlyMap<string, T>): boolean =>
    !their.has(what) && !own.has(swapped(what)) && their.has(swapped(what));
  const ofA = [...a].map(([what, one]): Pair<T> => {
    if (!isSwapped(what, a, b)) return { what, one, other: b.get(what) };
    const label = what.replace(
      /codes (on|off)/,
      (_, state) => `codes ${state} in A, ${state === "on" ? "off" : "on"} in B`,
    );
    return { what: label, one, other: b.get(swapped(what)) };
  });
  const ofB = [...b].flatMap(([what, other]): Pair<T>[] =>
    a.has(what) || isSwapped(what, b, a) ? [] : [{ what, one: undefined, other }],
  );
  return [...ofA, ...ofB];
}
