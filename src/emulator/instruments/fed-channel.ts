import type { Feed, RailState, World } from "../world.ts";
import type { Served } from "./emulated.ts";

/**
 * One output of an emulated supply, or one contact, and the rails of the world that hang on it. With nothing on it, it is an open
 * circuit: its voltage is there, and no current flows.
 *
 *   electronics of the instrument ─feed→ rails of the world ─railState→ what it measures
 */
export class FedChannel {
  readonly #world: World;
  readonly #rails: readonly (readonly [board: string, rail: string])[];
  #open: Feed = { output: true, milliV: 0, limitMilliA: Infinity, trip: null };

  constructor(world: World, serves: readonly Served[], channel: number) {
    this.#world = world;
    this.#rails = serves
      .filter((served) => served.role === "rail" && served.channel === channel)
      .map(({ station, rail }) => [station, rail ?? "main"]);
  }

  feed(change: Partial<Feed>): void {
    this.#open = { ...this.#open, ...change };
    for (const [board, rail] of this.#rails) this.#world.feed(board, rail, change);
  }

  state(): RailState {
    const states = this.#rails.map(([board, rail]) => this.#world.railState(board, rail));
    const first = states[0];
    if (first === undefined) {
      const { output, milliV } = this.#open;
      return { output, milliV: output ? milliV : 0, milliA: 0, regulating: "voltage", tripped: false };
    }
    const tripped = states.some((state) => state.tripped);
    const output = !tripped && states.some((state) => state.output);
    // One over-current protection for all that hang on the output.
    if (tripped && states.some((state) => state.output)) this.feed({ output: false });
    return {
      output,
      milliV: output ? first.milliV : 0,
      milliA: output ? states.reduce((sum, { milliA }) => sum + milliA, 0) : 0,
      regulating: states.some(({ regulating }) => regulating === "current") ? "current" : "voltage",
      tripped,
    };
  }
}
