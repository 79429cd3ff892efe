import type { EccRec } from "../domain/error-records.ts";
import type { Exposure } from "../domain/exposure.ts";
import type { EccResult } from "../domain/result.ts";
import { shareOf, countedCrossSection } from "./estimate.ts";

/**
 * What memories reported of themselves in one run, by place (docs/ecc.md).
 *
 *   ecc records ─addErrors→ errors, by place ─┬→ in a beam: cross-section of the count, cm²
 *   strike ─closeStrike→ strikes that had any ┴→ by injection: share of the strikes
 *
 * Counters count errors, not events: a word that stays wrong is counted at each read, an upset of several words several times.
 */
export interface EccTally {
  readonly places: Readonly<Record<string, PlaceTally>>;
  /** Since the strike before: of the one under way. */
  readonly underWay: readonly EccRec[];
  /** Events of one boot come in order, and some again after a crash of the host: these are counted. */
  readonly last: { readonly bootId: number; readonly event: number };
  /** The latest: they leave their count when it comes out that nobody knows the beam they came from. */
  readonly lately: readonly EccRec[];
}

interface PlaceTally {
  readonly corrected: number;
  readonly uncorrected: number;
  readonly strikesCorrected: number;
  readonly strikesUncorrected: number;
}

const nothing: PlaceTally = { corrected: 0, uncorrected: 0, strikesCorrected: 0, strikesUncorrected: 0 };

export function noErrors(): EccTally {
  return { places: {}, underWay: [], last: { bootId: 0, event: 0 }, lately: [] };
}

const mostLately = 4_096;

/** One that was counted before changes nothing. */
export function addErrors(tally: EccTally, record: EccRec, injected: boolean): EccTally {
  if (isCounted(tally, record)) return tally;
  const { bootId, event, live } = record;
  const last = { bootId, event };
  if (!live) return { ...tally, last };
  const lately = tally.lately as EccRec[];
  lately.push(record);
  if (lately.length > mostLately) lately.shift();
  return {
    places: plus(tally.places, record, record.corrected, record.uncorrected),
    underWay: injected ? [...tally.underWay, record] : [],
    last,
    lately,
  };
}

/** Whether this event of the board is in already. */
export function isCounted(
  { last }: EccTally,
  { bootId, event }: { readonly bootId: number; readonly event: number },
): boolean {
  return bootId === last.bootId && event <= last.event;
}

/** The strike under way has ended; `counts`: its end is known and its own. */
export function closeStrike(tally: EccTally, counts: boolean): EccTally {
  if (tally.underWay.length === 0) return tally;
  let { places } = tally;
  const structures = counts ? new Set(tally.underWay.map(({ structure }) => structure)) : [];
  for (const structure of structures) {
    const mine = tally.underWay.filter((record) => record.structure === structure);
    const was = placeAt(places, structure);
    places = {
      ...places,
      [structure]: {
        ...was,
        strikesCorrected: was.strikesCorrected + (mine.some(({ corrected }) => corrected > 0) ? 1 : 0),
        strikesUncorrected:
          was.strikesUncorrected + (mine.some(({ uncorrected }) => uncorrected > 0) ? 1 : 0),
      },
    };
  }
  return { ...tally, places, underWay: [] };
}

/** It was a strike that proves the path, and none of the run's: its errors leave their count. */
export function forgetUnderWay(tally: EccTally): EccTally {
  const places = tally.underWay.reduce(
    (left, record) => plus(left, record, -record.corrected, -record.uncorrected),
    tally.places,
  );
  return { ...tally, places, underWay: [] };
}

/** Nobody knows the beam of that time. */
export function disownErrors(tally: EccTally, fromNs: number, toNs: number): EccTally {
  const gone = tally.lately.filter(({ tNs }) => tNs > fromNs && tNs <= toNs);
  if (gone.length === 0) return tally;
  const lately = tally.lately.filter((record) => !gone.includes(record));
  const places = gone.reduce(
    (left, record) => plus(left, record, -record.corrected, -record.uncorrected),
    tally.places,
  );
  return { ...tally, places, lately };
}

/** The board chooses the names: `constructor` is a place like any other. */
function placeAt(places: EccTally["places"], structure: string): PlaceTally {
  return Object.hasOwn(places, structure) ? places[structure]! : nothing;
}

function plus(
  places: EccTally["places"],
  { structure }: EccRec,
  corrected: number,
  uncorrected: number,
): EccTally["places"] {
  const was = placeAt(places, structure);
  return {
    ...places,
    [structure]: {
      ...was,
      corrected: was.corrected + corrected,
      uncorrected: was.uncorrected + uncorrected,
    },
  };
}

export function sumErrors(all: readonly EccTally[]): EccTally {
  const places: Record<string, PlaceTally> = {};
  for (const tally of all)
    for (const [structure, more] of Object.entries(tally.places)) {
      const was = placeAt(places, structure);
      places[structure] = {
        corrected: was.corrected + more.corrected,
        uncorrected: was.uncorrected + more.uncorrected,
        strikesCorrected: was.strikesCorrected + more.strikesCorrected,
        strikesUncorrected: was.strikesUncorrected + more.strikesUncorrected,
      };
    }
  return { ...noErrors(), places };
}

/** By name of the place; `trials`: strikes with an end of their own. Places at which nothing was counted are not there. */
export function eccResults({ places }: EccTally, exposure: Exposure, trials: number): EccResult[] {
  return Object.keys(places)
    .sort()
    .flatMap((structure) => {
      const place = places[structure]!;
      if (place.corrected === 0 && place.uncorrected === 0) return [];
      const injected = exposure.kind === "injection";
      const rate = (errors: number, strikes: number): EccResult["corrected"] => ({
        errors,
        strikes: injected ? strikes : null,
        rate: injected
          ? shareOf(strikes, trials)
          : exposure.kind === "beam"
            ? countedCrossSection(errors, exposure.fluenceLivePerCm2)
            : null,
      });
      return [
        {
          structure,
          corrected: rate(place.corrected, place.strikesCorrected),
          uncorrected: rate(place.uncorrected, place.strikesUncorrected),
        },
      ];
    });
}
