import { nsPerSecond } from "../domain/clock.ts";
import type { RandomStream } from "../domain/random.ts";
import { exposure, fastestExposure, slowestExposure, voltageFactor } from "./law.ts";
import type { Law } from "./law.ts";

/**
 * Poisson processes of unit rate in ∫ σ(T, V)·flux dt, one a hazard: when what happens, and nothing of where.
 *
 *   stream ─exp(1)→ next arrival, as exposure ─law→ its time
 *
 * Arrivals are drawn as exposure and not as time, so they do not depend on when, or how often, somebody looks.
 */
export interface Hazard {
  /** At 25 °C and the voltage its rail is made for. */
  readonly crossSectionCm2: number;
  readonly temperatureCoefficientPerC: number;
  readonly voltageCoefficient: number;
  readonly rail: string | null;
  readonly arrivals: RandomStream;
}

/** `hazard`: index of it. */
export interface Arrival {
  readonly hazard: number;
  readonly tNs: number;
}

export interface Arrivals {
  /** From `law.sinceNs` on another law holds. */
  turn(law: Law): void;
  /** What has arrived by this time and was not handed out yet, by hazard and time; Infinity-safe: a hazard struck more often than `mostAtOnce` between two looks is noise. */
  before(untilNs: number): readonly Arrival[];
  /** When the next one comes if the law stays as it is; Infinity: never. */
  nextNs(): number;
}

/** A hazard met more often than this between two looks is noise; the rest is not drawn, so memory stays bounded. */
const mostAtOnce = 10_000;
const none: readonly Arrival[] = [];

interface Target extends Hazard {
  readonly index: number;
  nextAt: number;
}

/** Hazards that follow temperature and voltage alike share one exposure. */
interface Group {
  readonly coefficientPerC: number;
  readonly factor: (law: Law) => number;
  readonly targets: Target[];
  /** Exposure up to `law.sinceNs`. */
  before: number;
}

/** From `fromNs` on, under the law `first`, which may be in force for longer. */
export function arrivalsOf(hazards: readonly Hazard[], first: Law, fromNs: number): Arrivals {
  const groups = groupsOf(hazards);
  let law = first;
  let lookedNs = fromNs;
  /** Nothing arrives before this time. */
  let quietUntilNs = fromNs;
  let waiting: Arrival[] = [];

  const gained = (group: Group, ns: number): number =>
    group.factor(law) * exposure(law, group.coefficientPerC, ns);
  const exposureAt = (group: Group, ns: number): number => group.before + gained(group, ns);
  // What the first law gave before `fromNs` does not count.
  for (const group of groups) group.before = -gained(group, fromNs);

  /** When the exposure reaches this much, to the nanosecond, by bisection. */
  const timeOf = (group: Group, exposed: number, fromTimeNs: number, untilNs: number): number => {
    let [low, high] = [fromTimeNs, untilNs];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (exposureAt(group, middle) < exposed) low = middle;
      else high = middle;
    }
    return high;
  };
  const look = (untilNs: number): void => {
    if (untilNs <= quietUntilNs) return;
    const sinceNs = Math.max(law.sinceNs, Math.min(lookedNs, untilNs));
    let quietSeconds = Infinity;
    for (const group of groups) {
      const reached = exposureAt(group, untilNs);
      let soonest = Infinity;
      for (const target of group.targets) {
        for (let drawn = 0; target.nextAt <= reached && drawn < mostAtOnce; drawn++) {
          waiting.push({ hazard: target.index, tNs: timeOf(group, target.nextAt, sinceNs, untilNs) });
          target.nextAt += gap(target);
        }
        if (target.nextAt <= reached) target.nextAt = reached + gap(target);
        soonest = Math.min(soonest, target.nextAt);
      }
      const fastest = group.factor(law) * fastestExposure(law, group.coefficientPerC);
      if (fastest > 0) quietSeconds = Math.min(quietSeconds, (soonest - reached) / fastest);
    }
    lookedNs = Math.max(lookedNs, untilNs);
    quietUntilNs = untilNs + quietSeconds * nsPerSecond;
  };

  return {
    turn: (next) => {
      look(next.sinceNs);
      for (const group of groups) group.before = exposureAt(group, next.sinceNs);
      law = next;
      lookedNs = next.sinceNs;
      quietUntilNs = next.sinceNs;
    },
    before: (untilNs) => {
      look(untilNs);
      if (waiting.length === 0) return none;
      const arrived = waiting;
      waiting = [];
      return arrived;
    },
    nextNs: () => {
      let soonest = waiting.reduce((least, { tNs }) => Math.min(least, tNs), Infinity);
      for (const group of groups) {
        const nextAt = group.targets.reduce((least, target) => Math.min(least, target.nextAt), Infinity);
        const slowest = group.factor(law) * slowestExposure(law, group.coefficientPerC);
        if (!(slowest > 0)) continue;
        const fromTimeNs = Math.max(law.sinceNs, lookedNs);
        const longestNs = ((nextAt - exposureAt(group, fromTimeNs)) / slowest) * nsPerSecond;
        // Beyond what a clock of whole nanoseconds can tell (104 days) it is never.
        if (!(fromTimeNs + longestNs < Number.MAX_SAFE_INTEGER / 2)) continue;
        soonest = Math.min(soonest, timeOf(group, nextAt, fromTimeNs, Math.ceil(fromTimeNs + longestNs) + 1));
      }
      return soonest;
    },
  };
}

function groupsOf(hazards: readonly Hazard[]): readonly Group[] {
  const groups = new Map<string, Group>();
  hazards.forEach((hazard, index) => {
    if (!(hazard.crossSectionCm2 > 0)) return;
    const { temperatureCoefficientPerC: coefficientPerC, voltageCoefficient, rail } = hazard;
    const key = JSON.stringify([coefficientPerC, voltageCoefficient, rail]);
    const factor = (law: Law): number => voltageFactor(law, voltageCoefficient, rail);
    const group = groups.get(key) ?? { coefficientPerC, factor, targets: [], before: 0 };
    groups.set(key, group);
    group.targets.push({ ...hazard, index, nextAt: gap(hazard) });
  });
  return [...groups.values()];
}

/** Exposure from one arrival to the next. */
function gap({ arrivals, crossSectionCm2 }: Hazard): number {
  return -Math.log(1 - arrivals.nextFloat()) / crossSectionCm2;
}
