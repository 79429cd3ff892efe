import type { OccupiedStructure } from "../board/surroundings.ts";
import type { RandomStream } from "../domain/random.ts";
import { arrivalsOf } from "./arrivals.ts";
import { upsetCells } from "./cells-upset.ts";
import type { UpsetWord } from "./cells-upset.ts";
import type { Law } from "./law.ts";

/**
 * Particles on one board: in every structure a Poisson process, and where each of them lands.
 *
 *   arrivals ─time→ cells of the structure, one or several in a row ─→ words and bits
 *
 * A look ahead (the end of an iteration) uses the law of now: if the shutter closes meanwhile, what was handed out stays
 * out, and the count follows the true exposure again at the next look.
 */
export interface Particle extends UpsetWord {
  readonly structure: string;
  readonly tNs: number;
  /** Words that this one particle upset: it stands here once for each of them. */
  readonly wordsOfEvent: number;
  readonly by: "particle" | "sefi";
}

export interface Rain {
  /** From `law.sinceNs` on another law holds. */
  turn(law: Law): void;
  /** What fell before this time and was not handed out yet, in order of time. */
  fallenBefore(untilNs: number): readonly Particle[];
}

export interface Exposed extends OccupiedStructure {
  /** cm² a bit, at 25 °C. */
  readonly crossSectionPerBitCm2: number;
  readonly arrivals: RandomStream;
  readonly places: RandomStream;
  /** Where not given: the coefficient of the board, no voltage, single cells. */
  readonly temperatureCoefficientPerC?: number;
  readonly voltageCoefficient?: number;
  readonly rail?: string | null;
  readonly multiplicity?: readonly number[];
  readonly interleave?: number;
  readonly shapes?: RandomStream;
  /** The part of it that is struck: its first word and bit; `words` and `bits` are of that part. */
  readonly firstWord?: number;
  readonly firstBit?: number;
  readonly by?: Particle["by"];
}

const none: readonly Particle[] = [];
const singleCells = [1] as const;

/** From `fromNs` on, under the law `first`, which may be in force for longer. */
export function rainOn(
  structures: readonly Exposed[],
  coefficientPerC: number,
  first: Law,
  fromNs: number,
): Rain {
  const hazards = structures.map((one) => ({
    crossSectionCm2: one.crossSectionPerBitCm2 * one.words * one.bits,
    temperatureCoefficientPerC: one.temperatureCoefficientPerC ?? coefficientPerC,
    voltageCoefficient: one.voltageCoefficient ?? 0,
    rail: one.rail ?? null,
    arrivals: one.arrivals,
  }));
  const arrivals = arrivalsOf(hazards, first, fromNs);
  return {
    turn: (law) => arrivals.turn(law),
    fallenBefore: (untilNs) => {
      const arrived = arrivals.before(untilNs);
      if (arrived.length === 0) return none;
      return arrived
        .flatMap(({ hazard, tNs }) => fallOn(structures[hazard]!, tNs))
        .sort((a, b) => a.tNs - b.tNs);
    },
  };
}

function fallOn(one: Exposed, tNs: number): Particle[] {
  const { words, bits, multiplicity = singleCells, interleave = 1, places, shapes = places } = one;
  const { name: structure, firstWord = 0, firstBit = 0, by = "particle" } = one;
  const upset = upsetCells({ words, bits, multiplicity, interleave }, places, shapes);
  return upset.map(({ word, mask }) => ({
    structure,
    word: firstWord + word,
    mask: (mask << firstBit) >>> 0,
    tNs,
    wordsOfEvent: upset.length,
    by,
  }));
}
