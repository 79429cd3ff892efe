import { secondsBetween } from "./keithley-reading.ts";

/**
 * Momentary flux to fluence: trapezoids between readings, by the instrument's own clock.
 *
 *   flux  •──•──•     •──•          ×: over range, not a number
 *               gap ×               longer than the key says, or nothing to be believed in it: not bridged, its length is told
 */
export interface FluxSample {
  readonly fluxPerCm2PerSecond: number;
  /** By the instrument's clock, which wraps. */
  readonly atSeconds: number;
  /** By the host's clock: what the instrument's is held against. */
  readonly hostSeconds: number;
}

export interface IntegralRules {
  readonly gapSeconds: number;
  /** How far the instrument's clock may be off the host's, of the time passed, beside one second. */
  readonly clockTolerance: number;
}

/** A reading is under way for that long, at most, before the host has it. */
const slackSeconds = 1;

export class FluxIntegral {
  /** Signed noise included; what is shown never falls. */
  #sumPerCm2 = 0;
  #shownPerCm2 = 0;
  #countedSeconds = 0;
  #gapSeconds = 0;
  #restarts = 0;
  #broken = false;
  #last: FluxSample | null = null;
  readonly #rules: IntegralRules;

  constructor(rules: IntegralRules) {
    this.#rules = rules;
  }

  get fluencePerCm2(): number {
    return this.#shownPerCm2;
  }

  /** How long was integrated so far. */
  get countedSeconds(): number {
    return this.#countedSeconds;
  }

  /** Whether this timestamp was there already: the same reading, sent twice. */
  isRepeat(atSeconds: number): boolean {
    return this.#last?.atSeconds === atSeconds;
  }

  /** The beam was there and no number is: what lies around is not bridged. */
  breakUp(): void {
    this.#broken = true;
  }

  add(sample: FluxSample): void {
    const last = this.#last;
    this.#last = sample;
    const broken = this.#broken;
    this.#broken = false;
    if (last === null) return;
    const passed = sample.hostSeconds - last.hostSeconds;
    const seconds = secondsBetween(last.atSeconds, sample.atSeconds);
    if (Math.abs(seconds - passed) > slackSeconds + this.#rules.clockTolerance * passed) {
      // Switched off and on, or its timer was reset: its clock says nothing of what went by.
      this.#restarts++;
      this.#gapSeconds += passed;
    } else if (broken || passed > this.#rules.gapSeconds) this.#gapSeconds += passed;
    else {
      this.#sumPerCm2 += ((last.fluxPerCm2PerSecond + sample.fluxPerCm2PerSecond) / 2) * seconds;
      this.#shownPerCm2 = Math.max(this.#shownPerCm2, this.#sumPerCm2);
      this.#countedSeconds += seconds;
    }
  }

  /** The beam is off, and what flux means from now on is another: nothing fell up to this sample. */
  startAnew(sample: FluxSample): void {
    this.#last = sample;
    this.#broken = false;
  }

  /** Gap and restarts since this was last asked. */
  takeNews(): { readonly gapSeconds: number; readonly restarts: number } {
    const news = { gapSeconds: this.#gapSeconds, restarts: this.#restarts };
    this.#gapSeconds = 0;
    this.#restarts = 0;
    return news;
  }
}
