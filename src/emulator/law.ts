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
  /** V/V₀ by rail, V₀ what it is made for; absent: all stand where they should. The first rail also stands under the empty name. */
  readonly voltage?: Readonly<Record<string, number>>;
}

/** The factor that the voltage of a rail puts to a cross-section with this d ln σ/d(V/V₀); `rail` null: the first one. */
export function voltageFactor({ voltage }: Law, coefficient: number, rail: string | null): number {
  return coefficient === 0 ? 1 : Math.exp(coefficient * ((voltage?.[rail ?? ""] ?? 1) - 1));
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

/** The slowest, a second. */
export function slowestExposure(law: Law, coefficientPerC: number): number {
  const [coldest, hottest] = dieRange(law.heat);
  const coolest = coefficientPerC * ((coefficientPerC > 0 ? coldest : hottest) - 25);
  return law.fluxPerCm2PerSecond * Math.exp(coolest);
}
