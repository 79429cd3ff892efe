import type { Shell } from "../geomagnetism/shell.ts";
import type { TrappedColumn, TrappedMap, TrappedSheet } from "./read-map.ts";

/** Beyond it a map is read as at it. */
const mostL = 15.6;

/**
 * Integral omnidirectional flux above each energy (MeV, rising), cm⁻²s⁻¹, where the shell is known; 0 where the map has none (it ends at 1).
 *
 * As NSSDC's reader does: L and B/B0 − 1 are cut down to the map's whole numbers, each energy's sheet is interpolated in L and B/B0, and between
 * energies the logarithm of the flux runs straight against the energy itself. Where the upper sheet holds nothing the line through the two sheets
 * below is taken if it is lower. Energies above the highest sheet follow the last line.
 */
export function fluxAbove(
  map: TrappedMap,
  { l, bOverB0 }: Shell,
  energiesMeV: readonly number[],
): Float64Array {
  const fluxes = new Float64Array(energiesMeV.length);
  if (l === Infinity) return fluxes;
  const scaledL = Math.trunc(Math.min(mostL, Math.abs(l)) * map.lScale);
  const scaledB = Math.trunc((Math.max(bOverB0, 1) - 1) * map.bScale);
  const { sheets } = map;
  const found = new Float64Array(sheets.length).fill(NaN);
  const logAt = (sheet: number): number => {
    if (Number.isNaN(found[sheet]!))
      found[sheet] = sheetLog(sheets[sheet]!, scaledL, scaledB, map.fluxStep) / map.fluxScale;
    return found[sheet]!;
  };
  let upper = 1;
  for (const [i, energy] of energiesMeV.entries()) {
    while (energy > sheets[upper]!.energyMeV && upper < sheets.length - 1) upper++;
    const line = (from: number): number => {
      const [low, high] = [sheets[from]!.energyMeV, sheets[from + 1]!.energyMeV];
      return logAt(from) + ((logAt(from + 1) - logAt(from)) * (energy - low)) / (high - low);
    };
    let log = line(upper - 1);
    if (logAt(upper) <= 0 && upper > 1) log = Math.min(log, line(upper - 2));
    fluxes[i] = log > 0 ? 10 ** log : 0;
  }
  return fluxes;
}

/** The logarithm of the flux in one sheet, in the map's numbers; 0: none. */
function sheetLog(sheet: TrappedSheet, l: number, b: number, fluxStep: number): number {
  const { columns } = sheet;
  let [low, high] = [0, columns.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (columns[middle]!.l > l) high = middle;
    else low = middle;
  }
  const [before, after] = [columns[low]!, columns[high]!];
  const share = (l - before.l) / (after.l - before.l);
  return after.top > before.top
    ? contourLog(before, after, share, b, fluxStep)
    : contourLog(after, before, 1 - share, b, fluxStep);
}

/**
 * Between two columns, the lower one (`a`) less at the equator than the other. In the plane of (B/B0 − 1, log flux) each is a line of falling
 * pieces; a ray from the origin through a corner of either meets the other, and at `share` of the way between the two lies a corner of the
 * column sought:
 *
 *   log flux │╲ upper
 *            │ ╲╲ ╱ ray
 *            │lower╱╲      corners are taken as the ray turns down, until the sought B lies before one;
 *            │   ╱╲  ╲     a column that ends before ends the one between, too: no flux beyond
 *            └──────────── B/B0 − 1
 */
function contourLog(a: TrappedColumn, b: TrappedColumn, share: number, sought: number, step: number): number {
  if (b.steps.length === 0) return 0;
  // Corners reached last: where, how high, and the next piece's length.
  const hasA = a.steps.length > 0;
  let [atA, logA, pieceA, nextA] = [0, a.top, 0, 0];
  let [atB, logB, pieceB, nextB] = [0, b.top, 0, 0];
  const goA = (): void => {
    pieceA = a.steps[nextA++]!;
    atA += pieceA;
    logA -= step;
  };
  const goB = (): void => {
    pieceB = b.steps[nextB++]!;
    atB += pieceB;
    logB -= step;
  };
  let [last, lastLog] = [0, logA + (logB - logA) * share];
  if (hasA) goA();
  goB();
  while (true) {
    // An empty column is met at its foot, by every ray.
    const [slopeA, slopeB] = [hasA ? logA / atA : -Infinity, logB / atB];
    const ofA = slopeA >= slopeB;
    const at = ofA
      ? atA + (meets(slopeA, atB, logB, pieceB, step) - atA) * share
      : meets(slopeB, atA, logA, pieceA, step) * (1 - share) + atB * share;
    const log = at * (ofA ? slopeA : slopeB);
    if (at >= sought)
      return at < last + 1e-10 ? 0 : Math.max(0, lastLog + ((log - lastLog) * (sought - last)) / (at - last));
    [last, lastLog] = [at, log];
    if (ofA) {
      if (nextA >= a.steps.length) return 0;
      goA();
    } else {
      if (nextB >= b.steps.length) return 0;
      goB();
    }
  }
}

/** Where a ray of this slope meets the piece that ends at (`at`, `log`). */
function meets(slope: number, at: number, log: number, piece: number, step: number): number {
  return ((log / step) * piece + at) / ((piece / step) * slope + 1);
}
