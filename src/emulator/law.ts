import { nsPerSecond } from "../domain/clock.ts";
import { dieIntegral, dieRange } from "./heat.ts";
import type { HeatLaw } from "./heat.ts";

/**
 * What holds at one board until the world says otherwise. Plain data: over PTYs it is sent to the board's process, which then
 * knows its temperature and its beam at any time without asking.
 */
export interface Law {
  readonly sinceNs: number;
  readonly powered: boolean;
  readonly busy: boolean;
  readonly heat: HeatLaw;
  /** At the board, with its rail on and the shutter open; otherwise 0. */
  readonly fluxPerCm2PerSecond: number;
}

/**
 * Exposure since the start of the law, 1/cm² weighted with σ(T)/σ(25 °C) = 1 + coefficient·(T − 25): what the expected
 * number of strikes is proportional to. Never falls.
 */
export function exposure(law: Law, coefficientPerC: number, toNs: number): number {
  if (law.fluxPerCm2PerSecond === 0 || toNs <= law.sinceNs) return 0;
  const seconds = (toNs - law.sinceNs) / nsPerSecond;
  const warmth = coefficientPerC === 0 ? 0 : coefficientPerC * (dieIntegral(law.heat, toNs) - 25 * seconds);
  return Math.max(0, law.fluxPerCm2PerSecond * (seconds + warmth));
}

/** The fastest that `exposure` can grow under this law, a second. */
export function fastestExposure(law: Law, coefficientPerC: number): number {
  const [coldest, hottest] = dieRange(law.heat);
  const warmest = coefficientPerC * ((coefficientPerC > 0 ? hottest : coldest) - 25);
  return Math.max(0, law.fluxPerCm2PerSecond * (1 + warmest));
}
