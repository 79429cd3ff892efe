import type { CountTable } from "./beam-point.ts";
import type { Curve } from "./curve.ts";

/**
 *   eventsᵢ ~ Poisson(e^{t(session)} · plateau · shareᵢ(shape) · fluenceᵢ + backgroundᵢ)        t(session) ~ Normal(0, logSigma)
 *
 * Points without an event stay in: they are what bounds a threshold. Values are half deviances, minus the log-likelihood counted from that of a curve through every
 * point, plus t²/2σ² of each session; half deviances keep the digits that a sum of thousands of logarithms would lose. A session's scale is one number shared
 * by its points, so it cancels from a shape and stays in the plateau.
 */
export interface Likelihood {
  readonly table: CountTable;
  readonly curve: Curve;
  /** The least value over plateau and session scales; the logarithm of that plateau is left in `found`. */
  readonly overPlateau: (shape: ArrayLike<number>) => number;
  /** The least value over session scales alone; they are left in `found`. */
  readonly overScales: (shape: ArrayLike<number>, logPlateau: number) => number;
  /** Takes a shape, and answers share times fluence of all points together, 1/cm². */
  readonly expose: (shape: ArrayLike<number>) => number;
  /** The data's part of the value at the shape taken last, without the t²/2σ² of the sessions. */
  readonly data: (logPlateau: number, logScales: ArrayLike<number>) => number;
  /** What one session adds to it at the shape taken last, up to a constant; `logFactor`: of plateau and scale together. */
  readonly ofSession: (session: number, logFactor: number) => number;
  /** Of the latest minimum. */
  readonly found: { logPlateau: number; readonly logScales: Float64Array };
}

const mostSteps = 60;
const longestStep = 2;
const closeEnough = 1e-11;

export function likelihoodOf(table: CountTable, curve: Curve): Likelihood {
  const points = table.at.length;
  const sessions = table.sessions.length;
  const { events, fluencePerCm2, background, session } = table;
  const variances = Float64Array.from(table.sessions, ({ logSigma }) => logSigma * logSigma);
  const total = events.reduce((sum, n) => sum + n, 0);
  const totals = new Float64Array(sessions);
  for (let i = 0; i < points; i++) totals[session[i]!]! += events[i]!;
  const hasBackground = background.some((value) => value > 0);
  const exposed = new Float64Array(points);
  const exposedBySession = new Float64Array(sessions);
  const found = { logPlateau: 0, logScales: new Float64Array(sessions) };
  // Slopes and curvatures of the data's part, a session each.
  const slopes = new Float64Array(sessions);
  const curvatures = new Float64Array(sessions);
  // Half deviance of the shape alone, at plateau and scales of 1; infinite where events came at no cross-section.
  let shapeTerm = 0;

  const expose = (shape: ArrayLike<number>): number => {
    curve.shares(table.at, shape, exposed);
    exposedBySession.fill(0);
    shapeTerm = -total;
    for (let i = 0; i < points; i++) {
      const value = (exposed[i]! *= fluencePerCm2[i]!);
      exposedBySession[session[i]!]! += value;
      const n = events[i]!;
      if (n > 0 && !hasBackground) shapeTerm += value > 0 ? n * Math.log(n / value) : Infinity;
    }
    return exposedBySession.reduce((sum, value) => sum + value, 0);
  };

  const differentiate = (logPlateau: number, scales: ArrayLike<number>): void => {
    if (!hasBackground) {
      for (let s = 0; s < sessions; s++) {
        const expected = Math.exp(logPlateau + scales[s]!) * exposedBySession[s]!;
        slopes[s] = expected - totals[s]!;
        curvatures[s] = expected;
      }
      return;
    }
    slopes.fill(0);
    curvatures.fill(0);
    for (let i = 0; i < points; i++) {
      const s = session[i]!;
      const struck = Math.exp(logPlateau + scales[s]!) * exposed[i]!;
      const expected = struck + background[i]!;
      if (expected <= 0) continue;
      slopes[s]! += struck * (1 - events[i]! / expected);
      curvatures[s]! += (struck * struck) / expected;
    }
  };

  const ofSession = (place: number, logFactor: number): number => {
    if (!hasBackground) return Math.exp(logFactor) * exposedBySession[place]! - totals[place]! * logFactor;
    const factor = Math.exp(logFactor);
    let sum = 0;
    for (let i = 0; i < points; i++) {
      if (session[i] !== place) continue;
      const expected = factor * exposed[i]! + background[i]!;
      const n = events[i]!;
      if (n > 0) sum += expected > 0 ? expected - n + n * Math.log(n / expected) : Infinity;
      else sum += expected;
    }
    return sum;
  };

  const dataAt = (logPlateau: number, scales: ArrayLike<number>): number => {
    let sum = hasBackground ? 0 : shapeTerm;
    for (let s = 0; s < sessions; s++) sum += ofSession(s, logPlateau + scales[s]!);
    return sum;
  };

  const valueAt = (logPlateau: number, scales: ArrayLike<number>): number => {
    let sum = 0;
    for (let s = 0; s < sessions; s++)
      if (variances[s]! > 0) sum += (scales[s]! * scales[s]!) / (2 * variances[s]!);
    return sum + dataAt(logPlateau, scales);
  };

  /** Newton's method on plateau and scales with expected curvatures: an arrow-shaped system, solved by elimination. */
  const settle = (start: number, plateauIsFree: boolean): number => {
    const scales = found.logScales;
    scales.fill(0);
    let logPlateau = start;
    for (let step = 0; step < mostSteps; step++) {
      differentiate(logPlateau, scales);
      let [slope, curvature] = [0, 0];
      for (let s = 0; s < sessions; s++) {
        const loose = 1 + curvatures[s]! * variances[s]!;
        slope += (slopes[s]! - curvatures[s]! * scales[s]!) / loose;
        curvature += curvatures[s]! / loose;
      }
      const change = plateauIsFree && curvature > 0 ? clamp(-slope / curvature) : 0;
      let largest = Math.abs(change);
      for (let s = 0; s < sessions; s++) {
        const by = clamp(
          -(variances[s]! * (slopes[s]! + curvatures[s]! * change) + scales[s]!) /
            (1 + curvatures[s]! * variances[s]!),
        );
        scales[s]! += by;
        largest = Math.max(largest, Math.abs(by));
      }
      logPlateau += change;
      if (largest < closeEnough) break;
    }
    found.logPlateau = logPlateau;
    return valueAt(logPlateau, scales);
  };

  return {
    table,
    curve,
    found,
    ofSession,
    expose,
    data: dataAt,
    overPlateau: (shape) => {
      const sum = expose(shape);
      if (curve.plateauOf !== null) return settle(Math.log(curve.plateauOf(shape)), false);
      return sum > 0 && shapeTerm < Infinity ? settle(Math.log(total / sum), true) : Infinity;
    },
    overScales: (shape, logPlateau) => {
      expose(shape);
      return shapeTerm < Infinity ? settle(logPlateau, false) : Infinity;
    },
  };
}

function clamp(step: number): number {
  return Math.max(-longestStep, Math.min(longestStep, step));
}
