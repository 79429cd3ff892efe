import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import { RigError } from "../../domain/errors.ts";
import type { RandomStream } from "../../domain/random.ts";
import { dirichletDraw } from "./random-draws.ts";

/** How many cells one particle upsets: shares of events by their size, not of bits. */
export interface Multiplicity {
  readonly events: number;
  readonly cells: number;
  /** Of 1, 2, … cells; the last holds that size and all above. Jeffreys' ½ is added to each. */
  readonly sizes: readonly {
    readonly cells: number;
    readonly events: number;
    readonly share: number;
    readonly lower: number;
    readonly upper: number;
  }[];
  readonly confidence: number;
  /** Of the events, with the tail at the sizes it was seen at; null: no event. */
  readonly meanCells: number | null;
}

const addedToEach = 0.5;

/** `sizes`: of every event its number of cells; `largest`: the size from which on all are one. The posterior is Dirichlet, each share's interval a beta's. */
export function multiplicityOf(sizes: readonly number[], largest: number, confidence = 0.95): Multiplicity {
  if (!Number.isSafeInteger(largest) || largest < 1)
    throw new RigError("config", `${largest} is no size of an event; expected 1 or more cells`);
  const counts = new Array<number>(largest).fill(0);
  let cells = 0;
  for (const size of sizes) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw new RigError("config", `an event of ${size} cells; expected a whole number from 1`);
    counts[Math.min(size, largest) - 1]!++;
    cells += size;
  }
  const events = sizes.length;
  const whole = events + largest * addedToEach;
  return {
    events,
    cells,
    sizes: counts.map((count, i) => {
      const own = count + addedToEach;
      const isAll = largest === 1;
      return {
        cells: i + 1,
        events: count,
        share: own / whole,
        lower: isAll ? 1 : betaQuantile((1 - confidence) / 2, own, whole - own),
        upper: isAll ? 1 : betaQuantile((1 + confidence) / 2, own, whole - own),
      };
    }),
    confidence,
    meanCells: events === 0 ? null : cells / events,
  };
}

/** One draw of all shares. */
export function drawMultiplicity({ sizes }: Multiplicity, random: RandomStream): number[] {
  return dirichletDraw(
    sizes.map(({ events }) => events + addedToEach),
    random,
  );
}
