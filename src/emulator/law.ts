import { dieRange, weightedSeconds } from "./heat.ts";
import type { HeatLaw } from "./heat.ts";

/**
 * What holds at one board until the world says otherwise. Plain data: over PTYs it is sent to the board's process, which then
 * knows its temperature and its beam at any time without asking.
 */
export interface Law {
  readonly sinceNs: number;
  readonly powered: boolean;
  readonly busy: boolean;
  /** Part of the full clock that it works at: below 1 while it throttles. */
  readonly clockShare: number;
  readonly heat: HeatLaw;
  /** At the board, with its rail on and the shutter open; otherwise 0. */
  readonly fluxPerCm2PerSecond: number;
}

/**
 * Exposure since the start of the law, 1/cm², weighted with σ(T)/σ(25 °C) = exp(coefficient·(T − 25)): what the expected
 * number of strikes is proportional to. Exact, and never falls. `coefficientPerC`: d ln σ/dT, 1/°C.
 */
export function exposure(law: Law, coefficientPerC: number, toNs: number): number {
  if (law.fluxPerCm2PerSecond === 0 || toNs <= law.sinceNs) return 0;
  return law.fluxPerCm2PerSecond * weightedSeconds(law.heat, coefficientPerC, toNs);
}

/** The fastest that `exposure` can grow under this law, a second. */
export function fastestExposure(law: Law, coefficientPerC: number): number {
  const [coldest, hottest] = dieRange(law.heat);
  const warmest = coefficientPerC * ((coefficientPerC > 0 ? hottest : coldest) - 25);
  return law.fluxPerCm2PerSecond * Math.exp(warmest);
}
