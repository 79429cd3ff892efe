import type { Clock } from "../domain/clock.ts";
import { nsPerSecond } from "../domain/clock.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { WorldSpec } from "./world-schema.ts";
import { beamOf } from "./beam.ts";
import { firstLaw, ownHeat, wattsOf } from "./board-heat.ts";
import { configurationMemory } from "./configuration-memory.ts";
import type { ConfigurationMemory } from "./configuration-memory.ts";
import { blockAt, turnHeat } from "./heat.ts";
import { deviceOf, followsVoltage } from "./device.ts";
import type { Device } from "./device.ts";
import { deviceLife } from "./device-life.ts";
import type { DeviceLife } from "./device-life.ts";
import type { Law } from "./law.ts";
import { loadLife } from "./load-life.ts";
import type { LoadLife } from "./load-life.ts";
import { BoardRails } from "./rail.ts";
import type { Feed, RailState } from "./rail.ts";
import type { DeviceTruth, RailTruth, Truth } from "./truth.ts";
import type { BadCell } from "./weak-cells.ts";

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
  /** What the board's device is under this world's beam. */
  device(board: string): Device;
  /** Cells of it that are held now: by a SEFI that lasts, by dose. */
  cells(board: string): readonly BadCell[];
  /** Tells all of them whenever they change. Returns how to unsubscribe. */
  onCells(board: string, listener: (cells: readonly BadCell[]) => void): () => void;
  /** What the part has taken, powered or not, rad(Si). */
  doseRadSi(board: string): number;
  /** Tells every new law of a board as soon as it holds. Returns how to unsubscribe. */
  onLaw(board: string, listener: (law: Law) => void): () => void;
  /** Tells when a board falls silent for good, until it has no power. */
  onHang(board: string, listener: () => void): void;
  /** Nothing befalls it any more; what was above its limit is told. */
  close(): void;
}

export type { Feed, RailState } from "./rail.ts";

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
  readonly busy?: boolean;
  readonly clockShare?: number;
  readonly blockGoalC?: number;
  readonly rateCPerSecond?: number;
}

interface Place {
  readonly name: string;
  readonly spec: EmulatedBoardSpec;
  readonly listeners: Set<(law: Law) => void>;
  readonly hangs: Set<() => void>;
  readonly rails: BoardRails;
  readonly loads: LoadLife;
  readonly device: Device;
  readonly life: () => DeviceLife;
  readonly holding: Set<(cells: readonly BadCell[]) => void>;
  readonly configuration: ConfigurationMemory;
  law: Law;
}

/**
 * Everything at ambient, rails on, shutter closed. `truth` hears of every bit of configuration memory that changes, `tell` what
 * befalls the rails.
 */
