import type { OccupiedStructure } from "../board/surroundings.ts";
import { nsPerSecond } from "../domain/clock.ts";
import type { RandomStream } from "../domain/random.ts";
import { exposure, fastestExposure } from "./law.ts";
import type { Law } from "./law.ts";

/**
 * Particles on one board: in every structure a Poisson process of unit rate in ∫ σ(T)·bits·flux dt.
 *
 *   stream ─exp(1)→ next arrival, as exposure ─law→ its time ─→ word, bit
 *
 * Arrivals are drawn as exposure and not as time, so they do not depend on when, or how often, somebody looks.
 * A look ahead (the end of an iteration) uses the law of now: if the shutter closes meanwhile, what was handed out stays
 * out, and the count follows the true exposure again at the next look.
 */
export interface Particle {
  readonly structure: string;
  readonly word: number;
  readonly mask: number;
  readonly tNs: number;
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
}

/** A structure hit more often than this between two looks is noise; the rest is not drawn, so memory stays bounded. */
const mostAtOnce = 10_000;

const none: readonly Particle[] = [];

/** From `fromNs` on, under the law `first`, which may be in force for longer. */
export function rainOn(
  structures: readonly Exposed[],
  coefficientPerC: number,
  first: Law,
  fromNs: number,
): Rain {
  const targets = structures
    .map((structure) => ({
      ...structure,
      crossSectionCm2: structure.crossSectionPerBitCm2 * structure.words * structure.bits,
    }))
    .filter((target) => target.crossSectionCm2 > 0)
    .map((target) => ({ ...target, nextAt: gap(target) }));
  let law = first;
  /** Exposure up to `law.sinceNs`; what the first law gave before `fromNs` does not count. */
  let before = -exposure(first, coefficientPerC, fromNs);
  /** Nothing falls before this time. */
  let quietUntilNs = fromNs;
  let lookedNs = fromNs;
  let waiting: Particle[] = [];

  const exposureAt = (ns: number): number => before + exposure(law, coefficientPerC, ns);
  const look = (untilNs: number): void => {
    if (untilNs <= quietUntilNs) return;
    const reached = exposureAt(untilNs);
    let soonest = Infinity;
    for (const target of targets) {
      for (let drawn = 0; target.nextAt <= reached && drawn < mostAtOnce; drawn++) {
        const word = target.places.nextBelow(target.words);
        const mask = (1 << target.places.nextBelow(target.bits)) >>> 0;
        waiting.push({ structure: target.name, word, mask, tNs: timeOf(target.nextAt, untilNs) });
        target.nextAt += gap(target);
      }
      if (target.nextAt <= reached) target.nextAt = reached + gap(target);
      soonest = Math.min(soonest, target.nextAt);
    }
    lookedNs = Math.max(lookedNs, untilNs);
    const fastest = fastestExposure(law, coefficientPerC);
    const quietSeconds = fastest > 0 ? (soonest - reached) / fastest : Infinity;
    quietUntilNs = untilNs + quietSeconds * nsPerSecond;
  };
  /** When the exposure reaches this much, to the nanosecond, by bisection. */
  const timeOf = (exposed: number, untilNs: number): number => {
    let [low, high] = [Math.max(law.sinceNs, Math.min(lookedNs, untilNs)), untilNs];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (exposureAt(middle) < exposed) low = middle;
      else high = middle;
    }
    return high;
  };

  return {
    turn: (next) => {
      look(next.sinceNs);
      before = exposureAt(next.sinceNs);
      law = next;
      lookedNs = next.sinceNs;
      quietUntilNs = next.sinceNs;
    },
    fallenBefore: (untilNs) => {
      look(untilNs);
      if (waiting.length === 0) return none;
      const fallen = waiting.sort((a, b) => a.tNs - b.tNs);
      waiting = [];
      return fallen;
    },
  };
}

/** Exposure from one arrival to the next. */
function gap(target: { readonly arrivals: RandomStream; readonly crossSectionCm2: number }): number {
  return -Math.log(1 - target.arrivals.nextFloat()) / target.crossSectionCm2;
}
