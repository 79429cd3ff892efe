/**
 * One answer to `READ?` with the elements READ, UNIT, TIME, STAT: `+1.040564E-06A, +2.236299E+02, +1.380000E+02`
 * (Keithley 6485 manual pp. 13-4, 13-6). The space after a comma may be missing.
 */
export type KeithleyReading =
  | { readonly kind: "current"; readonly ampere: number; readonly atSeconds: number; readonly status: number }
  /** `+9.9E37` over range, `+9.91E37` not a number: never to be counted with. */
  | {
      readonly kind: "none";
      readonly why: "over-range" | "not-a-number";
      readonly atSeconds: number;
      readonly status: number;
    };

const number = String.raw`([+-]?\d+(?:\.\d+)?(?:E[+-]?\d{1,2})?)`;
const answer = new RegExp(String.raw`^\s*${number}\s?A\s*,\s*${number}\s*,\s*${number}\s*$`);

/** The manual's magic values; nothing that an ammeter reads is near them. */
const notANumber = 9.91e37;
const overRange = 9.9e37;
/** No current that this instrument can measure (21 mA range) is beyond. */
const mostAmpere = 1;

/** null: no such answer. */
export function keithleyReading(line: string): KeithleyReading | null {
  const found = answer.exec(line);
  if (found === null) return null;
  const [value, atSeconds, status] = [found[1], found[2], found[3]].map(Number) as [number, number, number];
  if (atSeconds < 0 || atSeconds >= wrapSeconds) return null;
  if (!Number.isInteger(status) || status < 0 || status > 0xffff) return null;
  if (Math.abs(value) === notANumber) return { kind: "none", why: "not-a-number", atSeconds, status };
  if (Math.abs(value) === overRange) return { kind: "none", why: "over-range", atSeconds, status };
  return Math.abs(value) <= mostAmpere ? { kind: "current", ampere: value, atSeconds, status } : null;
}

/** The timestamp goes from 99,999.99 s to 0. */
export const wrapSeconds = 100_000;

/** Seconds from one timestamp to the next, a wrap between them taken out; never negative. */
export function secondsBetween(fromSeconds: number, toSeconds: number): number {
  return toSeconds >= fromSeconds ? toSeconds - fromSeconds : toSeconds + wrapSeconds - fromSeconds;
}
