import type { DeadCause } from "../domain/records.ts";

/**
 * When a run was live, and the fluence it took meanwhile (TIM-3, TIM-5).
 *
 *   segments  ├────────────────┤  outage (host gone)  ├────────────┤
 *   dead          ├──┤  ├─┤                             ├──┤
 *   counter   •     •     •    •       not bridged    •     •     •      read, joined by straight lines
 *   live      └──┘    └┘  └────┘                      └─┘    └─────┘     fluence = counter over live time
 */
export interface Timeline {
  /** Start of the open segment, null between segments. */
  readonly openNs: number | null;
  /** Length of the closed segments. */
  readonly closedNs: number;
  readonly closedDeadNs: number;
  /** Disjoint dead intervals in order of time, those behind the horizon left out. */
  readonly dead: readonly Span[];
  readonly deadNsByCause: Readonly<Partial<Record<DeadCause, number>>>;
  /** Counter readings: time, and fluence since the run began with restarts of the counter taken out. */
  readonly knots: readonly Knot[];
  readonly rawCounter: number | null;
  readonly counterRestarts: number;
  readonly deadFluenceBehind: number;
  /** What lies before is settled: kept as sums only, so that memory is bounded however long the run. */
  readonly horizonNs: number;
}

export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface Knot {
  readonly tNs: number;
  readonly fluencePerCm2: number;
}

export interface LiveAccount {
  readonly elapsedSeconds: number;
  readonly liveSeconds: number;
  readonly deadSeconds: number;
  readonly fluenceGrossPerCm2: number;
  readonly fluenceLivePerCm2: number;
}

/** More than a day of readings at one a second, and more recoveries than any board survives in it. */
const mostKnots = 131_072;
const mostSpans = 8_192;
const nsPerSecond = 1e9;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function newTimeline(): Timeline {
  return {
    openNs: null,
    closedNs: 0,
    closedDeadNs: 0,
    dead: [],
    deadNsByCause: {},
    knots: [],
    rawCounter: null,
    counterRestarts: 0,
    deadFluenceBehind: 0,
    horizonNs: -Infinity,
  };
}

/** A segment begins; what the counter gained since its last reading belongs to nobody. */
export function openSegment(timeline: Timeline, tNs: number): void {
  const line: Writable<Timeline> = timeline;
  line.openNs = tNs;
  line.rawCounter = null;
}

export function closeSegment(timeline: Timeline, tNs: number): void {
  const line: Writable<Timeline> = timeline;
  if (line.openNs === null) return;
  line.closedNs += Math.max(0, tNs - line.openNs);
  line.openNs = null;
}

/** Marks time as not live, within the open segment only; time that is dead twice counts once, under its first cause. */
export function addDead(timeline: Timeline, fromNs: number, toNs: number, cause: DeadCause): void {
  const line: Writable<Timeline> = timeline;
  if (line.openNs === null) return;
  let span: Span = { fromNs: Math.max(fromNs, line.openNs, line.horizonNs), toNs };
  if (!(span.toNs > span.fromNs)) return;
  const spans = line.dead as Span[];
  let first = spans.length;
  while (first > 0 && spans[first - 1]!.toNs >= span.fromNs) first--;
  let last = first;
  let before = 0;
  for (; last < spans.length && spans[last]!.fromNs <= span.toNs; last++) {
    const other = spans[last]!;
    before += other.toNs - other.fromNs;
    span = { fromNs: Math.min(span.fromNs, other.fromNs), toNs: Math.max(span.toNs, other.toNs) };
  }
  spans.splice(first, last - first, span);
  const gainedNs = span.toNs - span.fromNs - before;
  line.closedDeadNs += gainedNs;
  line.deadNsByCause = {
    ...line.deadNsByCause,
    [cause]: (line.deadNsByCause[cause] ?? 0) + gainedNs,
  };
  if (spans.length > mostSpans) settle(line, spans[spans.length >> 1]!.toNs);
}

/** A reading of the cumulative counter; `restarts` are those that it took out of its count itself. A smaller one than before is a counter that was restarted: what it shows is what it gained. */
export function addReading(timeline: Timeline, tNs: number, counterPerCm2: number, restarts = 0): void {
  const line: Writable<Timeline> = timeline;
  if (line.openNs === null || !(counterPerCm2 >= 0)) return;
  const knots = line.knots as Knot[];
  const sum = knots.at(-1)?.fluencePerCm2 ?? 0;
  let gained = 0;
  if (line.rawCounter !== null) {
    const restarted = counterPerCm2 < line.rawCounter;
    if (restarted) line.counterRestarts++;
    gained = restarted ? counterPerCm2 : counterPerCm2 - line.rawCounter;
  }
  line.counterRestarts += restarts;
  line.rawCounter = counterPerCm2;
  knots.push({ tNs, fluencePerCm2: sum + gained });
  if (knots.length > mostKnots) settle(line, knots[knots.length >> 1]!.tNs);
}

/** The account so far; an open segment counts up to `nowNs`. */
export function liveAccount(timeline: Timeline, nowNs: number): LiveAccount {
  const open = timeline.openNs === null ? 0 : Math.max(0, nowNs - timeline.openNs);
  const elapsedNs = timeline.closedNs + open;
  const deadNs = Math.min(timeline.closedDeadNs, elapsedNs);
  const gross = timeline.knots.at(-1)?.fluencePerCm2 ?? 0;
  let dead = timeline.deadFluenceBehind;
  for (const span of timeline.dead) dead += fluenceWithin(timeline.knots, span);
  return {
    elapsedSeconds: elapsedNs / nsPerSecond,
    liveSeconds: (elapsedNs - deadNs) / nsPerSecond,
    deadSeconds: deadNs / nsPerSecond,
    fluenceGrossPerCm2: gross,
    fluenceLivePerCm2: Math.max(0, gross - dead),
  };
}

/** Fluence taken within a span, the counter read by straight lines between its knots and flat outside them. */
function fluenceWithin(knots: readonly Knot[], span: Span): number {
  return fluenceAt(knots, span.toNs) - fluenceAt(knots, span.fromNs);
}

function fluenceAt(knots: readonly Knot[], tNs: number): number {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (knots[middle]!.tNs <= tNs) low = middle + 1;
    else high = middle;
  }
  const after = knots[low];
  const before = knots[low - 1];
  if (before === undefined) return after?.fluencePerCm2 ?? 0;
  if (after === undefined) return before.fluencePerCm2;
  const share = (tNs - before.tNs) / (after.tNs - before.tNs);
  return before.fluencePerCm2 + share * (after.fluencePerCm2 - before.fluencePerCm2);
}

/** Keeps what lies before `horizonNs` as sums; a dead interval reported later than that counts from the horizon on. */
function settle(line: Writable<Timeline>, horizonNs: number): void {
  const kept: Span[] = [];
  for (const span of line.dead) {
    const behind = { fromNs: span.fromNs, toNs: Math.min(span.toNs, horizonNs) };
    if (behind.toNs > behind.fromNs) line.deadFluenceBehind += fluenceWithin(line.knots, behind);
    if (span.toNs > horizonNs) kept.push({ fromNs: Math.max(span.fromNs, horizonNs), toNs: span.toNs });
  }
  const firstAfter = line.knots.findIndex((knot) => knot.tNs > horizonNs);
  const from = firstAfter < 0 ? line.knots.length - 1 : firstAfter - 1;
  line.dead = kept;
  line.knots = line.knots.slice(Math.max(0, from));
  line.horizonNs = horizonNs;
}
