import type { DueStrike, OccupiedStructure, Surroundings } from "../board/surroundings.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import { randomStream } from "../domain/random.ts";
import type { Strike } from "../domain/strike.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { Law } from "./law.ts";
import { rainOn } from "./particles.ts";
import type { Rain } from "./particles.ts";
import type { TruthLine } from "./truth.ts";
import { dieTemperature, wattsOf } from "./world.ts";

/**
 * The surroundings of one board during one boot: the world's law in force, the particles that follow from it, and what the injector
 * has armed. In memory and in a board's own process alike; only the way of law, arming and reports differs.
 *
 *   world ─law→ turn ┐                              ┌─ busy, occupied, struck → world, truth
 *   bench box ─arm───┴→ strikes due, temperature ───┴→ agent
 */
export interface BoardSurroundings extends Surroundings {
  turn(law: Law): void;
  /** The injector's; `null` when armed, else why not. */
  arm(strike: Strike): ArmRefusal | null;
}

export type ArmRefusal = "not-loaded" | "unknown-target" | "out-of-range" | "strikes-full";

export interface SurroundedBoard {
  readonly name: string;
  readonly spec: EmulatedBoardSpec;
  readonly seed: number;
  readonly boots: number;
}

export interface WorldReports {
  busy(computing: boolean): void;
  struck(line: Omit<TruthLine, "fluencePerCm2">): void;
}

/** The norm asks for 16. */
const mostArmed = 64;
const throttledBySoftware = 0x20;
const throttledByHardware = 0x40;
const none: readonly DueStrike[] = [];

export function surroundingsOf(
  board: SurroundedBoard,
  clock: Clock,
  first: Law,
  reports: WorldReports,
): BoardSurroundings {
  const { name, spec, seed, boots } = board;
  let law = first;
  let occupied: readonly OccupiedStructure[] = [];
  let occupations = 0;
  let rain: Rain | null = null;
  let armed: readonly Strike[] = [];
  /** Device time for which strikes were handed out: a board that pays its cycles in arrears asks ahead of the clock. */
  let horizonNs = 0;

  const dieC = (): number => dieTemperature(law, clock.nowNs());
  const throttle = (): number => {
    const dieNowC = dieC();
    if (dieNowC > spec.haltAboveC) return throttledByHardware;
    return dieNowC > spec.slowAboveC ? throttledBySoftware : 0;
  };
  const clockKHz = (): number => {
    const bits = throttle();
    return bits === 0
      ? spec.clockKHz
      : Math.ceil(spec.clockKHz * (bits === throttledBySoftware ? 0.75 : 0.5));
  };

  return {
    dieC,
    throttle,
    clockKHz,
    powerMilliW: () => Math.round(wattsOf(spec, law.powered, law.busy) * 1_000),
    busy: (computing) => reports.busy(computing),
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
      const stream = (structure: string, what: string): ReturnType<typeof randomStream> =>
        randomStream(seed, name, structure, what, boots, occupations);
      const exposed = structures.map((structure) => ({
        ...structure,
        crossSectionPerBitCm2: spec.crossSectionPerBitCm2[structure.name] ?? 0,
        arrivals: stream(structure.name, "arrivals"),
        places: stream(structure.name, "places"),
      }));
      rain = rainOn(exposed, spec.temperatureCoefficientPerC, law, clock.nowNs());
    },
    strikesDue: (iteration, iterationCycles) => {
      const kHz = clockKHz();
      const startNs = Math.max(clock.nowNs(), horizonNs);
      horizonNs = startNs + (iterationCycles * nsPerMs) / kHz;
      const fallen = rain?.fallenBefore(horizonNs) ?? [];
      if (fallen.length === 0 && armed.length === 0) return none;
      const due: DueStrike[] = [];
      const strike = (by: TruthLine["by"], id: number, at: Omit<DueStrike, "id">, tNs: number): void => {
        const { target: structure, word, mask, cycle } = at;
        due.push({ ...at, id });
        reports.struck({ board: name, boots, by, id, structure, word, mask, tNs, iteration, cycle });
      };
      for (const { structure: target, word, mask, tNs } of fallen) {
        const cycle = Math.max(0, Math.floor(((tNs - startNs) * kHz) / nsPerMs));
        strike("particle", 0, { target, word, mask, cycle }, tNs);
      }
      for (const { id, target, word, mask, cycle } of armed.filter((one) => one.iteration === iteration)) {
        strike("injector", id, { target, word, mask, cycle }, Math.round(startNs + (cycle * nsPerMs) / kHz));
      }
      armed = armed.filter((one) => one.iteration !== iteration);
      return due.sort((a, b) => a.cycle - b.cycle);
    },
  };
}

function fits(strike: Strike, target: OccupiedStructure): boolean {
  const bits = target.bits === 32 ? 0xffffffff : 2 ** target.bits - 1;
  return strike.id > 0 && strike.word < target.words && strike.mask !== 0 && (strike.mask & ~bits) === 0;
}
