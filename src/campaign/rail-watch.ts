import type { Station } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { RailReading, Supply } from "../domain/equipment.ts";
import type { LatchUpPlan, RunPlan } from "../domain/plan.ts";
import type { RailEventRec } from "../domain/rail-event.ts";
import type { Rec } from "../domain/records.ts";
import type { Reply } from "../domain/reply.ts";
import { valueOf } from "../domain/reply.ts";
import { railDevices } from "./bench-health.ts";
import type { BenchHealth } from "./bench-health.ts";
import type { LatchMemory } from "./latch-memory.ts";
import type { Climate } from "./thermal/climate.ts";
import { WatchedRail, learningReadings } from "./watched-rail.ts";
import type { BoardState } from "./watched-rail.ts";

/** What is odd enough that one wants to see how it came. */
const traced: ReadonlySet<RailEventRec["what"]> = new Set([
  "trip",
  "fold_back",
  "micro_sel",
  "load_step",
  "lost",
]);

/**
 * A board's rails, read beside its run; the hardware trip protects, this one counts and tells apart.
 *
 *   every watchMs: rail ─reading→ verdict ┬→ rail events → the lane, with its next record
 *                                         ├→ urgent (trip, over, fold-back): wakes the lane
 *                                         └→ a step that stays: the lane tries what ends it, between two strikes
 *
 * What the lane itself switches goes through here, so that its own cuts are no trips.
 */
export interface RailFinding {
  readonly what: "trip" | "over" | "fold-back";
  readonly rail: WatchedRail;
  readonly reading: RailReading;
  readonly baselineMilliA: number | null;
  readonly tNs: number;
}

export interface RailWatchOptions {
  readonly name: string;
  readonly station: Station;
  readonly plan: LatchUpPlan;
  readonly clock: Clock;
  readonly health: Pick<BenchHealth, "standing">;
  readonly memory: { readonly climate: Climate; readonly latch: LatchMemory; doseRadSi: number | null };
}

/** A step seen in fewer looks than this was a blink of the load, or of the meter. */
const looksOfAStep = 3;
const learningPauseMs = 50;
/** Records that nobody has taken: a rail that flutters must not fill memory. */
const mostUntaken = 1_000;

export class RailWatch {
  readonly rails: readonly WatchedRail[];
  /** The station with its rails as the lane is to switch them. */
  readonly station: Station;
  readonly #its: RailWatchOptions;
  #run: RunPlan | null = null;
  #records: Rec[] = [];
  #urgent: RailFinding | null = null;
  #wake = new AbortController();
  #state: BoardState = "idle";
  /** Counts changes of the state, so that a reading across one is known. */
  #changes = 0;
  #held = 0;
  #turn: Promise<void> = Promise.resolve();
  #over: AbortController | null = null;
  #left: AbortSignal | null = null;
  #task: Promise<void> = Promise.resolve();

