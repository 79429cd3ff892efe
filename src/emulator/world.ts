import type { Clock } from "../domain/clock.ts";
import { nsPerSecond } from "../domain/clock.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { WorldSpec } from "./world-schema.ts";
import { configurationMemory } from "./configuration-memory.ts";
import type { ConfigurationMemory } from "./configuration-memory.ts";
import { blockAt, dieAt, restingDieC, turnHeat } from "./heat.ts";
import type { HeatLaw } from "./heat.ts";
import type { Law } from "./law.ts";
import type { Truth } from "./truth.ts";

/**
 * The one owner of rails, heat, beam and configuration memory (law 5). It depends on commands and time alone: a command makes a new law for the
 * boards it touches, and everything asked in between is computed from the law in force, changing nothing.
 *
 *   bench box ─heat, rail, shutter→ world ─law→ surroundings of a board ─temperature, strikes→ agent
 *   agent ─busy→ surroundings ─→ world
 */
export interface World {
  readonly boards: readonly string[];
  law(board: string): Law;
  /** The block moves at `rateCPerSecond` at most, and never faster than the rig's heater can; off, it drifts back to ambient. */
  heat(board: string, on: boolean, setC: number, rateCPerSecond?: number): void;
  /** All rails of the board, as a bench box switches them. */
  rail(board: string, on: boolean): void;
  /** What the electronics of a supply, or a contact, do at this rail from now on. */
  feed(board: string, rail: string, change: Partial<Feed>): void;
  /** What there is to measure at this rail now. */
  railState(board: string, rail: string): RailState;
  shutter(open: boolean): void;
  /** `clockShare`: part of the full clock it computes at; a throttled board does less, and heats less. */
  busy(board: string, computing: boolean, clockShare?: number): void;
  sense(board: string): Sensed;
  /** Gross, since the world began. */
  fluencePerCm2(): number;
  /** Of the board's FPGA. Without power it forgets every flipped bit: it is loaded anew when power comes back. */
  configuration(board: string): ConfigurationMemory;
  /** Tells every new law of a board as soon as it holds. Returns how to unsubscribe. */
  onLaw(board: string, listener: (law: Law) => void): () => void;
}

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

export interface Sensed {
  readonly blockC: number;
  readonly sinkC: number;
  readonly on: boolean;
  readonly milliV: number;
  readonly milliA: number;
  readonly shutterOpen: boolean;
  readonly fluencePerCm2: number;
  readonly fluxPerCm2PerSecond: number;
}

interface Turn {
  readonly powered?: boolean;
  readonly busy?: boolean;
  readonly clockShare?: number;
  readonly blockGoalC?: number;
  readonly rateCPerSecond?: number;
}

interface Place {
  readonly spec: EmulatedBoardSpec;
  readonly listeners: Set<(law: Law) => void>;
  readonly feeds: Map<string, Feed>;
  readonly configuration: ConfigurationMemory;
  law: Law;
}

