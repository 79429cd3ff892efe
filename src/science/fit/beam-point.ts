import { RigError } from "../../domain/errors.ts";

/** Events of one kind counted in one beam: a run, or several of like conditions added together. */
export interface BeamPoint {
  /** Events, not bits: an upset of several cells is one (see `multiplicity.ts`). */
  readonly events: number;
  /** Live fluence, 1/cm². */
  readonly fluencePerCm2: number;
  /** LET in silicon at normal incidence, MeV·cm²/mg; null or absent where the beam has none that matters. */
  readonly letMeVCm2PerMg?: number | null;
  /** Energy of the protons or neutrons, MeV. */
  readonly energyMeV?: number | null;
  /** Angle between the beam and the normal of the die. */
  readonly tiltDeg?: number;
  /** Whose fluence scale this is: one error is common to all points of a session. */
  readonly sessionId: string;
  /** σ of the logarithm of that scale: 0.1 for 10 %. */
  readonly relFluenceUncertainty1Sigma: number;
  /** Events to expect without the beam, from control runs of like length; 0 where absent. */
  readonly backgroundEvents?: number;
}

/** What a cross-section is drawn against: LET of ions, or energy of protons and neutrons. */
export type Against = "let" | "energy";

/**
 * What a tilted ion counts as. `cosine`: LET/cos θ at fluence·cos θ, for a sensitive volume flat beside its width (the usual rule, ESCC 25100); `none`:
 * as it came, for volumes as high as wide (fin transistors). Protons and neutrons know no such rule.
 */
export type TiltRule = "cosine" | "none";

/** Beyond this the cosine rule is not believed (ESCC 25100 keeps to 60°). */
const steepestTiltDeg = 60;

/** Points of the same place and session added, in rising order of place: the likelihood is the same as of all of them. */
export interface CountTable {
  /** Effective LET or energy. */
  readonly at: Float64Array;
  readonly events: Float64Array;
  /** Effective, 1/cm². */
  readonly fluencePerCm2: Float64Array;
  readonly background: Float64Array;
  /** Place in `sessions`. */
  readonly session: Int32Array;
  readonly sessions: readonly { readonly id: string; readonly logSigma: number }[];
  /** Points before they were added together. */
  readonly points: number;
}

/** Impossible points are RigError `config`, one line each. A session whose points state different uncertainties has the largest of them. */
export function countTable(
  points: readonly BeamPoint[],
  against: Against,
  tilt: TiltRule = "cosine",
): CountTable {
  if (points.length === 0)
    throw new RigError(
      "config",
      "a cross-section needs at least one point of events and fluence; there is none",
    );
  const sigmas = new Map<string, number>();
  for (const point of points) {
    check(point, against);
    sigmas.set(
      point.sessionId,
      Math.max(sigmas.get(point.sessionId) ?? 0, point.relFluenceUncertainty1Sigma),
    );
  }
  const sessions = [...sigmas].map(([id, logSigma]) => ({ id, logSigma }));
  const places = new Map(sessions.map(({ id }, place) => [id, place]));
  const rows = new Map<
    string,
    { at: number; session: number; events: number; fluence: number; background: number }
  >();
  for (const point of points) {
    const { at, fluencePerCm2 } = effective(point, against, tilt);
    const session = places.get(point.sessionId)!;
    const key = `${at}|${session}`;
    const row = rows.get(key) ?? { at, session, events: 0, fluence: 0, background: 0 };
    rows.set(key, row);
    row.events += point.events;
    row.fluence += fluencePerCm2;
    row.background += point.backgroundEvents ?? 0;
  }
  const sorted = [...rows.values()].sort((a, b) => a.at - b.at || a.session - b.session);
  return {
    at: Float64Array.from(sorted, (row) => row.at),
    events: Float64Array.from(sorted, (row) => row.events),
    fluencePerCm2: Float64Array.from(sorted, (row) => row.fluence),
    background: Float64Array.from(sorted, (row) => row.background),
    session: Int32Array.from(sorted, (row) => row.session),
    sessions,
    points: points.length,
  };
}

function check(point: BeamPoint, against: Against): void {
  const {
    events,
    fluencePerCm2,
    tiltDeg = 0,
    sessionId,
    relFluenceUncertainty1Sigma: sigma,
    backgroundEvents = 0,
  } = point;
  const name = `session '${sessionId}'`;
  if (!Number.isSafeInteger(events) || events < 0)
    refuse(`${name}: ${events} is no count of events; give a whole number from 0`);
  if (!(fluencePerCm2 > 0 && fluencePerCm2 < Infinity))
    refuse(`${name}: a cross-section without exposure: fluence ${fluencePerCm2} per cm², expected above 0`);
  const at = against === "let" ? point.letMeVCm2PerMg : point.energyMeV;
  const [word, unit] = against === "let" ? ["LET", "MeV·cm²/mg"] : ["energy", "MeV"];
  if (at === null || at === undefined)
    refuse(`${name}: the point has no ${word}; a cross-section against ${word} needs one`);
  else if (!(at > 0 && at < Infinity)) refuse(`${name}: ${word} ${at} ${unit}, expected above 0`);
  if (!(tiltDeg >= 0 && tiltDeg < 90)) refuse(`${name}: tilt ${tiltDeg}°, expected 0 to below 90`);
  if (!(sigma >= 0 && sigma < 2))
    refuse(`${name}: relative fluence uncertainty ${sigma}, expected a share such as 0.1, from 0 to below 2`);
  if (!(backgroundEvents >= 0 && backgroundEvents < Infinity))
    refuse(`${name}: ${backgroundEvents} background events, expected 0 or more`);
}

function refuse(message: string): never {
  throw new RigError("config", message);
}

function effective(
  point: BeamPoint,
  against: Against,
  tilt: TiltRule,
): { at: number; fluencePerCm2: number } {
  if (against === "energy") return { at: point.energyMeV!, fluencePerCm2: point.fluencePerCm2 };
  if (tilt === "none" || !point.tiltDeg)
    return { at: point.letMeVCm2PerMg!, fluencePerCm2: point.fluencePerCm2 };
  const cosine = Math.cos((point.tiltDeg * Math.PI) / 180);
  return { at: point.letMeVCm2PerMg! / cosine, fluencePerCm2: point.fluencePerCm2 * cosine };
}

/** What to think of before such points are believed. */
export function pointCautions(
  points: readonly BeamPoint[],
  against: Against,
  tilt: TiltRule = "cosine",
): string[] {
  const steep = points.filter(({ tiltDeg = 0 }) => tiltDeg > steepestTiltDeg).length;
  return against === "let" && tilt === "cosine" && steep > 0
    ? [
        `${steep} of ${points.length} points are tilted beyond ${steepestTiltDeg}°, where effective LET is not to be believed`,
      ]
    : [];
}

/** Counts that scatter `factor` times as widely as Poisson's weigh so much less (quasi-likelihood, R. Wedderburn, Biometrika 61 (1974) 439). */
export function disperse(table: CountTable, factor: number): CountTable {
  const lighter = (values: Float64Array): Float64Array => values.map((value) => value / factor);
  return {
    ...table,
    events: lighter(table.events),
    fluencePerCm2: lighter(table.fluencePerCm2),
    background: lighter(table.background),
  };
}

/** Places (LETs, energies) that differ, and those of them at which anything was counted. */
export function placesOf({ at, events }: CountTable): {
  readonly all: readonly number[];
  readonly struck: readonly number[];
} {
  const values = [...at];
  return {
    all: [...new Set(values)],
    struck: [...new Set(values.filter((_, i) => events[i]! > 0))],
  };
}