  constructor(options: RailWatchOptions) {
    this.#its = options;
    this.rails = options.station.rails.map((supply) => new WatchedRail(supply));
    this.station = { ...options.station, rails: this.rails.map((rail) => this.#through(rail)) };
  }

  /** Aborts when something urgent is found, and when the run is left: whoever waits for the board looks up. */
  wake(left: AbortSignal): AbortSignal {
    return this.#left === null ? left : this.#wake.signal;
  }

  /** Something was found that only power ends, and nobody has taken it yet. */
  isUrgent(): boolean {
    return this.#urgent !== null;
  }

  get state(): BoardState {
    return this.#state;
  }

  boardIs(state: BoardState): void {
    if (this.#state !== state) this.#changes++;
    this.#state = state;
  }

  /** What is read from now on is of this run, until `end` or until the run is left at once. */
  begin(run: RunPlan, left: AbortSignal): void {
    this.#run = run;
    this.#left = left;
    this.#over = new AbortController();
    left.addEventListener("abort", () => this.#wake.abort(), { once: true, signal: this.#over.signal });
  }

  /** Armed: looks at the rails from now on, where there is something to look for. */
  start(): void {
    if (this.isNeeded() && this.#over !== null) this.#task = this.#keepLooking(this.#over.signal);
  }

  async end(): Promise<void> {
    this.#over?.abort();
    await this.#task;
    this.#run = null;
    this.#left = null;
    this.#urgent = null;
    this.#rearm();
  }

  /** Nothing is judged until disposed: the lane has its hands on the rails. */
  hold(): Disposable {
    this.#held++;
    return {
      [Symbol.dispose]: () => {
        this.#held--;
      },
    };
  }

  /** Some rail has a trip or a limit; all others have nothing to be watched for. */
  isNeeded(): boolean {
    return this.rails.some(({ isWatched }) => isWatched);
  }

  /** Looks at every watched rail now. */
  look(): Promise<void> {
    const mine = this.#turn.then(async () => {
      if (this.#held > 0) return;
      for (const rail of this.rails) if (rail.isWatched) await this.#read(rail);
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** What the rails draw while the board does nothing, before anything is exposed. */
  async learnIdle(): Promise<void> {
    const unknown = (): boolean =>
      this.rails.some((rail) => rail.isWatched && rail.baseline("idle") === null);
    for (let looks = 0; looks < 2 * learningReadings && unknown(); looks++) {
      await this.look();
      await this.#its.clock.sleep(learningPauseMs);
    }
  }

  /** What was found and needs power; once. */
  takeUrgent(): RailFinding | null {
    const urgent = this.#urgent;
    this.#urgent = null;
    if (urgent !== null) this.#rearm();
    return urgent;
  }

  /** A rail whose current has stood above its baseline for too long to be a load step; null: none has. */
  lasting(): WatchedRail | null {
    const { clock, plan } = this.#its;
    const isLasting = ({ step }: WatchedRail): boolean =>
      step !== null && step.looks >= looksOfAStep && clock.nowNs() - step.sinceNs >= plan.settleMs * nsPerMs;
    return this.rails.find(isLasting) ?? null;
  }

  /** A supply's link is lost: nobody can say whether its rail is up. */
  isBlind(): boolean {
    return this.rails.some(({ lost }) => lost);
  }

  take(): readonly Rec[] {
    return this.#records.splice(0);
  }

  event(
    rail: WatchedRail,
    what: RailEventRec["what"],
    reading: RailReading | null,
    detail: string,
    more: Partial<Pick<RailEventRec, "baselineMilliA" | "detects" | "cleared">> = {},
  ): RailEventRec {
    const { name, clock, memory } = this.#its;
    return {
      type: "rail_event",
      tNs: clock.nowNs(),
      run: this.#run?.number ?? null,
      dut: name,
      rail: rail.supply.name,
      what,
      reading,
      baselineMilliA: rail.baseline(this.#state),
      trace: traced.has(what) ? rail.trace : [],
      dieC: memory.climate.die?.c ?? null,
      fluencePerCm2: memory.latch.fluencePerCm2,
      doseRadSi: (this.#run?.beam?.doseRadSiPerFluence ?? null) === null ? null : memory.doseRadSi,
      detects: null,
      cleared: null,
      detail,
      ...more,
    };
  }

  /** Told with the lane's next record. */
  tell(record: Rec): void {
    if (this.#records.length < mostUntaken) this.#records.push(record);
  }

  async #keepLooking(signal: AbortSignal): Promise<void> {
    const { clock, plan } = this.#its;
    while (!signal.aborted && this.#left?.aborted === false) {
      const fromNs = clock.nowNs();
      await this.look();
      const leftMs = plan.watchMs - (clock.nowNs() - fromNs) / nsPerMs;
      await clock.sleep(Math.max(1, leftMs), signal);
    }
  }

  async #read(rail: WatchedRail): Promise<void> {
    const before = this.#changes;
    const reply = await rail.supply.read();
    this.#judge(rail, reply, before);
  }

  #judge(rail: WatchedRail, reply: Reply<RailReading>, changesBefore: number): void {
    // Once the run is left, the safe state is being made by other hands than the lane's.
    if (this.#held > 0 || this.#run === null || this.#left?.aborted !== false || !rail.isWatched) return;
    const state = changesBefore === this.#changes ? this.#state : null;
    const reading = valueOf(reply);
    rail.looked(this.#its.clock.nowNs(), reading);
    const baselineMilliA = rail.baseline(this.#state);
    const away = this.#its.health.standing(railDevices(this.#its.name, [rail.supply])) !== null;
    const verdict = rail.judge(reading, state, away);
    this.#comesBack(rail, reading);
    if (reading === null) {
      if (verdict === "lost" && !rail.lost) {
        rail.lost = true;
        this.tell(
          this.event(rail, "lost", null, "the supply does not answer: nobody can say whether the rail is up"),
        );
      }
      return;
    }
    if (verdict !== "step" && state !== null) this.#stepPassed(rail, reading);
    switch (verdict) {
      case "trip":
      case "over":
      case "fold-back":
        this.#alarm({ what: verdict, rail, reading, baselineMilliA, tNs: this.#its.clock.nowNs() });
        break;
      case "went-off":
        if (rail.wentOff) break;
        rail.wentOff = true;
        this.tell(
          this.event(
            rail,
            "off",
            reading,
            "the rail is off, and neither this run nor an over-current trip did it",
          ),
        );
        break;
      case "step":
        if (rail.step === null)
          rail.step = {
            sinceNs: this.#its.clock.nowNs(),
            baselineMilliA: baselineMilliA!,
            reading,
            looks: 1,
          };
        else Object.assign(rail.step, { reading, looks: rail.step.looks + 1 });
        break;
      case "warning":
        if (!rail.warned)
          this.tell(this.event(rail, "warning", reading, "above the warning level of the rig file"));
        break;
      case "normal":
      case "as-told":
      case "folding":
      case "unread":
      case "lost":
        break;
    }
    rail.warned = (reading.milliA ?? 0) > (rail.supply.limits.warnMilliA ?? Infinity);
  }

  #comesBack(rail: WatchedRail, reading: RailReading | null): void {
    if (!rail.lost || reading === null) return;
    rail.lost = false;
    this.tell(this.event(rail, "back", reading, "the supply answers again"));
  }

  #stepPassed(rail: WatchedRail, reading: RailReading): void {
    const { step } = rail;
    rail.step = null;
    if (step === null || step.looks < looksOfAStep || !reading.on) return;
    const seconds = ((this.#its.clock.nowNs() - step.sinceNs) / 1e9).toFixed(2);
    this.tell(
      this.event(rail, "load_step", step.reading, `gone by itself after ${seconds} s`, {
        baselineMilliA: step.baselineMilliA,
      }),
    );
  }

  #alarm(finding: RailFinding): void {
    if (this.#urgent !== null) return;
    this.#urgent = finding;
    const { rail, reading, baselineMilliA } = finding;
    const what = finding.what === "fold-back" ? "fold_back" : "trip";
    const detail = {
      trip: "the supply cut it: output low without our off",
      over: `more than ${String(rail.supply.limits.tripMilliA)} mA, and the supply has not cut it: the host does`,
      "fold-back": "the supply holds its current: output on, voltage fallen",
    }[finding.what];
    this.tell(this.event(rail, what, reading, detail, { baselineMilliA }));
    this.#wake.abort();
  }

  #rearm(): void {
    if (this.#wake.signal.aborted && this.#left?.aborted !== true) this.#wake = new AbortController();
  }

  /** A rail as the lane switches it. */
  #through(rail: WatchedRail): Supply {
    const { supply } = rail;
    return {
      ...supply,
      off: () => {
        rail.told = "off";
        rail.maybeOn = false;
        return supply.off();
      },
      on: async () => {
        const reply = await supply.on();
        if (reply.kind === "ok" || rail.told === "on") rail.begin();
        else rail.maybeOn = true;
        return reply;
      },
      read: async () => {
        const before = this.#changes;
        const reply = await supply.read();
        this.#judge(rail, reply, before);
        return reply;
      },
    };
  }
}
