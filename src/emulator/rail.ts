import { nsPerMs } from "../domain/clock.ts";
import type { RailSpec } from "./world-schema.ts";

/**
 * The rails of one board: what feeds them, what they carry, and what follows. From one change to the next everything here stands
 * still, so a reading can be asked at any time and asking changes nothing (law 5).
 *
 *   feed: voltage, limit, trip ─┐                       ┌─ draw ≤ limit → the voltage stands
 *   watts of the board ─share───┼─→ current of a rail ──┼─ draw > limit → folded back, the voltage falls
 *   latch-up, load step ────────┘                       └─ above the trip for its delay → cut, at that very time
 */

/** One rail as it is fed. A board lives while all its rails are on. */
export interface Feed {
  readonly output: boolean;
  readonly milliV: number;
  /** The supply folds back to this current; Infinity where it cannot. */
  readonly limitMilliA: number;
  /** It cuts the rail when more than this is drawn for so long; null: it never does. */
  readonly trip: { readonly milliA: number; readonly delayMs: number } | null;
}

export interface RailState {
  readonly output: boolean;
  readonly milliV: number;
  readonly milliA: number;
  readonly regulating: "voltage" | "current";
  /** The supply cut it by itself since it was last turned on. */
  readonly tripped: boolean;
}

/** What a rail carries beside the board's own load. */
export interface ExtraLoad {
  /** A latch-up lasts until its rail has been without power for long enough; the others care for time alone. */
  readonly latched: boolean;
  readonly milliA: number;
}

/** What the world knows of a rail and nobody on the bench does. */
export interface RailNews {
  readonly rail: string;
  readonly did: "trip" | "cleared" | "over-limit";
  readonly milliA: number;
  readonly sinceNs: number;
  readonly tNs: number;
}

interface OneRail {
  readonly name: string;
  readonly spec: RailSpec;
  feed: Feed;
  tripped: boolean;
  offSinceNs: number;
  /** Since when it draws more than its trip, and more than its board stands; null: it does not. */
  overSinceNs: number | null;
  aboveSinceNs: number | null;
  peakMilliA: number;
  loads: readonly (ExtraLoad & { readonly sinceNs: number })[];
}

/** A latch-up is fed from what is left in the capacitors this long after its rail is cut. */
export const dischargeMs = 500;

export class BoardRails {
  readonly #rails = new Map<string, OneRail>();
  /** A rig file that says nothing of its rails has them one behind the other (a contact, then a supply): each carries all. */
  readonly #inSeries: boolean;
  readonly #whole: RailSpec;
  readonly #told: (news: RailNews) => void;

  /** `whole`: what a rail is that the rig file says nothing of, where it says nothing of any. */
  constructor(specs: Readonly<Record<string, RailSpec>>, whole: RailSpec, told: (news: RailNews) => void) {
    this.#whole = whole;
    this.#told = told;
    this.#inSeries = Object.keys(specs).length === 0;
    for (const [name, spec] of Object.entries(specs)) this.#rails.set(name, newRail(name, spec));
  }

  /** The rail that a scheduled event is on where it names none. */
  first(): string {
    return this.#rails.keys().next().value ?? this.#at("main").name;
  }

