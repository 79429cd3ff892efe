import { randomStream } from "../domain/random.ts";
import type { DoseSpec } from "./device-schema.ts";

/**
 * Cells that a dose makes bad: a Poisson process over the dose above its onset, a pure function of seed, board and structure. So the
 * same part has the same bad cells at the same dose, whatever flux, time and power were.
 *
 *   rad(Si) above the onset ─exp(1)/perRadSi→ a cell goes bad ─┬ stuck: reads as one value at every temperature
 *                                                              └ retention: loses its charge between refreshes above its own temperature
 *
 * Leakage doubles every `doublingC`, so among retention cells P(shows at T) = 2^((T − allBelowC)/doublingC).
 */
export interface BadCell {
  readonly structure: string;
  /** Where it is, as parts of 2³² of the words and of the bits of a word: the cell is there whatever a workload puts around it. */
  readonly place: number;
  readonly bitPlace: number;
  readonly reads: 0 | 1;
  /** It shows while the die is warmer; null: always. */
  readonly aboveC: number | null;
  /** The part of the structure that it is in; null: anywhere. */
  readonly words: readonly [number, number] | null;
  readonly bits: readonly [number, number] | null;
}

const anywhere = { words: null, bits: null } as const;

export interface Wear {
  /** Dose at which the next cell goes bad, rad(Si); Infinity: none ever. */
  nextRadSi(): number;
  take(): BadCell;
}

export function wearOf(dose: DoseSpec, seed: number, board: string): Wear {
  const sources = dose.wear
    .filter(({ perRadSi }) => perRadSi > 0)
    .map((spec, index) => {
      const stream = randomStream(seed, board, spec.structure, "wear", index);
      const gap = (): number => -Math.log(1 - stream.nextFloat()) / spec.perRadSi;
      return { spec, stream, gap, nextRadSi: dose.onsetRadSi + gap() };
    });
  const first = (): (typeof sources)[number] | null =>
    sources.reduce<(typeof sources)[number] | null>(
      (soonest, one) => (soonest === null || one.nextRadSi < soonest.nextRadSi ? one : soonest),
      null,
    );
  return {
    nextRadSi: () => first()?.nextRadSi ?? Infinity,
    take: () => {
      const source = first();
      if (source === null) throw new RangeError("no cell of this device wears out");
      const { spec, stream } = source;
      const place = stream.nextU32();
      const bitPlace = stream.nextU32();
      const reads = stream.nextBelow(2) === 0 ? 0 : 1;
      const loses = stream.nextFloat() < spec.retentionShare;
      const shows = spec.allBelowC + spec.doublingC * Math.log2(1 - stream.nextFloat());
      source.nextRadSi += source.gap();
      // A cell that has lost its charge reads as discharged; which value that is differs from row to row (true and anti-cells).
      return { structure: spec.structure, place, bitPlace, reads, aboveC: loses ? shows : null, ...anywhere };
    },
  };
}
