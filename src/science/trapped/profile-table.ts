import { deflateRawSync, inflateRawSync, constants } from "node:zlib";
import { monotoneCubic } from "./monotone-cubic.ts";

/**
 * What this package computed for places all around the Earth, by geodetic latitude and altitude, for some columns (energies, or ranks): an orbit's
 * average follows from it for every inclination, and only altitude and latitude are interpolated.
 *
 *   value ─ whole number ─▶ differences from altitude to altitude ─▶ low bytes, high bytes ─▶ deflate ─▶ base64: the text of a data file
 */
export interface ProfileGrid {
  readonly latitudesDeg: readonly number[];
  readonly altitudesKm: readonly number[];
  readonly columns: number;
  /** How many whole numbers make 1 of what is tabulated. */
  readonly scale: number;
  /** The value of the whole number 0; nothing lies below. */
  readonly least: number;
}

export interface ProfileTable {
  readonly grid: ProfileGrid;
  /** By latitude, then column, then altitude. */
  readonly numbers: Uint16Array;
}

const placeOf = (grid: ProfileGrid, latitude: number, column: number): number =>
  (latitude * grid.columns + column) * grid.altitudesKm.length;

/** The text of a table from its values: `value(latitude, column, altitude)` by index. */
export function packProfiles(
  grid: ProfileGrid,
  value: (latitude: number, column: number, altitude: number) => number,
): string {
  const count = grid.latitudesDeg.length * grid.columns * grid.altitudesKm.length;
  const bytes = new Uint8Array(2 * count);
  for (let latitude = 0; latitude < grid.latitudesDeg.length; latitude++)
    for (let column = 0; column < grid.columns; column++) {
      let before = 0;
      for (let altitude = 0; altitude < grid.altitudesKm.length; altitude++) {
        const whole = Math.round((value(latitude, column, altitude) - grid.least) * grid.scale);
        const number = Math.max(0, whole);
        // Its double is what is kept at first, in sixteen bits.
        if (number > 32_767)
          throw new RangeError(`${number} is more than a table's numbers hold: a lower scale`);
        const change = number - before;
        // Zigzag: small changes, down or up, are small numbers.
        const folded = (change >= 0 ? 2 * change : -2 * change - 1) & 0xffff;
        const at = placeOf(grid, latitude, column) + altitude;
        bytes[at] = folded & 0xff;
        bytes[count + at] = folded >> 8;
        before = number;
      }
    }
  return deflateRawSync(bytes, { level: constants.Z_BEST_COMPRESSION }).toString("base64");
}

export function unpackProfiles(grid: ProfileGrid, text: string): ProfileTable {
  const bytes = inflateRawSync(Buffer.from(text, "base64"));
  const count = bytes.length / 2;
  const numbers = new Uint16Array(count);
  for (let at = 0; at < count; at++) {
    const folded = bytes[at]! | (bytes[count + at]! << 8);
    const change = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    numbers[at] = at % grid.altitudesKm.length === 0 ? change : numbers[at - 1]! + change;
  }
  return { grid, numbers };
}

/** One altitude's profile: for each latitude of the grid and column, the value there, by monotone cubics over altitude. By latitude, then column. */
export function profileAt({ grid, numbers }: ProfileTable, altitudeKm: number): Float64Array {
  const profile = new Float64Array(grid.latitudesDeg.length * grid.columns);
  for (let i = 0; i < profile.length; i++) {
    const from = i * grid.altitudesKm.length;
    profile[i] =
      grid.least + monotoneCubic(grid.altitudesKm, (k) => numbers[from + k]!, altitudeKm) / grid.scale;
  }
  return profile;
}

/** A column of a profile at a latitude. */
export function profileValue(
  grid: ProfileGrid,
  profile: Float64Array,
  column: number,
  latitudeDeg: number,
): number {
  return monotoneCubic(grid.latitudesDeg, (k) => profile[k * grid.columns + column]!, latitudeDeg);
}
