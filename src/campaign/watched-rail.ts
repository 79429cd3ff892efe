import type { RailReading, Supply } from "../domain/equipment.ts";
import type { RailDetection, TracePoint } from "../domain/rail-event.ts";
import { judgeReading, looksUntilLost } from "./rail-verdict.ts";
import type { RailVerdict } from "./rail-verdict.ts";

/** What a rail is known to draw in one state of its board, and how many readings that rests on. */
interface Baseline {
  milliA: number;
  readings: number;
}

/** A step of the current that has not passed yet. */
export interface RailStep {
  readonly sinceNs: number;
  readonly baselineMilliA: number;
  /** The latest reading of it, and how many there were. */
  reading: RailReading;
  looks: number;
}

export type BoardState = "idle" | "busy";

/** The first readings in a state tell its baseline: the highest counts, one of them may have come before the state did. */
export const learningReadings = 4;
/** Looks that are kept for the record of what comes next. */
const looksKept = 16;
/** A baseline follows what changes slowly (the board warms up), an eighth of the way each look. */
const followShare = 1 / 8;

/** One rail under watch: what it was told, what it draws by state, and what is odd about it just now. */
export class WatchedRail {
  readonly supply: Supply;
  told: "on" | "off" = "on";
  /** It was told to go on and nobody knows whether it did: a reading will tell. */
  maybeOn = false;
  trips = false;
  lost = false;
  /** It is off by another hand, or warm, and that was told. */
  wentOff = false;
  warned = false;
  step: RailStep | null = null;
  #silences = 0;
  #folds = 0;
  #overs = 0;
  #trace: TracePoint[] = [];
  #baselines: Partial<Record<BoardState, Baseline>> = {};
  #lows = 0;

  constructor(supply: Supply) {
    this.supply = supply;
  }

  /** What of latch-ups would be noticed here, once it is armed. */
  get detects(): RailDetection {
    const { verifies, limits } = this.supply;
    const measures = verifies.current === "measured";
    const trips = this.trips || (measures && limits.tripMilliA !== null);
    const steps = measures && limits.microStepMilliA !== null;
    if (trips && steps) return "trips and steps";
    return trips ? "trips" : steps ? "steps" : "nothing";
  }

  get isWatched(): boolean {
    return this.detects !== "nothing" || this.supply.limits.warnMilliA !== null;
  }

  /** The latest looks at its current, the newest last. */
  get trace(): readonly TracePoint[] {
    return [...this.#trace];
  }

  looked(tNs: number, reading: RailReading | null): void {
    this.#trace = [...this.#trace.slice(1 - looksKept), { tNs, milliA: reading?.milliA ?? null }];
  }

  baseline(state: BoardState): number | null {
    const known = this.#baselines[state];
    return known === undefined || known.readings < learningReadings ? null : known.milliA;
  }

  /** What it draws is to be learned again: in one state, or in all. */
  forget(state?: BoardState): void {
    this.#baselines = state === undefined ? {} : { ...this.#baselines, [state]: undefined };
    this.step = null;
  }

  /** It is turned on again: nothing that was odd about it holds. */
  begin(): void {
    this.told = "on";
    this.maybeOn = false;
    this.#silences = this.#folds = this.#overs = this.#lows = 0;
    this.step = null;
    this.wentOff = false;
    this.warned = false;
  }

  /** `state` null: the board changed it while the rail was read. `away`: its supply is out of order. */
  judge(reading: RailReading | null, state: BoardState | null, away = false): RailVerdict {
    const { limits } = this.supply;
    const milliA = reading?.milliA ?? null;
    const unseen = away || this.wentOff || this.#silences >= looksUntilLost;
    if (reading?.on === true) {
      if (this.maybeOn) this.begin();
      this.wentOff = false;
    }
    this.#silences = reading === null ? this.#silences + 1 : 0;
    this.#folds = reading?.regulating === "current" ? this.#folds + 1 : 0;
    this.#overs = milliA !== null && milliA > (limits.tripMilliA ?? Infinity) ? this.#overs + 1 : 0;
    const verdict = judgeReading({
      told: this.told,
      reading,
      silences: this.#silences,
      folds: this.#folds,
      overs: this.#overs,
      unseen,
      trips: this.trips,
      limits,
      baselineMilliA: state === null ? null : this.baseline(state),
    });
    if (state !== null && milliA !== null && (verdict === "normal" || verdict === "warning"))
      this.#learn(state, milliA);
    return verdict;
  }

  #learn(state: BoardState, milliA: number): void {
    const known = this.#baselines[state];
    if (known === undefined) this.#baselines[state] = { milliA, readings: 1 };
    else if (known.readings < learningReadings) {
      known.milliA = Math.max(known.milliA, milliA);
      known.readings++;
    } else if (known.milliA - milliA <= (this.supply.limits.microStepMilliA ?? Infinity)) {
      known.milliA += (milliA - known.milliA) * followShare;
      this.#lows = 0;
    } else if (++this.#lows >= learningReadings) {
      // It was learned while something more was on.
      known.milliA = milliA;
      this.#lows = 0;
    }
  }
}
