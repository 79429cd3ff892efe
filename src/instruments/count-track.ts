/**
 * A cumulative counter as a log shows it, line after line, to all that was counted.
 *
 *   counts  •─•─•   •─•        rises are counted
 *                ↓ ×           a fall, or a rise faster than can be: believed when the line after it agrees, and not before
 *
 * A counter that begins anew shows what it counted since; what it counted before, after the last line, is lost.
 */
export interface CountLine {
  readonly atSeconds: number;
  readonly counts: number;
  /** When the host had it. */
  readonly hostSeconds: number;
}

export interface TrackRules {
  readonly gapSeconds: number;
  readonly mostCountsPerSecond: number;
}

export class CountTrack {
  /** All that was counted since the first line. */
  counts = 0;
  countsPerSecond = 0;
  /** Lines that no line after them agreed with. */
  disbelieved = 0;
  #last: CountLine | null = null;
  #doubtful: CountLine | null = null;
  #gapSeconds = 0;
  #restarts = 0;
  readonly #rules: TrackRules;

  constructor(rules: TrackRules) {
    this.#rules = rules;
  }

  get last(): CountLine | null {
    return this.#last;
  }

  add(line: CountLine): void {
    const { mostCountsPerSecond } = this.#rules;
    const last = this.#last;
    if (last === null) {
      this.#last = line;
      return;
    }
    if (follows(last, line, mostCountsPerSecond)) {
      if (this.#doubtful !== null) this.disbelieved++;
      this.#doubtful = null;
      this.#rise(last, line, line.counts - last.counts);
      return;
    }
    const doubtful = this.#doubtful;
    if (doubtful === null || !follows(doubtful, line, mostCountsPerSecond)) {
      if (doubtful !== null) this.disbelieved++;
      this.#doubtful = line;
      return;
    }
    // Two lines agree: it began anew, or was set to another value, from which nothing can be told.
    this.#doubtful = null;
    this.#restarts++;
    const since = doubtful.counts <= mostCountsPerSecond * spanOf(last, doubtful) ? doubtful.counts : 0;
    this.#gapSeconds += gapBetween(last, doubtful);
    this.counts += since;
    this.#last = doubtful;
    this.#rise(doubtful, line, line.counts - doubtful.counts);
  }

  /** Gap and restarts since this was last asked. */
  takeNews(): { readonly gapSeconds: number; readonly restarts: number } {
    const news = { gapSeconds: this.#gapSeconds, restarts: this.#restarts };
    this.#gapSeconds = 0;
    this.#restarts = 0;
    return news;
  }

  #rise(last: CountLine, line: CountLine, counts: number): void {
    const seconds = line.atSeconds - last.atSeconds;
    if (seconds > this.#rules.gapSeconds) this.#gapSeconds += gapBetween(last, line);
    // Over a gap the counter itself went on: what it counted was in the beam, if at no known time.
    this.counts += counts;
    if (seconds > 0) this.countsPerSecond = counts / seconds;
    this.#last = line;
  }
}

function follows(last: CountLine, line: CountLine, mostCountsPerSecond: number): boolean {
  const rise = line.counts - last.counts;
  return rise >= 0 && rise <= mostCountsPerSecond * spanOf(last, line);
}

/** At least a second: a line may be stamped when it was begun. */
function spanOf(last: CountLine, line: CountLine): number {
  return Math.max(1, line.atSeconds - last.atSeconds);
}

/** A date with a wrong digit is no gap of years: the host was there meanwhile. */
function gapBetween(last: CountLine, line: CountLine): number {
  const passed = line.hostSeconds - last.hostSeconds + 1;
  return Math.max(0, Math.min(line.atSeconds - last.atSeconds, passed));
}