export function createWorld(
  spec: WorldSpec,
  clock: Clock,
  truth: Truth = () => undefined,
  tell: (line: RailTruth | DeviceTruth) => void = () => undefined,
  seed = 0,
): World {
  const { fluxPerCm2PerSecond, ...kind } = beamOf(spec);
  const beam = { open: false, sinceNs: clock.nowNs(), fluencePerCm2: 0 };
  const places = new Map<string, Place>();
  const placeOf = (board: string): Place => {
    const place = places.get(board);
    if (place === undefined) throw new RangeError(`no board '${board}' in this world`);
    place.loads.catchUp();
    place.life().catchUp();
    return place;
  };
  /** What a board takes from its rails while it would do this; one in reset draws what an idle one does. */
  const takes = ({ spec: board, rails, law }: Place, busy: boolean, atNs: number): number =>
    wattsOf(board, { ...law, powered: rails.areOn(), busy }, atNs);
  /** A new law from `atNs` on. A board whose rail has fallen below its brown-out is reset, and lives again when its rails carry it. */
  const turn = (place: Place, change: Turn, fromNs = clock.nowNs()): void => {
    const atNs = Math.max(fromNs, place.law.sinceNs);
    const { name, law, spec: board, rails } = place;
    const asked = law.powered && (change.busy ?? law.busy);
    const powered = rails.carry(takes(place, asked, atNs));
    const busy = powered && asked;
    const clockShare = busy ? (change.clockShare ?? law.clockShare) : 1;
    const { blockGoalC = law.heat.blockGoalC, rateCPerSecond = law.heat.rateCPerSecond } = change;
    const own = ownHeat(board, { powered, busy, clockShare }, rails.extraWatts());
    place.law = {
      sinceNs: atNs,
      powered,
      busy,
      clockShare,
      heat: turnHeat(law.heat, atNs, { blockGoalC, rateCPerSecond, ...own }),
      fluxPerCm2PerSecond: powered && beam.open ? fluxPerCm2PerSecond : 0,
      ...(followsVoltage(place.device) ? { voltage: rails.voltage(takes(place, busy, atNs)) } : {}),
    };
    rails.settle(takes(place, busy, atNs), atNs);
    const did = powered ? "alive" : "dead";
    const exposed = isExposed(place.law);
    if (board.events.length + place.device.sel.length > 0 && isExposed(law) !== exposed)
      tell({
        board: name,
        rail: "all",
        did: exposed ? "exposed" : "sheltered",
        milliA: 0,
        sinceNs: atNs,
        tNs: atNs,
      });
    if (law.powered !== powered) tell({ board: name, rail: "all", did, milliA: 0, sinceNs: atNs, tNs: atNs });
    place.life().turn(place.law);
    for (const listener of place.listeners) listener(place.law);
    if (!powered && rails.carry(takes(place, false, atNs))) turn(place, {}, atNs);
  };
  const fluencePerCm2 = (): number =>
    beam.fluencePerCm2 +
    (beam.open ? (fluxPerCm2PerSecond * (clock.nowNs() - beam.sinceNs)) / nsPerSecond : 0);

  for (const [name, board] of Object.entries(spec.boards)) {
    const configuration = configurationMemory(board.configuration, (change) =>
      truth({ ...outsideOfWork, ...change, board: name, tNs: clock.nowNs(), fluencePerCm2: fluencePerCm2() }),
    );
    const forget = ({ powered }: Law): void => {
      if (!powered) configuration.reconfigure();
    };
    const { railMilliV: milliV } = board;
    const rails = new BoardRails(board.rails, { share: 1, milliV, brownOutShare: 0.8 }, (news) =>
      tell({ board: name, ...news }),
    );
    const hangs = new Set<() => void>();
    const loads = loadLife({
      clock,
      rails,
      events: board.events,
      turn: (atNs) => turn(place, {}, atNs),
      tell: (line) => tell({ board: name, ...line }),
      hang: () => hangs.forEach((listener) => listener()),
    });
    const law = firstLaw(spec, board, clock.nowNs());
    const listeners = new Set([forget]);
    const holding = new Set<(cells: readonly BadCell[]) => void>();
    const device = deviceOf(board, { fluxPerCm2PerSecond, ...kind });
    const place: Place = {
      name,
      spec: board,
      listeners,
      hangs,
      holding,
      rails,
      loads,
      device,
      configuration,
      law,
      life: () => life,
    };
    places.set(name, place);
    const life = deviceLife({
      board: name,
      device,
      seed,
      clock,
      law,
      fluencePerCm2,
      fluxPerCm2PerSecond: () => (beam.open ? fluxPerCm2PerSecond : 0),
      latch: ({ do: what, rail, milliA, board: then }, atNs) =>
        loads.befall({ do: what, ...(rail === null ? {} : { rail }), milliA, board: then }, atNs),
      changed: (cells) => holding.forEach((listener) => listener(cells)),
      tell,
    });
    rails.settle(takes(place, false, clock.nowNs()), clock.nowNs());
    loads.arm();
  }

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
      place.rails.feed(rail, change, clock.nowNs());
      turn(place, {});
      place.loads.arm();
    },
    railState: (board, rail) => {
      const place = placeOf(board);
      return place.rails.state(rail, takes(place, place.law.busy, clock.nowNs()));
    },
    rail: (board, on) => {
      const place = placeOf(board);
      if (place.rails.areOn() === on) return;
      place.rails.switchAll(on, clock.nowNs());
      turn(place, {});
      place.loads.arm();
    },
    shutter: (open) => {
      if (open === beam.open) return;
      Object.assign(beam, { fluencePerCm2: fluencePerCm2(), sinceNs: clock.nowNs(), open });
      for (const place of places.values()) {
        place.loads.catchUp();
        place.life().catchUp();
        turn(place, {});
        place.life().beam();
      }
    },
    busy: (board, computing, clockShare = 1) => {
      const place = placeOf(board);
      const { powered, busy, clockShare: before } = place.law;
      if (!powered || (busy === computing && (!computing || before === clockShare))) return;
      turn(place, { busy: computing, clockShare });
      place.loads.arm();
    },
    sense: (board) => {
      const place = placeOf(board);
      const { law, rails } = place;
      const { milliV, milliA } = rails.together(takes(place, law.busy, clock.nowNs()));
      return {
        blockC: blockAt(law.heat, clock.nowNs()),
        sinkC: spec.ambientC,
        on: law.powered,
        milliV: Math.round(milliV),
        milliA: Math.round(milliA),
        shutterOpen: beam.open,
        fluencePerCm2: fluencePerCm2(),
        fluxPerCm2PerSecond: beam.open ? fluxPerCm2PerSecond : 0,
      };
    },
    fluencePerCm2,
    configuration: (board) => placeOf(board).configuration,
    onLaw: (board, listener) => {
      const { listeners } = placeOf(board);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    device: (board) => placeOf(board).device,
    cells: (board) => placeOf(board).life().cells(),
    onCells: (board, listener) => {
      const { holding } = placeOf(board);
      holding.add(listener);
      return () => void holding.delete(listener);
    },
    doseRadSi: (board) => placeOf(board).life().doseRadSi(),
    onHang: (board, listener) => void placeOf(board).hangs.add(listener),
    close: () => {
      for (const { loads, rails, life } of places.values()) {
        loads.catchUp();
        life().catchUp();
        loads.close();
        life().close();
        rails.close(clock.nowNs());
      }
    },
  };
}

/** What changes in configuration memory is of no boot and no iteration. */
const outsideOfWork = { boots: 0, id: 0, structure: "configuration", iteration: 0, cycle: 0 } as const;

function isExposed({ busy, fluxPerCm2PerSecond }: Law): boolean {
  return busy && fluxPerCm2PerSecond > 0;
}
