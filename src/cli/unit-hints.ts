/**
 * In a rig or campaign file the unit stands in the key (`answerMs`, `fluencePerCm2`). Two slips are common, and both
 * get their answer in the message: the right quantity in another unit's key, and a unit written after the number.
 */

/** A unit as key ending and as people write it after a number; `toBase` turns a value into the first unit of its family. */
interface Unit {
  readonly suffix: string;
  readonly written: readonly string[];
  readonly toBase: (value: number) => number;
}

const times = (factor: number) => (value: number) => value * factor;

const families: readonly (readonly Unit[])[] = [
  [
    { suffix: "Seconds", written: ["s", "sec", "second", "seconds"], toBase: times(1) },
    { suffix: "S", written: [], toBase: times(1) },
    { suffix: "Ms", written: ["ms", "millisecond", "milliseconds"], toBase: times(1e-3) },
    { suffix: "Us", written: ["us", "µs"], toBase: times(1e-6) },
    { suffix: "Minutes", written: ["min", "minute", "minutes"], toBase: times(60) },
    { suffix: "Hours", written: ["h", "hour", "hours"], toBase: times(3600) },
  ],
  [
    { suffix: "C", written: ["c", "°c", "degc", "celsius"], toBase: times(1) },
    { suffix: "Celsius", written: [], toBase: times(1) },
    { suffix: "K", written: ["k", "kelvin"], toBase: (value) => value - 273.15 },
    { suffix: "Kelvin", written: [], toBase: (value) => value - 273.15 },
    { suffix: "F", written: ["f", "°f", "degf", "fahrenheit"], toBase: (value) => (value - 32) / 1.8 },
    { suffix: "Fahrenheit", written: [], toBase: (value) => (value - 32) / 1.8 },
  ],
  [
    { suffix: "PerCm2", written: ["/cm2", "/cm²", "cm-2", "1/cm2", "per cm2"], toBase: times(1) },
    { suffix: "PerM2", written: ["/m2", "/m²", "m-2", "1/m2"], toBase: times(1e-4) },
    { suffix: "PerMm2", written: ["/mm2", "/mm²", "mm-2"], toBase: times(100) },
    { suffix: "PerUm2", written: ["/um2", "/µm²", "um-2"], toBase: times(1e8) },
  ],
  [
    { suffix: "MeV", written: ["mev"], toBase: times(1) },
    { suffix: "KeV", written: ["kev"], toBase: times(1e-3) },
    { suffix: "GeV", written: ["gev"], toBase: times(1e3) },
  ],
  [
    { suffix: "MB", written: ["mb"], toBase: times(1) },
    { suffix: "KB", written: ["kb"], toBase: times(1e-3) },
    { suffix: "GB", written: ["gb"], toBase: times(1e3) },
  ],
  [
    { suffix: "KHz", written: ["khz"], toBase: times(1) },
    { suffix: "MHz", written: ["mhz"], toBase: times(1e3) },
    { suffix: "GHz", written: ["ghz"], toBase: times(1e6) },
    { suffix: "Hz", written: ["hz"], toBase: times(1e-3) },
  ],
  [
    { suffix: "Deg", written: ["deg", "°", "degrees"], toBase: times(1) },
    { suffix: "Rad", written: ["rad", "radians"], toBase: times(180 / Math.PI) },
  ],
  [
    { suffix: "Watts", written: ["w", "watt", "watts"], toBase: times(1) },
    { suffix: "MilliWatts", written: ["mw"], toBase: times(1e-3) },
  ],
];

interface Split {
  readonly stem: string;
  readonly family: readonly Unit[];
  readonly unit: Unit;
}

/** The longest unit a key ends in; `seconds` is a stem of nothing with the unit Seconds. */
function split(key: string): Split | null {
  let best: Split | null = null;
  for (const family of families)
    for (const unit of family) {
      const whole = key.toLowerCase() === unit.suffix.toLowerCase() && unit.suffix.length > 1;
      if (!whole && !(key.endsWith(unit.suffix) && key.length > unit.suffix.length)) continue;
      const stem = whole ? "" : key.slice(0, -unit.suffix.length);
      if (best === null || stem.length < best.stem.length) best = { stem, family, unit };
    }
  return best;
}

/** The known key of the same quantity in the unit this file wants, and the value converted, if it is a number. */
export function otherUnit(
  key: string,
  value: unknown,
  known: readonly string[],
): { readonly key: string; readonly value: number | null } | null {
  const found = split(key);
  for (const candidate of known) {
    const wanted = split(candidate);
    if (wanted === null) continue;
    if (found === null) {
      if (wanted.stem !== "" && key.toLowerCase() === wanted.stem.toLowerCase())
        return { key: candidate, value: null };
    } else if (found.family === wanted.family && found.stem.toLowerCase() === wanted.stem.toLowerCase())
      return {
        key: candidate,
        value: typeof value === "number" ? convert(value, found.unit, wanted.unit) : null,
      };
  }
  return null;
}

/** `"5 min"` under the key `seconds`: the number to write there. Null where the text is no number with a unit. */
export function plainNumber(
  key: string,
  text: string,
): { readonly value: number; readonly unit: string } | null {
  const match = /^\s*([+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,3})?)\s*([^\d\s].{0,15}?)?\s*$/.exec(text);
  const wanted = split(key);
  if (match === null || wanted === null) return null;
  const value = Number(match[1]);
  const written = match[2]?.toLowerCase();
  if (written === undefined) return { value, unit: wanted.unit.suffix };
  const found = wanted.family.find((unit) => unit.written.includes(written));
  return found === undefined ? null : { value: convert(value, found, wanted.unit), unit: wanted.unit.suffix };
}

/** Families are affine at most, so two points of `toBase` give its inverse. Twelve digits: enough for any file, free of float dust. */
function convert(value: number, from: Unit, to: Unit): number {
  const offset = to.toBase(0);
  const slope = to.toBase(1) - offset;
  return Number(((from.toBase(value) - offset) / slope).toPrecision(12));
}
