import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import { randomStream } from "../domain/random.ts";
import { arrivalsOf } from "./arrivals.ts";
import type { Device, DeviceSefi, DeviceSel, Follows } from "./device.ts";
import type { Law } from "./law.ts";
import type { DeviceTruth } from "./truth.ts";
import { wearOf } from "./weak-cells.ts";
import type { BadCell } from "./weak-cells.ts";

/**
 * What a beam does to one device that no reset mends: it belongs to the world, and not to a boot.
 *
 *   SEFI that lasts ─→ held bit, until power is cycled ─┐
 *   dose above the onset ─→ bad cell, for ever ─────────┴→ cells → every boot's surroundings
 *   SEL ─→ latch-up of a rail
 *
 * Each takes effect at its own time, whoever notices it first: the wake that was set for it, or a question asked of the world.
 */
export interface DeviceLife {
  /** Everything that has fallen due by now, in order of time. */
  catchUp(): void;
  turn(law: Law): void;
  /** The beam was opened or closed: dose goes on otherwise from now. */
  beam(): void;
  /** All that is held now. The same list while it does not change. */
  cells(): readonly BadCell[];
  doseRadSi(): number;
  close(): void;
}

export interface DeviceHooks {
  readonly board: string;
  readonly device: Device;
  readonly seed: number;
  readonly clock: Clock;
  readonly law: Law;
  /** Gross fluence up to now, 1/cm², and flux at the board's place, powered or not. */
  readonly fluencePerCm2: () => number;
  readonly fluxPerCm2PerSecond: () => number;
  readonly latch: (sel: DeviceSel, atNs: number) => void;
  readonly changed: (cells: readonly BadCell[]) => void;
  readonly tell: (line: DeviceTruth) => void;
}

interface Due {
  readonly atNs: number;
  readonly act: () => void;
}

/** A cell more held than this is noise: memory stays bounded. */
const mostHeld = 4_096;

export function deviceLife(hooks: DeviceHooks): DeviceLife {
  return new Life(hooks);
}

class Life implements DeviceLife {
  readonly #its: DeviceHooks;
  readonly #lasting: readonly DeviceSefi[];
  readonly #arrivals: ReturnType<typeof arrivalsOf>;
  readonly #wear: ReturnType<typeof wearOf> | null;
  readonly #onsetRadSi: number;
  #onsetPassed: boolean;
  /** Arrivals taken from their process and not yet acted on. */
  #due: Due[] = [];
  #worn: readonly BadCell[] = [];
  #held: readonly BadCell[] = [];
  #cells: readonly BadCell[] = [];
  readonly #latched = new Set<DeviceSel>();
  #powered: boolean;
  #armedNs = Infinity;
  #disarm: () => void = () => undefined;
  #closed = false;