  feed(name: string, change: Partial<Feed>, atNs: number): void {
    const rail = this.#at(name);
    const was = rail.feed.output;
    rail.feed = { ...rail.feed, ...change };
    if (rail.feed.output === was) return;
    if (!rail.feed.output) {
      rail.offSinceNs = atNs;
      return;
    }
    rail.tripped = false;
    if (atNs - rail.offSinceNs < dischargeMs * nsPerMs) return;
    for (const { milliA, sinceNs } of rail.loads.filter(({ latched }) => latched))
      this.#told({ rail: name, did: "cleared", milliA, sinceNs, tNs: rail.offSinceNs });
    for (const one of this.#sharing(rail)) one.loads = one.loads.filter(({ latched }) => !latched);
  }

  switchAll(output: boolean, atNs: number): void {
    if (this.#rails.size === 0) this.#at("main");
    for (const { name } of this.#rails.values()) this.feed(name, { output }, atNs);
  }

  /** False where there is no power to latch on. */
  add(name: string, load: ExtraLoad, atNs: number): boolean {
    const rail = this.#at(name);
    if (load.latched && !(this.#inSeries ? this.areOn() : rail.feed.output)) return false;
    const begun = Object.assign(load, { sinceNs: atNs });
    for (const one of this.#sharing(rail)) one.loads = [...one.loads, begun];
    return true;
  }

  remove(name: string, load: ExtraLoad): void {
    for (const one of this.#sharing(this.#at(name))) one.loads = one.loads.filter((other) => other !== load);
  }

  areOn(): boolean {
    return [...this.#rails.values()].every(({ feed }) => feed.output);
  }

  /** Whether the board lives while it takes so many watts: every rail is on, and none has fallen below its brown-out. */
  carry(watts: number): boolean {
    for (const rail of this.#rails.values()) {
      const { output, milliV } = stateOf(rail, watts);
      if (!output || milliV < rail.spec.brownOutShare * rail.spec.milliV) return false;
    }
    return true;
  }

  /** From now on the board takes so many watts: what trips and what is above its limit is known from here. */
  settle(watts: number, atNs: number): void {
    for (const rail of this.#rails.values()) {
      const { milliA } = this.state(rail.name, watts);
      const { feed, spec } = rail;
      const trip = feed.trip !== null && feed.output ? feed.trip.milliA : Infinity;
      rail.overSinceNs = milliA >= trip && drawOf(rail, watts) > trip ? (rail.overSinceNs ?? atNs) : null;
      if (milliA > (spec.absoluteMilliA ?? Infinity)) {
        rail.aboveSinceNs ??= atNs;
        rail.peakMilliA = Math.max(rail.peakMilliA, milliA);
      } else this.#below(rail, atNs);
    }
  }

  /** When the next supply cuts a rail by itself; null: none does, as things are. */
  nextTripNs(): number | null {
    let next: number | null = null;
    for (const { overSinceNs, feed } of this.#rails.values()) {
      if (overSinceNs === null || feed.trip === null) continue;
      const tNs = overSinceNs + feed.trip.delayMs * nsPerMs;
      next = next === null ? tNs : Math.min(next, tNs);
    }
    return next;
  }

  trip(atNs: number): void {
    for (const rail of this.#rails.values()) {
      const { overSinceNs, feed } = rail;
      if (overSinceNs === null || feed.trip === null) continue;
      if (overSinceNs + feed.trip.delayMs * nsPerMs > atNs) continue;
      rail.feed = { ...feed, output: false };
      rail.tripped = true;
      rail.offSinceNs = atNs;
      rail.overSinceNs = null;
      this.#told({ rail: rail.name, did: "trip", milliA: feed.trip.milliA, sinceNs: overSinceNs, tNs: atNs });
    }
  }

  state(name: string, watts: number): RailState {
    const state = stateOf(this.#at(name), watts);
    return this.#inSeries && !this.areOn() ? { ...state, milliA: 0, regulating: "voltage" } : state;
  }

  /** V/V₀ of every rail, V₀ what it is made for; the first one's under the empty name too. */
  voltage(watts: number): Readonly<Record<string, number>> {
    const shares = [...this.#rails.values()].map(
      (rail) => [rail.name, stateOf(rail, watts).milliV / rail.spec.milliV] as const,
    );
    return Object.fromEntries(shares[0] === undefined ? [] : [["", shares[0][1]], ...shares]);
  }

  /** All rails as one, for an instrument that knows but one: the first speaks for the voltage. */
  together(watts: number): { readonly milliV: number; readonly milliA: number } {
    const states = [...this.#rails.values()].map((rail) => stateOf(rail, watts));
    const whole = this.#rails.size === 0 ? [stateOf(this.#at("main"), watts)] : states;
    const { milliV, milliA } = whole[0]!;
    if (!this.#inSeries) return { milliV, milliA: whole.reduce((sum, state) => sum + state.milliA, 0) };
    const on = this.areOn();
    return { milliV: on ? milliV : 0, milliA: on ? milliA : 0 };
  }

  /** Power that goes into latch-ups and other loads of no use. */
  extraWatts(): number {
    let watts = 0;
    if (this.#inSeries && !this.areOn()) return 0;
    for (const { feed, loads } of this.#inSeries
      ? [...this.#rails.values()].slice(0, 1)
      : this.#rails.values())
      if (feed.output)
        for (const { milliA } of loads) watts += (Math.min(milliA, feed.limitMilliA) * feed.milliV) / 1e6;
    return watts;
  }

  /** The world ends: what is above its limit was so until now. */
  close(atNs: number): void {
    for (const rail of this.#rails.values()) this.#below(rail, atNs);
  }

  #below(rail: OneRail, tNs: number): void {
    const { aboveSinceNs: sinceNs, peakMilliA: milliA, name } = rail;
    if (sinceNs !== null) this.#told({ rail: name, did: "over-limit", milliA, sinceNs, tNs });
    rail.aboveSinceNs = null;
    rail.peakMilliA = 0;
  }

  /** A rail that nobody has set stands at the board's own voltage, and is on. */
  #at(name: string): OneRail {
    const known = this.#rails.get(name);
    if (known !== undefined) return known;
    const rail = newRail(name, this.#inSeries ? this.#whole : { ...this.#whole, share: 0 });
    rail.loads = this.#inSeries ? (this.#rails.values().next().value?.loads ?? []) : [];
    this.#rails.set(name, rail);
    return rail;
  }

  /** The rails that a load on this one is felt at. */
  #sharing(rail: OneRail): readonly OneRail[] {
    return this.#inSeries ? [...this.#rails.values()] : [rail];
  }
}

function newRail(name: string, spec: RailSpec): OneRail {
  return {
    name,
    spec,
    feed: { output: true, milliV: spec.milliV, limitMilliA: Infinity, trip: null },
    tripped: false,
    offSinceNs: -Infinity,
    overSinceNs: null,
    aboveSinceNs: null,
    peakMilliA: 0,
    loads: [],
  };
}

/** What it would take if nothing limited it. A board draws a current of its own, whatever the voltage just is. */
function drawOf({ feed, spec, loads }: OneRail, watts: number): number {
  if (!feed.output) return 0;
  return loads.reduce((sum, { milliA }) => sum + milliA, (spec.share * watts * 1e6) / spec.milliV);
}

function stateOf(rail: OneRail, watts: number): RailState {
  const { feed, tripped } = rail;
  const draw = drawOf(rail, watts);
  const folded = draw > feed.limitMilliA;
  return {
    output: feed.output,
    // Folded back, what hangs on the rail is a resistor: its voltage falls as its current is held.
    milliV: feed.output ? (folded ? (feed.milliV * feed.limitMilliA) / draw : feed.milliV) : 0,
    milliA: Math.min(draw, feed.limitMilliA),
    regulating: folded ? "current" : "voltage",
    tripped,
  };
}
