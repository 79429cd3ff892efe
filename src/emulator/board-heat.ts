import { dieAt, restingDieC } from "./heat.ts";
import type { HeatLaw } from "./heat.ts";
import type { Law } from "./law.ts";
import type { EmulatedBoardSpec, WorldSpec } from "./world-schema.ts";

/** What a board draws, and what that heats: from its keys in the rig file to the numbers of a law. */

/** Idle at ambient, its rails on, no beam. */
export function firstLaw(spec: WorldSpec, board: EmulatedBoardSpec, nowNs: number): Law {
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

/** `extraWatts`: what goes into latch-ups. */
export function ownHeat(
  board: EmulatedBoardSpec,
  doing: Doing,
  extraWatts = 0,
): Pick<HeatLaw, "selfHeatC" | "feedback"> {
  const { thermalResistanceCPerW: resistance, leakageWattsPerC } = board;
  return {
    selfHeatC: (wattsAt25C(board, doing) + extraWatts) * resistance,
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
