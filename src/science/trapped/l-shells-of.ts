import { shellFinder } from "../geomagnetism/shell.ts";
import { latitudesOf, longitudes, shellsAt } from "./orbit-average.ts";
import { tabulatedShells } from "./orbit-tables.ts";
import type { TrappedMaps } from "./read-maps.ts";
import { shellRanks } from "./table-grids.ts";
import { circularOf } from "./trapped-spectra.ts";
import type { TrappedSource } from "./trapped-spectra.ts";
import type { LShells } from "../orbit/l-shells.ts";
import type { CircularOrbit, Orbit } from "../orbit/orbit.ts";

/** The shells an orbit touches, in the field of 1970, as cut-offs are taken everywhere here: that of the maps of solar maximum. */
export function lShellsOf(orbit: Orbit, source: TrappedSource): LShells {
  return source.kind === "maps" ? fromMaps(circularOf(orbit), source.maps) : fromTables(circularOf(orbit));
}

/** Between two ranks of a latitude's longitudes the share runs straight with ln L. */
function fromTables(orbit: CircularOrbit): LShells {
  const latitudes = tabulatedShells(orbit);
  const ranks = shellRanks.map((rank) => (rank + 0.5) / longitudes);
  return {
    fractionAbove: (l) => {
      const sought = Math.log(l);
      let fraction = 0;
      for (const { share, logL } of latitudes) {
        if (sought < logL[0]!) fraction += share;
        else if (sought < logL.at(-1)!) {
          const i = logL.findIndex((value) => value > sought);
          const part = (sought - logL[i - 1]!) / (logL[i]! - logL[i - 1]!);
          fraction += share * (1 - ranks[i - 1]! - part * (ranks[i]! - ranks[i - 1]!));
        }
      }
      return Math.min(1, fraction);
    },
  };
}

function fromMaps(circular: CircularOrbit, maps: TrappedMaps): LShells {
  const findShell = shellFinder(maps.max.field);
  const shares: { readonly l: number; readonly share: number }[] = [];
  for (const { latitudeDeg, share } of latitudesOf(circular)) {
    const shells = shellsAt(findShell, latitudeDeg, circular.altitudeKm);
    for (const { l } of shells) shares.push({ l, share: share / shells.length });
  }
  // Open lines are at Infinity, which has no difference from itself.
  shares.sort((one, other) => (one.l < other.l ? -1 : one.l > other.l ? 1 : 0));
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
