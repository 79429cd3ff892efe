import { nsPerSecond } from "../domain/clock.ts";

/**
 * Heat of one board, in closed form: from `sinceNs` until the next law these numbers say all there is to know, so a
 * temperature can be asked at any time, any number of times, and asking changes nothing (law 5).
 *
 *   set point or ambient ─at most rate─→ block ─────────┐
 *   watts at 25 °C × thermal resistance = selfHeatC ────┼─ first order, τ ─→ die ─┐
 *   leakage: `feedback` °C more for each °C above 25 ───┴─────────────────────────┘
 *
 * Leakage grows as a straight line with the die's temperature, so the law stays linear and its solution exact:
 * τ·T' = block + selfHeat + feedback·(T − 25) − T, with feedback below 1, or the die would run away.
 */
export interface HeatLaw {
  readonly sinceNs: number;
  /** The block the board sits on, where the heater's sensor is, and what it moves to at `rateCPerSecond` (above 0). */
  readonly blockC: number;
  readonly blockGoalC: number;
  readonly rateCPerSecond: number;
  readonly dieC: number;
  /** How far above the block the power that a die at 25 °C draws would lift it. */
  readonly selfHeatC: number;
  /** Thermal resistance times watts of leakage a °C; 0 ≤ feedback < 1. */
  readonly feedback: number;
  readonly tauSeconds: number;
}

export function blockAt(law: HeatLaw, atNs: number): number {
  const { slope, rampSeconds } = ramp(law);
  const t = secondsInto(law, atNs);
  return t < rampSeconds ? law.blockC + slope * t : law.blockGoalC;
}

/** Where the die ends up over a block that stands still. */
export function restingDieC({ selfHeatC, feedback }: HeatLaw, blockC: number): number {
  return (blockC + selfHeatC - 25 * feedback) / (1 - feedback);
}

export function dieAt(law: HeatLaw, atNs: number): number {
  const { rampSeconds } = ramp(law);
  const t = secondsInto(law, atNs);
  const [rising, resting] = stretches(law);
  const at = ({ startC, slope, excessC, tauSeconds }: Stretch, s: number): number =>
    startC + slope * s + excessC * Math.exp(-s / tauSeconds);
  return t < rampSeconds ? at(rising, t) : at(resting, t - rampSeconds);
}

/**
 * ∫ exp(c·(T − 25 °C)) dt from the start of the law, s: the time a cross-section with d ln σ/dT = c would have needed at 25 °C.
 * Exact: on each stretch T = a + b·s + E·exp(−s/τ), and exp(c·E·exp(−s/τ)) is expanded in powers of its exponent.
 */
export function weightedSeconds(law: HeatLaw, coefficientPerC: number, toNs: number): number {
  const t = secondsInto(law, toNs);
  if (coefficientPerC === 0) return t;
  const { rampSeconds } = ramp(law);
  const [rising, resting] = stretches(law);
  const during = weighted(rising, coefficientPerC, Math.min(t, rampSeconds));
  return t <= rampSeconds ? during : during + weighted(resting, coefficientPerC, t - rampSeconds);
}

/** Temperatures the die can have under this law: it never overshoots. */
export function dieRange(law: HeatLaw): readonly [lowest: number, highest: number] {
  const ends = [law.dieC, restingDieC(law, law.blockC), restingDieC(law, law.blockGoalC)];
  return [Math.min(...ends), Math.max(...ends)];
}

/** The law that follows at `atNs`, with something changed. */
export function turnHeat(
  law: HeatLaw,
  atNs: number,
  change: Partial<Pick<HeatLaw, "blockGoalC" | "rateCPerSecond" | "selfHeatC" | "feedback">>,
): HeatLaw {
  return { ...law, sinceNs: atNs, blockC: blockAt(law, atNs), dieC: dieAt(law, atNs), ...change };
}

/** The die while the block ramps, or stands still: startC + slope·s + excessC·exp(−s/τ). */
interface Stretch {
  readonly startC: number;
  readonly slope: number;
  readonly excessC: number;
  readonly tauSeconds: number;
}

/**
 * With g = 1 − feedback and the block on a ramp of slope r, the die trails its resting place by r·τ/g²:
 * T(s) = rest(block) − rτ/g² + (r/g)·s + E·exp(−g·s/τ); once the block stands still, r = 0.
 */
function stretches(law: HeatLaw): readonly [rising: Stretch, resting: Stretch] {
  const { slope, rampSeconds } = ramp(law);
  const gain = 1 - law.feedback;
  const tauSeconds = law.tauSeconds / gain;
  const startC = restingDieC(law, law.blockC) - (slope * tauSeconds) / gain;
  const excessC = law.dieC - startC;
  const rising = { startC, slope: slope / gain, excessC, tauSeconds };
  const topC = startC + rising.slope * rampSeconds + excessC * Math.exp(-rampSeconds / tauSeconds);
  const endC = restingDieC(law, law.blockGoalC);
  return [rising, { startC: endC, slope: 0, excessC: topC - endC, tauSeconds }];
}

/** Terms beyond e·|c·E| fall faster than a power of two each; the coefficient's bound keeps |c·E| below 20. */
const mostTerms = 200;

function weighted({ startC, slope, excessC, tauSeconds }: Stretch, c: number, seconds: number): number {
  if (seconds <= 0) return 0;
  const scale = Math.exp(c * (startC - 25)) * seconds;
  let sum = 0;
  let power = 1;
  for (let n = 0; n < mostTerms; n++) {
    const x = (c * slope - n / tauSeconds) * seconds;
    const term = power * (x === 0 ? 1 : Math.expm1(x) / x);
    sum += term;
    power *= (c * excessC) / (n + 1);
    if (Math.abs(power) < 1e-17 * Math.abs(sum) && n + 1 > Math.abs(c * excessC)) break;
  }
  return scale * sum;
}

function ramp(law: HeatLaw): { slope: number; rampSeconds: number } {
  const way = law.blockGoalC - law.blockC;
  return { slope: Math.sign(way) * law.rateCPerSecond, rampSeconds: Math.abs(way) / law.rateCPerSecond };
}

function secondsInto(law: HeatLaw, atNs: number): number {
  return Math.max(0, atNs - law.sinceNs) / nsPerSecond;
}
