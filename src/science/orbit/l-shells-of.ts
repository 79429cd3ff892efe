import { shellFinder } from "../geomagnetism/shell.ts";
import { latitudesOf, shellsAt } from "../trapped/orbit-average.ts";
import { circularOf } from "../trapped/trapped-spectra.ts";
import type { TrappedSource } from "../trapped/trapped-spectra.ts";
import type { LShells } from "./l-shells.ts";
import type { Orbit } from "./orbit.ts";

/** The shells an orbit touches, in the field of 1970, as cut-offs are taken everywhere here: that of the maps of solar maximum. */
export function lShellsOf(orbit: Orbit, source: TrappedSource): LShells {
  const circular = circularOf(orbit);
  const findShell = shellFinder(source.maps.max.field);
  const shares: { readonly l: number; readonly share: number }[] = [];
  for (const { latitudeDeg, share } of latitudesOf(circular)) {
    const shells = shellsAt(findShell, latitudeDeg, circular.altitudeKm);
    for (const { l } of shells) shares.push({ l, share: share / shells.length });
  }
  shares.sort((one, other) => one.l - other.l);
  const ls = Float64Array.from(shares, ({ l }) => l);
  // Shares of the first, the first two, … of them.
  const upTo = new Float64Array(ls.length + 1);
  for (const [i, { share }] of shares.entries()) upTo[i + 1] = upTo[i]! + share;
  return {
    fractionAbove: (l) => {
      let [low, high] = [0, ls.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ls[middle]! > l) high = middle;
        else low = middle + 1;
      }
      return Math.min(1, Math.max(0, low === 0 ? 1 : 1 - upTo[low]!));
    },
  };
}
