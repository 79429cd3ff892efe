import { fieldLineTracer } from "./field-line.ts";
import { dipoleMoment } from "./field-coefficients.ts";
import type { FieldCoefficients } from "./field-coefficients.ts";
import type { GeocentricPlace } from "./geodetic.ts";
import { fieldOf } from "./geomagnetic-field.ts";

/** What trapped particles know of a place: McIlwain's L, Earth radii, and the strength of the field over the least on its line. */
export interface Shell {
  /** Infinity where the field line does not close within 17 Earth radii. */
  readonly l: number;
  /** 1 or more; Infinity where L is. */
  readonly bOverB0: number;
}

const nodes = 32;
/** Gauss and Chebyshev's rule of the second kind on 0..1: exact ends for an integrand that is a square root there. */
const places = Float64Array.from(
  { length: nodes },
  (_, i) => (1 - Math.cos((Math.PI * (i + 1)) / (nodes + 1))) / 2,
);
const weights = Float64Array.from(
  { length: nodes },
  (_, i) => (Math.PI / (nodes + 1) / 2) * Math.sin((Math.PI * (i + 1)) / (nodes + 1)),
);

/**
 * L and B/B0 of a place in a field of this epoch, with the epoch's own dipole moment. L by Hilton (J. Geophys. Res. 76 (1971) 6952) from the
 * second invariant I = ∫ √(1 − B/B_m) ds between the mirror points. A finder holds the room of one field line; calls do not depend on each other.
 */
export function shellFinder(
  coefficients: FieldCoefficients,
  tolerance?: number,
): (place: GeocentricPlace) => Shell {
  const moment = dipoleMoment(coefficients);
  const tracer = fieldLineTracer(fieldOf(coefficients), tolerance);
  const strengths = new Float64Array(nodes);
  return ([x, y, z]) => {
    const { strength, length } = tracer.trace(x, y, z);
    if (length === Infinity) return { l: Infinity, bOverB0: Infinity };
    let invariant = 0;
    let least = 0;
    if (length > 0)
      for (let i = 0; i < nodes; i++) {
        const b = tracer.strengthAt(places[i]! * length);
        strengths[i] = b;
        if (b < strengths[least]!) least = i;
        invariant += weights[i]! * Math.sqrt(Math.max(0, 1 - b / strength));
      }
    const b0 =
      length > 0 ? Math.min(strength, leastNear(tracer.strengthAt, length, strengths, least)) : strength;
    return { l: hiltonL(invariant * length, strength, moment), bOverB0: strength / b0 };
  };
}

/** I in Earth radii, B at the mirror points in nT, the moment in nT·Re³. */
export function hiltonL(invariant: number, strength: number, moment: number): number {
  const x = (invariant ** 3 * strength) / moment;
  const root = Math.cbrt(x);
  const ratio = 1 + 1.350474 * root + 0.46538 * root * root + 0.047546 * x;
  return Math.cbrt((moment * ratio) / strength);
}

/** The least strength beside node `least`, by parabolas through three places on the line. */
function leastNear(
  strengthAt: (s: number) => number,
  length: number,
  strengths: Float64Array,
  least: number,
): number {
  const middle = Math.min(Math.max(least, 1), nodes - 2);
  let [a, b, c] = [places[middle - 1]! * length, places[middle]! * length, places[middle + 1]! * length];
  let [fa, fb, fc] = [strengths[middle - 1]!, strengths[middle]!, strengths[middle + 1]!];
  for (let round = 0; round < 4; round++) {
    const [ab, cb] = [(b - a) * (fb - fc), (b - c) * (fb - fa)];
    const top = b - ((b - a) * ab - (b - c) * cb) / (2 * (ab - cb));
    if (!(top > 0 && top < length) || Math.abs(top - b) < 1e-4 * length) break;
    const found = strengthAt(top);
    if (found > fb) break;
    if (top > b) [a, fa] = [b, fb];
    else [c, fc] = [b, fb];
    [b, fb] = [top, found];
  }
  return fb;
}
