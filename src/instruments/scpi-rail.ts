import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { ArmedTrip, RailReading, RailVerification } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { Rail } from "./driver.ts";
import type { Amounts, ScpiDialect, ScpiTrip } from "./scpi-dialect.ts";
import type { ScpiLine } from "./scpi-line.ts";
import { scpiMilli, scpiNumber, scpiTruth } from "./scpi-replies.ts";

/**
 * One output of a SCPI supply. What is set is read back, and the error queue must stay empty.
 *
 *   arm  voltage, current limit above the trip, trip ─→ all of it read back
 *   on   (trip cleared with the output off) ON ─→ output state, trip state, and the voltage near its setting or the current near its limit
 *   off  OFF ─→ output state, and the voltage near nothing
 */
export interface ScpiRailSettings {
  readonly mostMilliV: number;
  readonly mostMilliA: number;
  readonly foldBackRatio: number;
  readonly settleMs: number;
  readonly offBelowMilliV: number;
}

/** A rail at less than this share of its setting is not up. */
const upShare = 0.9;
const lookAgainMs = 100;
const cutAgain = 2;
/** What a setting may be rounded to. */
const stepMilliV = 10;
const stepMilliA = 1;

export class ScpiRail implements Rail {
  readonly verifies: RailVerification;
  readonly mostMilliV: number;
  readonly mostMilliA: number;
  readonly #line: ScpiLine;
  readonly #speaks: ScpiDialect;
  readonly #channel: number;
  readonly #its: ScpiRailSettings;
  readonly #clock: Clock;
  readonly #greet: () => Promise<Reply<unknown>>;

  constructor(
    line: ScpiLine,
    dialect: ScpiDialect,
    channel: number,
    its: ScpiRailSettings,
    clock: Clock,
    greet: () => Promise<Reply<unknown>>,
  ) {
    this.#line = line;
    this.#speaks = dialect;
    this.#channel = channel;
    this.#its = its;
    this.#clock = clock;
    this.#greet = greet;
    this.mostMilliV = its.mostMilliV;
    this.mostMilliA = its.mostMilliA;
    const trip = dialect.trip === null ? "none" : "hardware";
    this.verifies = { output: "measured", current: "measured", trip, deadMan: false };
  }

