import { RigError } from "../domain/errors.ts";
import type { Place } from "../science/environment/place.ts";
import { passEnergyMeV, passesOf, passPerCm2Second, trackSources } from "../science/predict/track-sources.ts";
import type { TrackPasses } from "../science/predict/track-sources.ts";
import type { Surroundings } from "../science/predict/surroundings.ts";
import { readTrack } from "./read-track.ts";
import { surroundingsOfPlace, weatherOf } from "./surroundings.ts";
import type { Around } from "./surroundings.ts";
import { mapsIn } from "./trapped-source.ts";

/** Along the track of a satellite: its own average, and its passes through the belts. Averages over all places of an orbit do for a year; this tells of these days. */
export async function surroundingsAlong(
  tle: string,
  days: number,
  maps: string | undefined,
  how: Omit<Around, "orbit">,
): Promise<Surroundings> {
  if (maps === undefined)
    throw new RigError(
      "config",
      "--tle needs --maps: the flux at each place of a track is in no table that comes along; name a folder with the AP-8 and AE-8 maps and coefficients of the field, or ask for the orbit (--orbit ALTITUDExINCLINATION)",
    );
  const source = mapsIn(maps);
  if (source.kind !== "maps") throw new TypeError("a folder of maps gives maps");
  const track = await readTrack(tle, days);
  const place: Place = {
    kind: "orbit",
    name: `${track.name}, ${days === 1 ? "a day" : `${days} days`} from the epoch of its elements,`,
    orbit: { kind: "circular", altitudeKm: track.meanAltitudeKm, inclinationDeg: track.inclinationDeg },
  };
  const surroundings = surroundingsOfPlace(place, how, trackSources(track.points, source.maps));
  const solar = weatherOf(how.solar).sun.maps === "max" ? "max" : "min";
  const passes = passesOf(track.points, source.maps, solar);
  return { ...surroundings, findings: [...surroundings.findings, wordsOf(passes)] };
}

function wordsOf({ passes, seconds, shareOfTime, shareOfProtons }: TrackPasses): string {
  const where = `trapped protons above ${passEnergyMeV} MeV beyond ${passPerCm2Second} /(cm²·s)`;
  if (passes.length === 0) return `the track never meets ${where}`;
  const longest = Math.max(...passes.map(({ fromSeconds, toSeconds }) => toSeconds - fromSeconds));
  const peak = Math.max(...passes.map(({ peakPerCm2Second }) => peakPerCm2Second));
  return `${passes.length} passes in ${(seconds / 3600).toFixed(0)} h through ${where}, as in the South Atlantic Anomaly: ${(100 * shareOfTime).toFixed(1)} % of the time and ${(100 * shareOfProtons).toFixed(0)} % of those protons, the longest ${(longest / 60).toFixed(0)} min, the highest ${peak.toFixed(0)} /(cm²·s)`;
}
