import { nsPerSecond } from "../domain/clock.ts";

/**
 * Heat of one board, in closed form: from `sinceNs` until the next law these numbers say all there is to know, so a
 * temperature can be asked at any time, any number of times, and asking changes nothing (law 5).
 *
 *   set point or ambient ─at most rate─→ block ─┐
 *   watts × thermal resistance = selfHeatC ─────┴─ first order, τ ─→ die
 */
export interface HeatLaw {
  readonly sinceNs: number;
  /** The block the board sits on, where the heater's sensor is, and what it moves to at `rateCPerSecond`. */
  readonly blockC: number;
  readonly blockGoalC: number;
  readonly rateCPerSecond: number;
  readonly dieC: number;
  /** How far above the block the die ends up. */
  readonly selfHeatC: number;
  readonly tauSeconds: number;
}

export function blockAt(law: HeatLaw, atNs: number): number {
  const { slope, rampSeconds } = ramp(law);
  const t = secondsInto(law, atNs);
  return t < rampSeconds ? law.blockC + slope * t : law.blockGoalC;
}

/**
 * With the block on a ramp of slope r, y = die − block − selfHeat obeys y' = −y/τ − r, so
 * y(t) = (y0 + rτ)·exp(−t/τ) − rτ; once the block stands still, r = 0.
 */
export function dieAt(law: HeatLaw, atNs: number): number {
  const { slope, rampSeconds } = ramp(law);
  const { tauSeconds: tau } = law;
  const t = secondsInto(law, atNs);
  const y0 = law.dieC - law.blockC - law.selfHeatC;
  const onRamp = (s: number): number => (y0 + slope * tau) * Math.exp(-s / tau) - slope * tau;
  if (t < rampSeconds) return law.blockC + slope * t + law.selfHeatC + onRamp(t);
  return law.blockGoalC + law.selfHeatC + onRamp(rampSeconds) * Math.exp(-(t - rampSeconds) / tau);
}

/** ∫ die temperature dt from the start of the law, °C·s. */
export function dieIntegral(law: HeatLaw, toNs: number): number {
  const { slope, rampSeconds } = ramp(law);
  const { tauSeconds: tau, blockC, selfHeatC } = law;
  const t = secondsInto(law, toNs);
  const y0 = law.dieC - blockC - selfHeatC;
  const onRamp = Math.min(t, rampSeconds);
  const decay = Math.exp(-onRamp / tau);
  const during =
    (blockC + selfHeatC) * onRamp +
    (slope * onRamp * onRamp) / 2 +
    (y0 + slope * tau) * tau * (1 - decay) -
    slope * tau * onRamp;
  if (t <= rampSeconds) return during;
  const still = t - rampSeconds;
  const yr = (y0 + slope * tau) * decay - slope * tau;
  return during + (law.blockGoalC + selfHeatC) * still + yr * tau * (1 - Math.exp(-still / tau));
}

/** Temperatures the die can have under this law: it never overshoots. */
export function dieRange(law: HeatLaw): readonly [lowest: number, highest: number] {
  const ends = [law.dieC, law.blockC + law.selfHeatC, law.blockGoalC + law.selfHeatC];
  return [Math.min(...ends), Math.max(...ends)];
}

/** The law that follows at `atNs`, with something changed. */
export function turnHeat(
  law: HeatLaw,
  atNs: number,
  change: Partial<Pick<HeatLaw, "blockGoalC" | "rateCPerSecond" | "selfHeatC">>,
): HeatLaw {
  return { ...law, sinceNs: atNs, blockC: blockAt(law, atNs), dieC: dieAt(law, atNs), ...change };
}

function ramp(law: HeatLaw): { slope: number; rampSeconds: number } {
  const way = law.blockGoalC - law.blockC;
  return { slope: Math.sign(way) * law.rateCPerSecond, rampSeconds: Math.abs(way) / law.rateCPerSecond };
}

function secondsInto(law: HeatLaw, atNs: number): number {
  return Math.max(0, atNs - law.sinceNs) / nsPerSecond;
}