  async arm({ milliV, tripMilliA }: Parameters<Rail["arm"]>[0]): Promise<Reply<ArmedTrip>> {
    const { mostMilliV, mostMilliA } = this;
    if (milliV !== null && !(milliV >= 0 && milliV <= mostMilliV))
      return refused(`${milliV} mV is beyond this supply's ${mostMilliV} mV`);
    if (tripMilliA !== null && !(tripMilliA >= 0 && tripMilliA < mostMilliA))
      return refused(`a trip at ${tripMilliA} mA must lie below the ${mostMilliA} mA that this supply gives`);
    const here = await this.#select();
    if (here.kind !== "ok") return here;
    const before = await this.#speaks.applied(this.#line, this.#channel);
    if (before.kind !== "ok") return before;
    const limit =
      tripMilliA === null
        ? before.value.milliA
        : Math.min(Math.round(tripMilliA * this.#its.foldBackRatio), mostMilliA);
    const applied = await this.#apply({ milliV: milliV ?? before.value.milliV, milliA: limit });
    if (applied.kind !== "ok") return applied;
    const { trip } = this.#speaks;
    if (tripMilliA === null) return unarmed("no over-current trip asked for on this rail");
    if (trip === null)
      return unarmed(`this supply has no over-current trip: it holds the current at ${limit} mA instead`);
    return this.#armTrip(trip, tripMilliA);
  }

  async on(): Promise<Reply<RailReading>> {
    const here = await this.#select();
    if (here.kind !== "ok") return here;
    const cleared = await this.#clearTrip();
    if (cleared.kind !== "ok") return cleared;
    const applied = await this.#speaks.applied(this.#line, this.#channel);
    if (applied.kind !== "ok") return applied;
    const isUp = ({ milliV, milliA, regulating }: Measured): boolean =>
      (regulating !== "current" && milliV >= upShare * applied.value.milliV) ||
      (regulating !== "voltage" && milliA >= upShare * applied.value.milliA);
    const set = await this.#line.set([this.#speaks.output(this.#channel, true)]);
    if (set.kind !== "ok") return set;
    const seen = await this.#settled((reading) => !reading.on || isUp(reading));
    if (seen.kind !== "ok") return seen;
    const reading = seen.value;
    if (reading.tripped === true || (reading.on && isUp(reading))) return { kind: "ok", value: reading };
    return refused(
      reading.on
        ? `its output is on, and ${reading.milliV} mV are at its terminals, of ${applied.value.milliV} mV set`
        : "its output stays off",
    );
  }

  async off(): Promise<Reply<RailReading>> {
    this.#cutUnheard();
    const here = await this.#select();
    if (here.kind !== "ok") return here;
    const isDown = ({ on, milliV }: Measured): boolean => !on && milliV < this.#its.offBelowMilliV;
    let seen: Reply<Measured> = refused("not told yet");
    for (let told = 0; told <= cutAgain; told++) {
      this.#line.tell(this.#speaks.output(this.#channel, false));
      seen = await this.#settled((reading) => reading.on || isDown(reading));
      if (seen.kind !== "ok" || !seen.value.on) break;
    }
    if (seen.kind !== "ok") return seen;
    const reading = seen.value;
    if (isDown(reading)) return { kind: "ok", value: reading };
    return refused(
      reading.on
        ? "its output stays on"
        : `its output is off, and ${reading.milliV} mV are still at its terminals`,
    );
  }

  async read(): Promise<Reply<RailReading>> {
    const here = await this.#select();
    return here.kind === "ok" ? this.#see() : here;
  }

  /** What is set, in words. */
  async describe(): Promise<Reply<string>> {
    const seen = await this.read();
    if (seen.kind !== "ok") return seen;
    const applied = await this.#speaks.applied(this.#line, this.#channel);
    if (applied.kind !== "ok") return applied;
    const { on, milliV, milliA, tripped } = seen.value;
    const state = tripped === true ? "tripped" : on ? "on" : "off";
    const { milliV: volts, milliA: amperes } = applied.value;
    const words = `channel ${this.#channel} ${state}, ${milliV} mV, ${milliA} mA; set to ${volts} mV and ${amperes} mA`;
    return { kind: "ok", value: words };
  }

  /** One that fell silent may hear all the same: it is told at once, before it is asked who it is. */
  #cutUnheard(): void {
    const { remote } = this.#speaks;
    if (this.#line.silences === 0 || this.#speaks.select(this.#channel) !== null) return;
    for (const command of [...remote, this.#speaks.output(this.#channel, false)]) this.#line.tell(command);
  }

  async #select(): Promise<Reply<unknown>> {
    const greeted = await this.#greet();
    const select = this.#speaks.select(this.#channel);
    if (greeted.kind !== "ok" || select === null) return greeted;
    const set = await this.#line.set([select.command]);
    if (set.kind !== "ok") return set;
    const now = await this.#line.askFor(select.query, scpiNumber);
    if (now.kind !== "ok" || now.value === this.#channel) return now;
    return refused(`told to select channel ${this.#channel}, it has channel ${now.value}`);
  }

  async #apply({ milliV, milliA }: Amounts): Promise<Reply<null>> {
    const set = await this.#line.set(this.#speaks.apply(this.#channel, milliV, milliA));
    if (set.kind !== "ok") return set;
    const back = await this.#speaks.applied(this.#line, this.#channel);
    if (back.kind !== "ok") return back;
    const { milliV: volts, milliA: amperes } = back.value;
    if (Math.abs(volts - milliV) <= stepMilliV && Math.abs(amperes - milliA) <= stepMilliA)
      return { kind: "ok", value: null };
    return refused(`told ${milliV} mV and ${milliA} mA, it reads back ${volts} mV and ${amperes} mA`);
  }

  async #armTrip(trip: ScpiTrip, milliA: number): Promise<Reply<ArmedTrip>> {
    const set = await this.#line.set(trip.set(this.#channel, milliA));
    if (set.kind !== "ok") return set;
    const level = await this.#line.askFor(trip.askLevel(this.#channel), (text) =>
      scpiMilli(text, this.mostMilliA),
    );
    if (level.kind !== "ok") return level;
    if (Math.abs(level.value - milliA) > stepMilliA)
      return refused(`told to trip at ${milliA} mA, it reads back ${level.value} mA`);
    const armed = await this.#line.askFor(trip.askArmed(this.#channel), scpiTruth);
    if (armed.kind !== "ok") return armed;
    if (!armed.value) return refused("told to arm its over-current trip, it says that it is not armed");
    const detail = `over-current trip at ${level.value} mA and on, both read back`;
    return { kind: "ok", value: { milliA: level.value, verified: "read-back", detail } };
  }

  async #clearTrip(): Promise<Reply<null>> {
    const { trip } = this.#speaks;
    const tripped = await this.#tripped();
    if (tripped.kind !== "ok") return tripped;
    if (trip === null || tripped.value !== true) return { kind: "ok", value: null };
    const set = await this.#line.set([this.#speaks.output(this.#channel, false), trip.clear(this.#channel)]);
    if (set.kind !== "ok") return set;
    const still = await this.#tripped();
    if (still.kind !== "ok") return still;
    if (still.value === true)
      return refused("its over-current trip cannot be cleared: see what hangs on the rail");
    return { kind: "ok", value: null };
  }

  /** What is seen as soon as it is as wanted, or when the time to settle is over. */
  async #settled(reached: (reading: Measured) => boolean): Promise<Reply<Measured>> {
    const endNs = this.#clock.nowNs() + this.#its.settleMs * nsPerMs;
    for (;;) {
      const seen = await this.#see();
      if (seen.kind !== "ok" || reached(seen.value) || this.#clock.nowNs() >= endNs) return seen;
      await this.#line.rest(lookAgainMs);
    }
  }

  async #see(): Promise<Reply<Measured>> {
    const output = await this.#line.askFor(this.#speaks.askOutput(this.#channel), scpiTruth);
    if (output.kind !== "ok") return output;
    const tripped = await this.#tripped();
    if (tripped.kind !== "ok") return tripped;
    const measured = await this.#speaks.measured(this.#line, this.#channel);
    if (measured.kind !== "ok") return measured;
    // Some leave the output switched on while a trip holds it at nothing.
    const on = output.value && tripped.value !== true;
    const mode = on ? await this.#speaks.regulating(this.#line, this.#channel) : nothing;
    if (mode.kind !== "ok") return mode;
    return { kind: "ok", value: { on, ...measured.value, regulating: mode.value, tripped: tripped.value } };
  }

  async #tripped(): Promise<Reply<boolean | null>> {
    const { trip } = this.#speaks;
    return trip === null ? nothing : this.#line.askFor(trip.askTripped(this.#channel), scpiTruth);
  }
}

type Measured = RailReading & Amounts;

const nothing: Reply<null> = { kind: "ok", value: null };

function unarmed(detail: string): Reply<ArmedTrip> {
  return { kind: "ok", value: { milliA: null, verified: "none", detail } };
}
