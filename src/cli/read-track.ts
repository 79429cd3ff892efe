import { readFileSync } from "node:fs";
import { secondsPerDay } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { TrackPoint } from "../science/trapped/along-track.ts";

/*
 * two lines of elements ─checksums→ SGP4, a point a minute ─→ latitude, longitude, altitude ─→ TrackPoint
 */

export interface Track {
  readonly name: string;
  readonly points: readonly TrackPoint[];
  readonly inclinationDeg: number;
  readonly meanAltitudeKm: number;
}

const stepSeconds = 60;
const degrees = (radians: number): number => (radians * 180) / Math.PI;

/**
 * The track of a satellite from the epoch of its elements on, for so many days, from a file with its TLE (two lines, or three with a name). SGP4 is right to some km
 * within a week. A RigError "config" for what is no TLE, a line whose checksum is wrong, or an orbit that meets the ground or leaves the belts.
 */
export async function readTrack(path: string, days: number): Promise<Track> {
  const { name, line1, line2 } = elementsIn(path);
  const { twoline2satrec, sgp4, gstime, eciToGeodetic } = await import("satellite.js");
  const satellite = twoline2satrec(line1, line2);
  const points: TrackPoint[] = [];
  for (let seconds = 0; seconds <= days * secondsPerDay; seconds += stepSeconds) {
    const state = sgp4(satellite, seconds / 60);
    if (state === null)
      throw new RigError(
        "config",
        `${path}: SGP4 cannot follow these elements ${(seconds / 3600).toFixed(1)} h after their epoch (error ${satellite.error}); expected those of an orbit that lasts`,
      );
    const { latitude, longitude, height } = eciToGeodetic(
      state.position,
      gstime(satellite.jdsatepoch + seconds / secondsPerDay),
    );
    if (!(height > 80 && height < 100_000))
      throw new RigError(
        "config",
        `${path}: an altitude of ${height.toFixed(0)} km ${(seconds / 3600).toFixed(1)} h after the epoch; expected 80 to 100,000`,
      );
    points.push({
      seconds,
      latitudeDeg: degrees(latitude),
      longitudeDeg: degrees(longitude),
      altitudeKm: height,
    });
  }
  return {
    name,
    points,
    inclinationDeg: degrees(satellite.inclo),
    meanAltitudeKm: points.reduce((sum, { altitudeKm }) => sum + altitudeKm, 0) / points.length,
  };
}

function elementsIn(path: string): { readonly name: string; readonly line1: string; readonly line2: string } {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (error) {
    throw new RigError(
      "config",
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "?"})`,
      {
        cause: error,
      },
    );
  }
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trimEnd());
  const at = lines.findIndex((line, i) => /^1 /.test(line) && /^2 /.test(lines[i + 1] ?? ""));
  if (at < 0)
    throw new RigError(
      "config",
      `${path}: no TLE: expected two lines of 69 characters that begin with '1 ' and '2 '`,
    );
  const [line1, line2] = [lines[at]!, lines[at + 1]!];
  for (const [i, line] of [line1, line2].entries())
    if (line.length !== 69 || Number(line[68]) !== checksumOf(line))
      throw new RigError(
        "config",
        `${path}:${at + i + 1}: ${line.length === 69 ? `checksum ${line[68]}, expected ${checksumOf(line)}` : `${line.length} characters, expected 69`}: the line was damaged on its way`,
      );
  const before = at > 0 ? lines[at - 1]!.replace(/^0 /, "").trim() : "";
  return { name: before === "" ? `satellite ${line1.slice(2, 7).trim()}` : before, line1, line2 };
}

/** Digits, and 1 for each minus, modulo 10. */
function checksumOf(line: string): number {
  let sum = 0;
  for (const character of line.slice(0, 68))
    sum += character === "-" ? 1 : /\d/.test(character) ? Number(character) : 0;
  return sum % 10;
}
