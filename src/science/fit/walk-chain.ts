import type { RandomStream } from "../../domain/random.ts";
import type { CurveBlock } from "./curve-block.ts";
import type { Likelihood } from "./likelihood.ts";
import { normalDraw } from "./random-draws.ts";
import { randomWalk } from "./random-walk.ts";

export interface SampledSession {
  readonly id: string;
  readonly logSigma: number;
  /** Of every response, the session's place in its table; −1 where it was not there. */
  readonly places: readonly number[];
}

export interface WalkPlan {
  readonly warmUp: number;
  readonly draws: number;
  readonly thin: number;
  readonly startFrom: (block: CurveBlock, random: RandomStream) => Float64Array;
}

/** A block under way: likelihoods stand twice, at where the walk is and at where it would go, and change places when it goes. */
interface Walker {
  readonly block: CurveBlock;
  readonly walk: ReturnType<typeof randomWalk>;
  state: Float64Array;
  tried: Float64Array;
  here: Likelihood;
  there: Likelihood;
  value: number;
  logPlateau: number;
  readonly scales: Float64Array;
  /** Of each session, its share of the events: the plateau's place moves against their scales. */
  readonly sessionShares: Float64Array;
}

const mostStarts = 1000;

/**
 * One chain: a sweep moves every curve at given session scales by a step and a leap, every session's scale at given curves, and then scales up and plateaus down by one step, along
 * the ridges on which counts say nothing. Kept numbers, each over the draws: of every block its state, of every uncertain session its scale.
 */
export function walkChain(
  blocks: readonly CurveBlock[],
  sessions: readonly SampledSession[],
  random: RandomStream,
  { warmUp, draws, thin, startFrom }: WalkPlan,
): Float64Array[] {
  const walkers = blocks.map((block) => begin(block, random, startFrom));
  const uncertain = sessions
    .map((session, place) => ({ ...session, place }))
    .filter(({ logSigma }) => logSigma > 0);
  const logScales = new Float64Array(sessions.length);
  const strides = uncertain.map(({ logSigma, places }) => {
    const counted = blocks.reduce((sum, { response: { table } }, k) => {
      const place = places[k]!;
      return sum + table.events.reduce((all, n, i) => (table.session[i] === place ? all + n : all), 0);
    }, 0);
    return 2.4 / Math.sqrt(counted + 1 / logSigma ** 2);
  });
  const islands = islandsOf(uncertain, blocks);
  const changes = new Float64Array(walkers.length);
  const accept = (gain: number): boolean => Math.log(1 - random.nextFloat()) < gain;
  /** A session's scale alone: only its own counts speak. */
  const moveOne = ({ place, logSigma, places }: (typeof uncertain)[number], stride: number): void => {
    const before = logScales[place]!;
    const after = before + stride * normalDraw(random);
    let gain = (before * before - after * after) / (2 * logSigma * logSigma);
    walkers.forEach(({ here, logPlateau }, k) => {
      const own = places[k]!;
      changes[k] =
        own < 0 ? 0 : here.ofSession(own, logPlateau + before) - here.ofSession(own, logPlateau + after);
      gain += changes[k];
    });
    if (!accept(gain)) return;
    logScales[place] = after;
    walkers.forEach((walker, k) => {
      walker.value += changes[k]!;
      if (places[k]! >= 0) walker.scales[places[k]!] = after;
    });
  };
  /** All scales of an island up and its plateaus down: counts of its uncertain sessions do not notice. */
  const moveTogether = ({ members, walkersIn, stride }: Island): void => {
    const by = stride * normalDraw(random);
    let gain = 0;
    for (const { place, logSigma } of members)
      gain -= (by * (2 * logScales[place]! + by)) / (2 * logSigma * logSigma);
    for (const k of walkersIn) {
      const { block, here, logPlateau, scales } = walkers[k]!;
      changes[k] = block.plateauDensity(logPlateau - by) - block.plateauDensity(logPlateau);
      for (const { logSigma, places } of sessions) {
        const own = places[k]!;
        if (logSigma > 0 || own < 0) continue;
        const factor = logPlateau + scales[own]!;
        changes[k] += here.ofSession(own, factor) - here.ofSession(own, factor - by);
      }
      gain += changes[k];
    }
    if (!accept(gain)) return;
    for (const { place } of members) logScales[place]! += by;
    for (const k of walkersIn) {
      const walker = walkers[k]!;
      walker.value += changes[k]!;
      walker.state[walker.block.plateauPlace]! -= by;
      walker.logPlateau -= by;
      for (const { place, places } of members)
        if (places[k]! >= 0) walker.scales[places[k]!] = logScales[place]!;
    }
  };

  const columns = blocks.reduce((sum, { size }) => sum + size, 0) + uncertain.length;
  const kept = Array.from({ length: columns }, () => new Float64Array(draws));
  for (let sweep = -warmUp; sweep < draws * thin; sweep++) {
    if (sweep === 0) for (const { walk } of walkers) walk.freeze();
    for (const walker of walkers) {
      step(walker, random);
      leap(walker, random);
    }
    uncertain.forEach((session, u) => moveOne(session, strides[u]!));
    for (const island of islands) moveTogether(island);
    if (sweep < 0 || (sweep + 1) % thin !== 0) continue;
    const draw = (sweep + 1) / thin - 1;
    let column = 0;
    for (const { state } of walkers) for (const value of state) kept[column++]![draw] = value;
    for (const { place } of uncertain) kept[column++]![draw] = logScales[place]!;
  }
  return kept;
}

