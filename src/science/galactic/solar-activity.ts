import { RigError } from "../../domain/errors.ts";
import { highestW } from "./dlr-model.ts";
import { smoothedSunspots, spanned, sunspotYears } from "./solar-cycles.ts";

/**
 * W, the one number the DLR model knows of the Sun, from whatever is known: a condition, a number, a date or a neutron monitor. Bigger is more
 * active, and fewer galactic ions.
 */
export type GalacticCondition = "min" | "mean" | "max";

/** How well a W is known, one standard deviation: 0 where it was given. */
export interface SolarActivity {
  readonly w: number;
  readonly wUncertainty1Sigma: number;
  /** In words, for a report. */
  readonly from: string;
}

/**
 * Conventions of the house: W = 20 was chosen for 'solar minimum' since it meets CREME96's quiet Sun of 1977; the deepest minima (2009, 2019) are 0 to 10,
 * and have 10 to 15 % more ions. A mean of a cycle is 50 to 60, a maximum 100 to 150.
 */
const ofCondition: Readonly<Record<GalacticCondition, number>> = { min: 20, mean: 55, max: 120 };

export function activityOfCondition(condition: GalacticCondition): SolarActivity {
  return { w: ofCondition[condition], wUncertainty1Sigma: 0, from: `solar ${condition} by convention` };
}

/** A W that is known; from 0 to 200, else refused. */
export function activityOfNumber(w: number): SolarActivity {
  if (!(w >= 0 && w <= highestW)) throw refusal(`W = ${w}`, `0 (deepest minimum) to ${highestW}`);
  return { w, wUncertainty1Sigma: 0, from: "as given" };
}

/** Version 2.0 of the sunspot number is about 1.416 times the Wolf number that W is on the scale of: the ratio of the maxima of cycles 19 to 24. */
const version2PerWolf = 1.416;
/** Cosmic rays follow the Sun by 0 to 14 months from cycle to cycle, at minima and maxima: six on average (R. P. Kane, Sol. Phys. 289 (2014) 2727). */
const lagYears = 0.5;
/** Form of the curve 12, its smoothing and the lag's scatter 15, W by sunspots and not by cosmic rays 15, in quadrature. */
const byDateUncertainty = 25;

/**
 * W at a date (ISO 8601, a year alone, or a year and a month: the middle of it), as the smoothed sunspot number half a year before on the scale of
 * the old Wolf number. Uncertain by 25 (one standard deviation), so a flux by 15 to 20 %. Where counts of a neutron monitor are at hand, they are
 * better (`activityOfOulu`). Refused before cycle 19, and later than half a year after the last maximum in the table: no forecasts.
 */
export function activityAtDate(date: string): SolarActivity {
  const year = yearOf(date) - lagYears;
  if (!(year >= sunspotYears.from && year <= sunspotYears.to)) {
    const known = { from: sunspotYears.from + lagYears, to: sunspotYears.to + lagYears };
    throw refusal(
      date,
      `a date from ${spanned(known)}, for which the Sun's cycle is known; else give W or a condition`,
    );
  }
  return {
    // The maximum of 1958 alone lies beyond what the model holds for, by 1.
    w: Math.min(highestW, smoothedSunspots(year) / version2PerWolf),
    wUncertainty1Sigma: byDateUncertainty,
    from: `sunspot cycle at ${date}`,
  };
}

/**
 * W from the neutron monitor of Oulu: 638.7 − 0.093·N, N its count rate corrected for pressure, counts/min, averaged over a month or so (Matthiä 2013).
 * The model's own way to W. Counts beyond the model's 0..200 by less than 10 are taken for its end.
 */
export function activityOfOulu(countsPerMinute: number): SolarActivity {
  const w = 638.7 - 0.093 * countsPerMinute;
  if (!(w > -10 && w < 210))
    throw refusal(
      `${countsPerMinute} counts/min at Oulu`,
      "4,700 to 6,900, corrected for pressure, not for efficiency",
    );
  return { w: Math.min(highestW, Math.max(0, w)), wUncertainty1Sigma: 5, from: "neutron monitor of Oulu" };
}

/** A year and its fraction. */
function yearOf(date: string): number {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T\S*)?)?)?$/.exec(date);
  if (parts === null) throw refusal(`'${date}'`, "a date such as 2014, 2014-04 or 2014-04-15");
  const [year, month, day] = [Number(parts[1]), parts[2], parts[3]];
  if (month === undefined) return year + 0.5;
  const at = Number(month) - 1 + (day === undefined ? 0.5 : (Number(day) - 0.5) / 31);
  if (!(at >= 0 && at < 12) || Number(day ?? 1) < 1 || Number(day ?? 1) > daysOf(year, Number(month)))
    throw refusal(`'${date}'`, "a day of the calendar");
  return year + at / 12;
}

/** Of a month, 1 to 12: day 0 of the next. */
function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function refusal(found: string, expected: string): RigError {
  return new RigError("config", `solar activity: found ${found}; expected ${expected}`);
}
