import type { HeldBits } from "../board/accelerators/accelerator.ts";
import type { FabricFault } from "../board/fabric-fault.ts";
import type { DueStrike, OccupiedStructure, Surroundings } from "../board/surroundings.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import { randomStream } from "../domain/random.ts";
import type { Upset } from "../domain/strike.ts";
import { unknownBeam } from "./beam.ts";
import { deviceOf } from "./device.ts";
import type { Device } from "./device.ts";
import { heldIn, sameBits } from "./held-cells.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { Law } from "./law.ts";
import { exposedIn } from "./exposed.ts";
import { rainOn } from "./particles.ts";
import type { Rain } from "./particles.ts";
import type { TruthLine } from "./truth.ts";
import { dieTemperature, wattsOf } from "./board-heat.ts";
import type { BadCell } from "./weak-cells.ts";

/**
 * The surroundings of one board during one boot: the world's law in force, the particles that follow from it, and what the injector
 * has armed. In memory and in a board's own process alike; only the way of law, arming and reports differs.
 *
 *   world ─law→ turn ┐                              ┌─ busy, occupied, struck → world, truth
 *   bench box ─arm───┴→ strikes due, temperature ───┴→ agent
 */
export interface BoardSurroundings extends Surroundings {
  turn(law: Law): void;
  /** These upsets stand in the FPGA's configuration from now on, and no others. */
  configure(faults: readonly FabricFault[]): void;
  /** These cells of its device are held from now on, and no others. */
  holdCells(cells: readonly BadCell[]): void;
  /** The injector's; `null` when armed, else why not. */
  arm(strike: Upset): ArmRefusal | null;
}

export type ArmRefusal = "not-loaded" | "unknown-target" | "out-of-range" | "strikes-full";

export interface SurroundedBoard {
  readonly name: string;
  readonly spec: EmulatedBoardSpec;
  readonly seed: number;
  readonly boots: number;
  /** Upsets that stand in its FPGA's configuration as it boots: a reset of the board is none of the FPGA. */
  readonly faults?: readonly FabricFault[];
  /** What radiation does to its device; none where it stands in no world. */
  readonly device?: Device;
  /** Cells that are held as it boots. */
  readonly cells?: readonly BadCell[];
}

export interface WorldReports {
  busy(computing: boolean, clockShare: number): void;
  struck(line: Omit<TruthLine, "fluencePerCm2">): void;
}

/** The norm asks for 16. */
const mostArmed = 64;
/** A die that throttles goes on until it is this much below its limit, as hardware does: it would flutter otherwise. */
const hysteresisC = 2;
const full = { bits: 0, clockShare: 1 } as const;
const slowed = { bits: 0x20, clockShare: 0.75 } as const;
const halved = { bits: 0x40, clockShare: 0.5 } as const;
type Throttle = typeof full | typeof slowed | typeof halved;
const none: readonly DueStrike[] = [];