type Uncertain = SampledSession & { readonly place: number };

/** Sessions tied together by curves that were measured in several of them: what a common shift of their scales does, no count tells. */
interface Island {
  readonly members: readonly Uncertain[];
  readonly walkersIn: readonly number[];
  readonly stride: number;
}

/** Those with a curve whose plateau cannot give way are left out. */
function islandsOf(uncertain: readonly Uncertain[], blocks: readonly CurveBlock[]): Island[] {
  let groups: { members: Uncertain[]; walkersIn: Set<number> }[] = [];
  for (const session of uncertain) {
    const own = new Set([...blocks.keys()].filter((k) => session.places[k]! >= 0));
    const met = groups.filter(({ walkersIn }) => [...own].some((k) => walkersIn.has(k)));
    groups = [
      ...groups.filter((group) => !met.includes(group)),
      {
        members: [...met.flatMap(({ members }) => members), session],
        walkersIn: new Set([...met.flatMap(({ walkersIn }) => [...walkersIn]), ...own]),
      },
    ];
  }
  return groups
    .map(({ members, walkersIn }) => ({
      members,
      walkersIn: [...walkersIn],
      stride: 2.4 / Math.sqrt(members.reduce((sum, { logSigma }) => sum + 1 / logSigma ** 2, 0)),
    }))
    .filter(({ walkersIn }) => walkersIn.every((k) => blocks[k]!.plateauPlace >= 0));
}

function begin(block: CurveBlock, random: RandomStream, startFrom: WalkPlan["startFrom"]): Walker {
  const scales = new Float64Array(block.response.table.sessions.length);
  const here = block.newLikelihood();
  for (let attempt = 0; ; attempt++) {
    const state = attempt < mostStarts ? startFrom(block, random) : Float64Array.from(block.centre);
    const { value, logPlateau } = block.weigh(here, state, scales);
    if (value > -Infinity || attempt === mostStarts)
      return {
        block,
        walk: randomWalk(block.size, block.centre, block.covariance, random),
        state,
        tried: new Float64Array(block.size),
        here,
        there: block.newLikelihood(),
        value,
        logPlateau,
        scales,
        sessionShares: sharesOf(block),
      };
  }
}

function sharesOf({ response: { table } }: CurveBlock): Float64Array {
  const shares = new Float64Array(table.sessions.length);
  const total = table.events.reduce((sum, n) => sum + n, 0);
  if (total > 0) for (const [i, n] of table.events.entries()) shares[table.session[i]!]! += n / total;
  return shares;
}

/** What to add to the plateau's place so that it means the same whatever the scales: the logarithm of the events themselves. */
function shiftOf({ scales, sessionShares }: Walker): number {
  let shift = 0;
  for (let s = 0; s < scales.length; s++) shift += sessionShares[s]! * scales[s]!;
  return shift;
}

function step(walker: Walker, random: RandomStream): void {
  walker.walk.propose(walker.state, walker.tried);
  const accepted = tryIt(walker, random, 0);
  const place = walker.block.plateauPlace;
  walker.tried.set(walker.state);
  if (place >= 0) walker.tried[place]! += shiftOf(walker);
  walker.walk.learn(walker.tried, accepted);
}

/** Leaps are learnt and made with the scales taken out of the plateau. */
function leap(walker: Walker, random: RandomStream): void {
  const { walk, block, tried } = walker;
  const place = block.plateauPlace;
  const shift = place >= 0 ? shiftOf(walker) : 0;
  tried.set(walker.state);
  if (place >= 0) tried[place]! += shift;
  const before = walk.leapDensity(tried);
  walk.leap(tried);
  const after = walk.leapDensity(tried);
  if (place >= 0) tried[place]! -= shift;
  tryIt(walker, random, before - after);
}

function tryIt(walker: Walker, random: RandomStream, correction: number): boolean {
  const { value, logPlateau } = walker.block.weigh(walker.there, walker.tried, walker.scales);
  if (!(Math.log(1 - random.nextFloat()) < value - walker.value + correction)) return false;
  [walker.state, walker.tried] = [walker.tried, walker.state];
  [walker.here, walker.there] = [walker.there, walker.here];
  walker.value = value;
  walker.logPlateau = logPlateau;
  return true;
}
