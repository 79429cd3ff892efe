import { secondsPerDay, secondsPerYear } from "../../domain/clock.ts";
import { quantile } from "../quantile.ts";
import type { Figure, Rates } from "./prediction.ts";

const confidence = 0.95;

/** Six digits: as a model has them, and more than any rate is known to. */
const rounded = (value: number): number => Number(value.toPrecision(6));

/** Draws in rising order, from which every unit's figure follows by a factor. */
export interface SortedDraws {
  readonly values: Float64Array;
  readonly limitOnly: boolean;
}

export function sortDraws(values: Float64Array, limitOnly: boolean): SortedDraws {
  return { values: Float64Array.from(values).sort(), limitOnly };
}

/** Median and middle 95 %, times a factor; of a limit its upper end alone. */
export function figureOf({ values, limitOnly }: SortedDraws, factor: number, unit: string): Figure {
  const upper = rounded(factor * quantile(values, 0.975));
  return {
    value: limitOnly ? upper : rounded(factor * quantile(values, 0.5)),
    unit,
    lower: limitOnly ? 0 : rounded(factor * quantile(values, 0.025)),
    upper,
    confidence,
    method: limitOnly
      ? `monte carlo: 97.5 % of ${values.length} draws lie below`
      : `monte carlo: median and 2.5 % to 97.5 % of ${values.length} draws`,
    limitOnly,
  };
}

/** 1/rate: its ends change places, and a rate that may be 0 leaves it open. */
export function inverseOf(figure: Figure, factor: number, unit: string): Figure {
  const inverse = (value: number): number | null => (value > 0 ? rounded(factor / value) : null);
  const lower = inverse(figure.upper ?? 0) ?? 0;
  return {
    ...figure,
    unit,
    value: inverse(figure.value) ?? lower,
    lower,
    upper: figure.limitOnly ? null : inverse(figure.lower),
  };
}

/** Every unit that people ask a rate in. `perSecond`: of a device or a bit, as `per` says. */
export function ratesOf(
  perSecond: SortedDraws,
  {
    per,
    bits,
    inferencesPerSecond,
    isEvent,
  }: {
    readonly per: Rates["per"];
    readonly bits: number | null;
    readonly inferencesPerSecond: number | null;
    readonly isEvent: boolean;
  },
): Rates {
  const whose = per === "bit" ? "bit" : "device";
  const perDay = figureOf(perSecond, secondsPerDay, `1/(${whose}·day)`);
  return {
    per,
    perDay,
    perGigabitDay:
      per === "bit"
        ? figureOf(perSecond, secondsPerDay * 1e9, "1/(Gbit·day)")
        : bits === null
          ? null
          : figureOf(perSecond, (secondsPerDay * 1e9) / bits, "1/(Gbit·day)"),
    fit: figureOf(perSecond, 3_600e9, per === "bit" ? "FIT/bit" : "FIT"),
    meanDaysBetween: inverseOf(perDay, 1, "day"),
    perMillionInferences:
      inferencesPerSecond === null || per === "bit"
        ? null
        : figureOf(perSecond, 1e6 / inferencesPerSecond, "1/(10⁶ inferences)"),
    perYear: isEvent ? null : figureOf(perSecond, secondsPerYear, `1/(${whose}·year)`),
  };
}
