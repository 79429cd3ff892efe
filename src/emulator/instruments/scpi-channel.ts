import type { FedChannel } from "./fed-channel.ts";
import type { ScpiQuirks } from "./scpi-quirks.ts";

/** One output of an emulated SCPI supply: its settings, its switch, and a trip that stays until it is cleared. */
export interface ScpiSettingsKept {
  milliV: number;
  milliA: number;
  on: boolean;
  ocp: boolean;
  ocpMilliA: number;
  ovp: boolean;
  ovpMilliV: number;
  cleared: boolean;
}

export class ScpiChannel {
  readonly #fed: FedChannel;
  readonly #its: ScpiSettingsKept;
  readonly #tripDelayMs: number;

  constructor(fed: FedChannel, kept: ScpiSettingsKept, { tripDelayMs }: ScpiQuirks) {
    this.#fed = fed;
    this.#its = kept;
    this.#tripDelayMs = tripDelayMs;
  }

  get set(): Readonly<ScpiSettingsKept> {
    return this.#its;
  }

  /** Its electronics follow at once. */
  change(change: Partial<Omit<ScpiSettingsKept, "on" | "cleared">>): void {
    Object.assign(this.#its, change);
    const { milliV, milliA, ocp, ocpMilliA } = this.#its;
    const trip = ocp ? { milliA: ocpMilliA, delayMs: this.#tripDelayMs } : null;
    this.#fed.feed({ milliV, limitMilliA: milliA, trip });
  }

  turn(on: boolean): void {
    this.#its.on = on;
    // A trip that nobody has cleared keeps it off.
    if (on && this.tripped) return;
    if (on) this.#its.cleared = false;
    this.#fed.feed({ output: on });
  }

  get tripped(): boolean {
    return !this.#its.cleared && this.#fed.state().tripped;
  }

  /** `reenables`: what was on before the trip comes on again. */
  clearTrip(reenables: boolean): void {
    if (!this.tripped) return;
    this.#its.cleared = true;
    if (reenables && this.#its.on) this.turn(true);
  }

  measured(): { milliV: number; milliA: number; live: boolean; folded: boolean } {
    const { output, milliV, milliA, regulating } = this.#fed.state();
    return { milliV, milliA, live: output, folded: regulating === "current" };
  }
}
