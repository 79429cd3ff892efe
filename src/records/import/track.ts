import type { RunCounters } from "./uart-frames.ts";

/**
 * Watches the good frames of one device in order of time: where they stop coming, and where the counters begin anew.
 *
 *   sightings, by time ─▶ Track ─▶ Happening[]
 */
export interface Sighting {
  /** Seconds since 1970 UTC by the reader's clock. */
  readonly seconds: number;
  /** Null where the frame has none, or where the clock was set back just before it and the time says nothing of them. */
  readonly counters: RunCounters | null;
}

/**
 * - `gap` no good frame for more than three frame periods, or for more than 30 s where fewer than three spacings are known
 * - `reset` the device began anew: its error count fell, or the instructions retired are not those that the time
 *   between two frames allows. That count wraps at 2^32, so the two are compared modulo 2^32, with a tolerance of two frames'
 *   worth and 0.5 % of the time between; where that leaves no judgement (hours without a frame) the error count alone decides.
 * - `clockStep` the reader's clock went back from one line of a file to the next
 */
export type Happening =
  | { readonly kind: "gap"; readonly fromSeconds: number; readonly toSeconds: number }
  | {
      readonly kind: "reset";
      readonly atSeconds: number;
      readonly evidence: "errors fell" | "retired jumped";
    }
  | { readonly kind: "clockStep"; readonly fromSeconds: number; readonly toSeconds: number };

/** How a device usually goes on: what its next frame is judged by. */
interface Habit {
  /** Median spacing of frames; null before three are known. */
  readonly periodSeconds: number | null;
  /** Instructions retired from one frame to the next, and a second; null before two frames told. */
  readonly step: number | null;
  readonly perSecond: number | null;
}

const periodsToGap = 3;
const secondsToGap = 30;
const spacingsKept = 63;
const modulus = 2 ** 32;

export class Track {
  #last: Sighting | null = null;
  #counted: { readonly seconds: number; readonly counters: RunCounters } | null = null;
  #spacings: number[] = [];
  #step: number | null = null;
  #advance = 0;
  #advanceSeconds = 0;
  /** After a reset another program may run: its pace is learnt from its first two frames, not judged by the old one. */
  #begunAnew = false;

  /** The next good frame in time; answers what happened since the one before. */
  see(next: Sighting): readonly Happening[] {
    const [previous, counted] = [this.#last, this.#counted];
    this.#last = next;
    if (next.counters !== null) this.#counted = { seconds: next.seconds, counters: next.counters };
    if (previous === null) return [];
    const habit = this.#habit();
    const found: Happening[] = [];
    const spacing = next.seconds - previous.seconds;
    if (spacing > (habit.periodSeconds === null ? secondsToGap : periodsToGap * habit.periodSeconds))
      found.push({ kind: "gap", fromSeconds: previous.seconds, toSeconds: next.seconds });
    if (counted !== null && next.counters !== null) {
      const seconds = next.seconds - counted.seconds;
      const newPace = this.#begunAnew && found.length === 0 && goesOn(counted.counters, next.counters);
      const evidence = newPace ? null : resetEvidence(counted.counters, next.counters, seconds, habit);
      if (evidence !== null) {
        found.push({ kind: "reset", atSeconds: next.seconds, evidence });
        this.#begunAnew = true;
      } else if (found.length === 0) this.#learnPace(counted.counters, next.counters, seconds);
    }
    if (spacing > 0) this.#learnSpacing(spacing);
    return found;
  }

  #habit(): Habit {
    const sorted = [...this.#spacings].sort((a, b) => a - b);
    return {
      periodSeconds: sorted.length < 3 ? null : sorted[sorted.length >> 1]!,
      step: this.#step,
      perSecond: this.#advanceSeconds > 0 ? this.#advance / this.#advanceSeconds : null,
    };
  }

  #learnSpacing(seconds: number): void {
    this.#spacings.push(seconds);
    if (this.#spacings.length > spacingsKept) this.#spacings.shift();
  }

  #learnPace(before: RunCounters, after: RunCounters, seconds: number): void {
    if (seconds <= 0 || before.retired === null || after.retired === null) return;
    if (this.#begunAnew) [this.#advance, this.#advanceSeconds, this.#begunAnew] = [0, 0, false];
    this.#step = advanceFrom(before.retired, after.retired);
    this.#advance += this.#step;
    this.#advanceSeconds += seconds;
  }
}

function resetEvidence(
  before: RunCounters,
  after: RunCounters,
  seconds: number,
  { step, perSecond }: Habit,
): "errors fell" | "retired jumped" | null {
  if (after.errors < before.errors) return "errors fell";
  if (before.retired === null || after.retired === null || step === null || perSecond === null) return null;
  const expected = perSecond * seconds;
  const tolerance = 2 * step + 0.005 * expected;
  if (tolerance > modulus / 4) return null;
  const off = advanceFrom(expected % modulus, advanceFrom(before.retired, after.retired));
  return Math.min(off, modulus - off) > tolerance ? "retired jumped" : null;
}

function goesOn(before: RunCounters, after: RunCounters): boolean {
  return after.errors >= before.errors && (after.retired ?? 0) > (before.retired ?? 0);
}

/** How far a counter modulo 2^32 has gone from one value to another. */
function advanceFrom(before: number, after: number): number {
  return (after - before + modulus) % modulus;
}