export function surroundingsOf(
  board: SurroundedBoard,
  clock: Clock,
  first: Law,
  reports: WorldReports,
): BoardSurroundings {
  const { name, spec, seed, boots } = board;
  const device = board.device ?? deviceOf(spec, unknownBeam);
  let law = first;
  let occupied: readonly OccupiedStructure[] = [];
  let occupations = 0;
  let rain: Rain | null = null;
  let armed: readonly Upset[] = [];
  let faults = board.faults ?? [];
  let cells = board.cells ?? [];
  let held: readonly HeldBits[] = [];
  /** Device time for which strikes were handed out: a board that pays its cycles in arrears asks ahead of the clock. */
  let horizonNs = 0;

  const dieC = (): number => dieTemperature(law, clock.nowNs());
  /** Of the iteration in work: it changes between two of them, so that it depends on the work and never on who asks. */
  let atWork: Throttle = full;
  let computing = false;
  const throttleNow = (): Throttle => {
    const dieNowC = dieC();
    const holds = (level: Throttle, limitC: number): boolean =>
      dieNowC > limitC - (atWork.bits >= level.bits ? hysteresisC : 0);
    if (holds(halved, spec.haltAboveC)) return halved;
    return holds(slowed, spec.slowAboveC) ? slowed : full;
  };
  const look = (): void => {
    const now = throttleNow();
    if (now === atWork) return;
    atWork = now;
    if (computing) reports.busy(true, now.clockShare);
  };
  /** Held cells, as the work of now begins: like throttling, they change between two iterations and never because somebody asks. */
  const feel = (): void => {
    if (cells.length === 0 && held.length === 0) return;
    const now = heldIn(cells, occupied, dieC());
    if (!sameBits(now, held)) held = now;
  };
  const clockKHz = (): number => Math.ceil(spec.clockKHz * throttleNow().clockShare);

  return {
    dieC,
    throttle: () => throttleNow().bits,
    clockKHz,
    powerMilliW: () => Math.round(wattsOf(spec, law, clock.nowNs()) * 1_000),
    busy: (begun) => {
      computing = begun;
      atWork = throttleNow();
      feel();
      reports.busy(begun, atWork.clockShare);
    },
    fabric: () => faults,
    configure: (standing) => {
      faults = standing;
    },
    held: () => held,
    holdCells: (now) => {
      cells = now;
    },
    turn: (next) => {
      rain?.turn(next);
      law = next;
    },
    arm: (strike) => {
      if (occupied.length === 0) return "not-loaded";
      const target = occupied.find((structure) => structure.name === strike.target);
      if (target === undefined) return "unknown-target";
      if (!fits(strike, target)) return "out-of-range";
      const others = armed.filter((other) => other.id !== strike.id);
      if (others.length >= mostArmed) return "strikes-full";
      armed = [...others, strike];
      return null;
    },
    occupy: (structures) => {
      occupied = structures;
      armed = [];
      occupations++;
      // Arrivals have no memory, so every load may begin new streams, and a repeat of it repeats them.
      const exposed = exposedIn(device, structures, (...labels) =>
        randomStream(seed, name, ...labels, boots, occupations),
      );
      feel();
      rain = rainOn(exposed, spec.temperatureCoefficientPerC, law, clock.nowNs());
    },
    rewritten: () => {
      rain?.fallenBefore(clock.nowNs());
    },
    strikesDue: (iteration, iterationCycles) => {
      look();
      feel();
      const kHz = clockKHz();
      const startNs = Math.max(clock.nowNs(), horizonNs);
      horizonNs = startNs + (iterationCycles * nsPerMs) / kHz;
      const fallen = rain?.fallenBefore(horizonNs) ?? [];
      if (fallen.length === 0 && armed.length === 0) return none;
      const due: DueStrike[] = [];
      const strike = (
        by: TruthLine["by"],
        id: number,
        at: Omit<DueStrike, "id">,
        tNs: number,
        wordsOfEvent = 1,
      ): void => {
        const { target: structure, word, mask, cycle } = at;
        due.push({ ...at, id });
        const several = wordsOfEvent > 1 ? { wordsOfEvent } : {};
        reports.struck({
          board: name,
          boots,
          by,
          id,
          structure,
          word,
          mask,
          tNs,
          iteration,
          cycle,
          ...several,
        });
      };
      for (const { structure: target, word, mask, tNs, by, wordsOfEvent } of fallen) {
        const cycle = Math.max(0, Math.floor(((tNs - startNs) * kHz) / nsPerMs));
        strike(by, 0, { target, word, mask, cycle }, tNs, wordsOfEvent);
      }
      for (const { id, target, word, mask, cycle } of armed.filter((one) => one.iteration === iteration)) {
        strike("injector", id, { target, word, mask, cycle }, Math.round(startNs + (cycle * nsPerMs) / kHz));
      }
      armed = armed.filter((one) => one.iteration !== iteration);
      return due.sort((a, b) => a.cycle - b.cycle);
    },
  };
}

function fits(strike: Upset, target: OccupiedStructure): boolean {
  const bits = target.bits === 32 ? 0xffffffff : 2 ** target.bits - 1;
  return strike.id > 0 && strike.word < target.words && strike.mask !== 0 && (strike.mask & ~bits) === 0;
}
