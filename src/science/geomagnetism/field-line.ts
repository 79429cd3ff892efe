import { fifthOrderError, interpolationWeights, stageWeights, thirdOrderError } from "./dormand-prince.ts";
import type { Field } from "./geomagnetic-field.ts";

/**
 * A field line from a place to where the field is as strong again:
 *
 *   place ──decreasing B──▶ least B ──▶ conjugate place, B as at the start
 *     └ steps of order 8, kept with their interpolation ┘──▶ strengthAt(s), 0 ≤ s ≤ length
 *
 * Lengths in Earth radii. One tracer holds the room of one line: the next trace overwrites the last.
 */
export interface FieldLineTracer {
  /** `strength` is that at the place, nT, `length` that of the line between the two; Infinity: the line leaves the sphere of `reach`. */
  readonly trace: (x: number, y: number, z: number) => { readonly strength: number; readonly length: number };
  readonly strengthAt: (s: number) => number;
}

/** One step's record: where it began, how long it was, the place there, and 7 parts × 3 coordinates of its interpolation. */
const recordLength = 26;
const mostSteps = 400;

/** `tolerance`: largest error of a step, Earth radii. Lines that pass `reach` (Earth radii) count as open. */
export function fieldLineTracer(field: Field, tolerance = 1e-6, reach = 17): FieldLineTracer {
  const records = new Float64Array(mostSteps * recordLength);
  const slopes = new Float64Array(16 * 3);
  const b = new Float64Array(3);
  let steps = 0;

  const slopeAt = (stage: number, x: number, y: number, z: number, direction: number): number => {
    const strength = field(x, y, z, b);
    const scale = direction / strength;
    slopes[stage * 3] = b[0]! * scale;
    slopes[stage * 3 + 1] = b[1]! * scale;
    slopes[stage * 3 + 2] = b[2]! * scale;
    return strength;
  };
  const weighed = (weights: Float64Array, axis: number): number => {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * slopes[k * 3 + axis]!;
    return sum;
  };
  const stageOf = (stage: number, h: number, x: number, y: number, z: number, direction: number): number => {
    const weights = stageWeights[stage - 1]!;
    return slopeAt(
      stage,
      x + h * weighed(weights, 0),
      y + h * weighed(weights, 1),
      z + h * weighed(weights, 2),
      direction,
    );
  };
  const errorOf = (h: number): number => {
    let [third, fifth] = [0, 0];
    for (let axis = 0; axis < 3; axis++) {
      third += weighed(thirdOrderError, axis) ** 2;
      fifth += weighed(fifthOrderError, axis) ** 2;
    }
    const scale = fifth + 0.01 * third;
    return scale === 0 ? 0 : (h * fifth) / Math.sqrt(3 * scale) / tolerance;
  };
  const keep = (from: number, h: number, place: readonly number[], next: readonly number[]): void => {
    const at = steps * recordLength;
    records[at] = from;
    records[at + 1] = h;
    for (let axis = 0; axis < 3; axis++) {
      const [first, last] = [slopes[axis]!, slopes[36 + axis]!];
      const moved = next[axis]! - place[axis]!;
      records[at + 2 + axis] = place[axis]!;
      records[at + 5 + axis] = moved;
      records[at + 8 + axis] = h * first - moved;
      records[at + 11 + axis] = 2 * moved - h * (last + first);
      for (let part = 0; part < 4; part++)
        records[at + 14 + 3 * part + axis] = h * weighed(interpolationWeights[part]!, axis);
    }
    steps++;
  };

  const strengthAt = (s: number): number => {
    let step = steps - 1;
    while (step > 0 && records[step * recordLength]! > s) step--;
    const at = step * recordLength;
    const share = (s - records[at]!) / records[at + 1]!;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let part = 6; part >= 0; part--) {
      const factor = part % 2 === 0 ? share : 1 - share;
      const from = at + 5 + 3 * part;
      x = (x + records[from]!) * factor;
      y = (y + records[from + 1]!) * factor;
      z = (z + records[from + 2]!) * factor;
    }
    return field(x + records[at + 2]!, y + records[at + 3]!, z + records[at + 4]!, b);
  };

  /** Where, in the last step kept, the field is as strong as at the start; the start itself is divided out of what is sought. */
  const crossing = (strength: number, from: number, to: number, rise: number): number => {
    const excess = (s: number): number => (strengthAt(s) / strength - 1) / s;
    let [low, high] = [from, to];
    let [below, above] = [from === 0 ? rise : excess(from), excess(to)];
    for (let round = 0; round < 40; round++) {
      const s = (low * above - high * below) / (above - below);
      const value = excess(s);
      if (Math.abs(value) * s < 1e-9 || high - low < 1e-9) return s;
      // Illinois: the end that stays twice counts half, so that both ends close in.
      if (value > 0) {
        high = s;
        above = value;
        below /= 2;
      } else {
        low = s;
        below = value;
        above /= 2;
      }
    }
    return (low + high) / 2;
  };

  const trace = (x0: number, y0: number, z0: number): { strength: number; length: number } => {
    steps = 0;
    const strength = slopeAt(0, x0, y0, z0, 1);
    const small = 1e-3;
    const [dx, dy, dz] = [small * slopes[0]!, small * slopes[1]!, small * slopes[2]!];
    const ahead = field(x0 + dx, y0 + dy, z0 + dz, b);
    const behind = field(x0 - dx, y0 - dy, z0 - dz, b);
    const direction = ahead <= behind ? 1 : -1;
    const rise = -Math.abs(ahead - behind) / (2 * small * strength);
    // At the least of its line: no length of it lies below.
    if (rise > -1e-7) return { strength, length: 0 };
    slopeAt(0, x0, y0, z0, direction);
    let [x, y, z, from] = [x0, y0, z0, 0];
    let h = 0.1;
    while (steps < mostSteps) {
      for (let stage = 1; stage < 12; stage++) stageOf(stage, h, x, y, z, direction);
      const error = errorOf(h);
      if (error > 1) {
        h *= Math.max(0.2, 0.9 * error ** -0.125);
        continue;
      }
      const step = stageWeights[11]!;
      const next = [x + h * weighed(step, 0), y + h * weighed(step, 1), z + h * weighed(step, 2)] as const;
      const strengthNext = slopeAt(12, next[0], next[1], next[2], direction);
      for (let stage = 13; stage < 16; stage++) stageOf(stage, h, x, y, z, direction);
      keep(from, h, [x, y, z], next);
      if (strengthNext >= strength) return { strength, length: crossing(strength, from, from + h, rise) };
      [x, y, z] = next;
      from += h;
      if (x * x + y * y + z * z > reach * reach) return { strength, length: Infinity };
      slopes.copyWithin(0, 36, 39);
      h *= Math.min(5, 0.9 * Math.max(error, 1e-8) ** -0.125);
    }
    return { strength, length: Infinity };
  };
  return { trace, strengthAt };
}