/** Everything at ambient, rails on, shutter closed. `truth` hears of every bit of configuration memory that changes. */
export function createWorld(spec: WorldSpec, clock: Clock, truth: Truth = () => undefined): World {
  const beam = { open: false, sinceNs: clock.nowNs(), fluencePerCm2: 0 };
  const places = new Map(
    Object.entries(spec.boards).map(([name, board]): [string, Place] => {
      const configuration = configurationMemory(board.configuration, (change) =>
        truth({
          ...outsideOfWork,
          ...change,
          board: name,
          tNs: clock.nowNs(),
          fluencePerCm2: fluencePerCm2(),
        }),
      );
      const forget = ({ powered }: Law): void => {
        if (!powered) configuration.reconfigure();
      };
      const law = firstLaw(spec, board, clock.nowNs());
      return [name, { spec: board, listeners: new Set([forget]), feeds: new Map(), configuration, law }];
    }),
  );
  const placeOf = (board: string): Place => {
    const place = places.get(board);
    if (place === undefined) throw new RangeError(`no board '${board}' in this world`);
    return place;
  };
  const turn = (place: Place, change: Turn): void => {
    const nowNs = clock.nowNs();
    const { law, spec: board } = place;
    const powered = change.powered ?? law.powered;
    const busy = powered && (change.busy ?? law.busy);
    const clockShare = busy ? (change.clockShare ?? law.clockShare) : 1;
    const { blockGoalC = law.heat.blockGoalC, rateCPerSecond = law.heat.rateCPerSecond } = change;
    const own = ownHeat(board, { powered, busy, clockShare });
    place.law = {
      sinceNs: nowNs,
      powered,
      busy,
      clockShare,
      heat: turnHeat(law.heat, nowNs, { blockGoalC, rateCPerSecond, ...own }),
      fluxPerCm2PerSecond: powered && beam.open ? spec.beamFluxPerCm2PerSecond : 0,
    };
    for (const listener of place.listeners) listener(place.law);
  };
  const fluencePerCm2 = (): number =>
    beam.fluencePerCm2 +
    (beam.open ? (spec.beamFluxPerCm2PerSecond * (clock.nowNs() - beam.sinceNs)) / nsPerSecond : 0);

  return {
    boards: [...places.keys()],
    law: (board) => placeOf(board).law,
    heat: (board, on, setC, rateCPerSecond = Infinity) =>
      turn(placeOf(board), {
        blockGoalC: on ? setC : spec.ambientC,
        rateCPerSecond: Math.min(on ? rateCPerSecond : Infinity, spec.heaterRateCPerSecond),
      }),
    feed: (board, rail, change) => {
      const place = placeOf(board);
      place.feeds.set(rail, { ...feedOf(place, rail), ...change });
      const powered = [...place.feeds.values()].every(({ output }) => output);
      if (place.law.powered !== powered) turn(place, { powered, busy: false });
    },
    railState: (board, rail) => {
      const place = placeOf(board);
      const { output, milliV, limitMilliA } = feedOf(place, rail);
      const draws = (wattsOf(place.spec, place.law, clock.nowNs()) * 1e6) / place.spec.railMilliV;
      const folded = output && draws > limitMilliA;
      return {
        output,
        milliV: output ? milliV : 0,
        milliA: output ? Math.min(draws, limitMilliA) : 0,
        regulating: folded ? "current" : "voltage",
        tripped: false,
      };
    },
    rail: (board, on) => {
      if (placeOf(board).law.powered !== on) turn(placeOf(board), { powered: on, busy: false });
    },
    shutter: (open) => {
      if (open === beam.open) return;
      Object.assign(beam, { fluencePerCm2: fluencePerCm2(), sinceNs: clock.nowNs(), open });
      for (const place of places.values()) turn(place, {});
    },
    busy: (board, computing, clockShare = 1) => {
      const place = placeOf(board);
      const { powered, busy, clockShare: before } = place.law;
      if (powered && (busy !== computing || (computing && before !== clockShare)))
        turn(place, { busy: computing, clockShare });
    },
    sense: (board) => {
      const { law, spec: board_ } = placeOf(board);
      return {
        blockC: blockAt(law.heat, clock.nowNs()),
        sinkC: spec.ambientC,
        on: law.powered,
        milliV: law.powered ? board_.railMilliV : 0,
        milliA: Math.round((wattsOf(board_, law, clock.nowNs()) * 1e6) / board_.railMilliV),
        shutterOpen: beam.open,
        fluencePerCm2: fluencePerCm2(),
        fluxPerCm2PerSecond: beam.open ? spec.beamFluxPerCm2PerSecond : 0,
      };
    },
    fluencePerCm2,
    configuration: (board) => placeOf(board).configuration,
    onLaw: (board, listener) => {
      const { listeners } = placeOf(board);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What changes in configuration memory is of no boot and no iteration. */
const outsideOfWork = { boots: 0, id: 0, structure: "configuration", iteration: 0, cycle: 0 } as const;

/** A rail that nobody has set stands at the board's own voltage, and is on. */
function feedOf({ feeds, spec }: Place, rail: string): Feed {
  return feeds.get(rail) ?? { output: true, milliV: spec.railMilliV, limitMilliA: Infinity, trip: null };
}

function firstLaw(spec: WorldSpec, board: EmulatedBoardSpec, nowNs: number): Law {
  const idle = { powered: true, busy: false, clockShare: 1 };
  const heat = {
    sinceNs: nowNs,
    blockC: spec.ambientC,
    blockGoalC: spec.ambientC,
    rateCPerSecond: spec.heaterRateCPerSecond,
    dieC: spec.ambientC,
    ...ownHeat(board, idle),
    tauSeconds: board.dieTimeConstantSeconds,
  };
  return {
    sinceNs: nowNs,
    ...idle,
    heat: { ...heat, dieC: restingDieC(heat, spec.ambientC) },
    fluxPerCm2PerSecond: 0,
  };
}

type Doing = Pick<Law, "powered" | "busy" | "clockShare">;

/** What a board draws with its die at 25 °C: its switching follows the clock, what it draws idle does not. */
function wattsAt25C(
  { busyWatts, idleWatts }: EmulatedBoardSpec,
  { powered, busy, clockShare }: Doing,
): number {
  if (!powered) return 0;
  return busy ? idleWatts + (busyWatts - idleWatts) * clockShare : idleWatts;
}

function ownHeat(board: EmulatedBoardSpec, doing: Doing): Pick<HeatLaw, "selfHeatC" | "feedback"> {
  const { thermalResistanceCPerW: resistance, leakageWattsPerC } = board;
  return {
    selfHeatC: wattsAt25C(board, doing) * resistance,
    feedback: doing.powered ? leakageWattsPerC * resistance : 0,
  };
}

/** What a board draws now, leakage of the hot die included. */
export function wattsOf(board: EmulatedBoardSpec, law: Law, nowNs: number): number {
  const leakage = law.powered ? board.leakageWattsPerC * (dieAt(law.heat, nowNs) - 25) : 0;
  return Math.max(0, wattsAt25C(board, law) + leakage);
}

/** What a die thermometer under this law shows, °C. */
export function dieTemperature(law: Law, nowNs: number): number {
  return dieAt(law.heat, nowNs);
}