  constructor(hooks: DeviceHooks) {
    this.#its = hooks;
    const { device, seed, board, law, clock } = hooks;
    this.#lasting = device.sefi.filter(({ lasts }) => lasts === "until-power");
    const hazard = (one: Follows & { readonly crossSectionCm2: number }, ...labels: (string | number)[]) => ({
      ...one,
      arrivals: randomStream(seed, board, ...labels),
    });
    this.#arrivals = arrivalsOf(
      [
        ...this.#lasting.map((one, i) => hazard(one, one.block, "lasting-sefi", i)),
        ...device.sel.map((one, i) => hazard(one, "sel", i)),
      ],
      law,
      clock.nowNs(),
    );
    this.#wear = device.dose === null ? null : wearOf(device.dose, seed, board);
    this.#onsetRadSi = device.dose?.onsetRadSi ?? Infinity;
    this.#powered = law.powered;
    this.#onsetPassed = false;
    this.#placeOf = this.#lasting.map((one, i) => randomStream(seed, board, one.block, "held", i));
    this.#passOnset(clock.nowNs());
    this.#arm();
  }

  readonly #placeOf: readonly ReturnType<typeof randomStream>[];

  catchUp(): void {
    const { clock } = this.#its;
    const nowNs = clock.nowNs();
    if (this.#armedNs > nowNs) return;
    for (const { hazard, tNs } of this.#arrivals.before(nowNs)) this.#due.push(this.#arrived(hazard, tNs));
    this.#due.sort((a, b) => a.atNs - b.atNs);
    for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) due.act();
    this.#wearUntilNow(nowNs);
    this.#arm();
  }

  turn(law: Law): void {
    this.#arrivals.turn(law);
    const lostPower = this.#powered && !law.powered;
    this.#powered = law.powered;
    if (lostPower) this.#latched.clear();
    if (lostPower && this.#held.length > 0) {
      for (const cell of this.#held) this.#say("released", cell, law.sinceNs);
      this.#held = [];
      this.#tell();
    }
    this.#arm();
  }

  beam(): void {
    this.#arm();
  }

  cells(): readonly BadCell[] {
    return this.#cells;
  }

  doseRadSi(): number {
    const { device, fluencePerCm2 } = this.#its;
    return (device.dose?.priorRadSi ?? 0) + device.doseRadSiPerFluence * fluencePerCm2();
  }

  close(): void {
    this.#closed = true;
    this.#arm();
  }

  #arrived(hazard: number, atNs: number): Due {
    const { device, latch } = this.#its;
    const sel = device.sel[hazard - this.#lasting.length];
    if (sel !== undefined)
      return {
        atNs,
        act: () => {
          // What is latched cannot latch again; and no two at once could warm the die into a third.
          if (!this.#powered || this.#latched.has(sel)) return;
          this.#latched.add(sel);
          latch(sel, atNs);
        },
      };
    return { atNs, act: () => this.#hold(hazard, atNs) };
  }

  #hold(index: number, atNs: number): void {
    const { block: structure, words, bits, reads } = this.#lasting[index]!;
    const stream = this.#placeOf[index]!;
    const cell: BadCell = {
      structure,
      words,
      bits,
      place: stream.nextU32(),
      bitPlace: stream.nextU32(),
      reads: reads ?? (stream.nextBelow(2) === 0 ? 0 : 1),
      aboveC: null,
    };
    if (this.#held.length >= mostHeld) return;
    this.#held = [...this.#held, cell];
    this.#say("held", cell, atNs);
    this.#tell();
  }

  #wearUntilNow(nowNs: number): void {
    this.#passOnset(nowNs);
    const wear = this.#wear;
    if (wear === null) return;
    const doseRadSi = this.doseRadSi();
    const before = this.#worn.length;
    while (wear.nextRadSi() <= doseRadSi) {
      const cell = wear.take();
      if (this.#worn.length >= mostHeld) break;
      this.#worn = [...this.#worn, cell];
      this.#say("stuck", cell, nowNs);
    }
    if (this.#worn.length > before) this.#tell();
  }

  #passOnset(nowNs: number): void {
    if (this.#onsetPassed || this.doseRadSi() < this.#onsetRadSi) return;
    this.#onsetPassed = true;
    this.#say("dose-onset", null, nowNs);
  }

  #say(did: DeviceTruth["did"], cell: BadCell | null, tNs: number): void {
    const { board, tell, fluencePerCm2 } = this.#its;
    tell({ board, did, cell, doseRadSi: this.doseRadSi(), fluencePerCm2: fluencePerCm2(), tNs });
  }

  #tell(): void {
    this.#cells = [...this.#held, ...this.#worn];
    this.#its.changed(this.#cells);
  }

  /** When dose brings the next thing, as the beam is now. */
  #nextDoseNs(): number {
    const { device, fluxPerCm2PerSecond, clock } = this.#its;
    const perSecond = device.doseRadSiPerFluence * fluxPerCm2PerSecond();
    const worn = this.#worn.length >= mostHeld ? Infinity : (this.#wear?.nextRadSi() ?? Infinity);
    const next = Math.min(this.#onsetPassed ? Infinity : this.#onsetRadSi, worn);
    if (!(perSecond > 0) || next === Infinity) return Infinity;
    const seconds = Math.max(0, next - this.doseRadSi()) / perSecond;
    return clock.nowNs() + Math.ceil(seconds * 1e9) + 1;
  }

  #arm(): void {
    const { clock } = this.#its;
    const atNs = this.#closed ? Infinity : Math.min(this.#arrivals.nextNs(), this.#nextDoseNs());
    if (atNs === this.#armedNs) return;
    this.#disarm();
    this.#armedNs = atNs;
    if (!(atNs < Number.MAX_SAFE_INTEGER)) return;
    const changed = new AbortController();
    this.#disarm = () => changed.abort();
    void clock.sleep(Math.max(0, atNs - clock.nowNs()) / nsPerMs, changed.signal).then(() => {
      if (changed.signal.aborted) return;
      this.#armedNs = Math.min(this.#armedNs, clock.nowNs());
      this.catchUp();
    });
  }
}
