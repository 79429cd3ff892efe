import { gaussLegendre } from "../quadrature.ts";

/** A rectangular parallelepiped, the part of a cell that collects charge. Sides in one unit, µm unless said otherwise. */
export interface Box {
  readonly a: number;
  readonly b: number;
  readonly h: number;
}

export const surfaceOf = ({ a, b, h }: Box): number => 2 * (a * b + a * h + b * h);

const nodes = gaussLegendre(16, 0, 1).map(({ x, weight }) => ({
  // sin² takes the square roots at the ends of a piece out of the integrand.
  x: Math.sin((Math.PI / 2) * x) ** 2,
  weight: weight * (Math.PI / 2) * Math.sin(Math.PI * x),
}));

/**
 * C(s): share of the chords that isotropic straight lines cut from a box which are longer than s.
 *
 * From the box's covariogram, the volume it shares with itself shifted by s along a direction (u, v, w): the chord-length distribution
 * over the lines of one direction is its slope, and over all directions
 *   C(s) = (4/A) · ⟨u(b − sv)(h − sw) + v(a − su)(h − sw) + w(a − su)(b − sv)⟩ over an octant, where no bracket is below 0.
 * Chords shorter than every side: by hand throughout. Else the average over the azimuth is, and that over the polar angle numerical, in
 * the pieces between which its formula changes: to 10⁻⁸. (J. Luke and M. Buehler, J. Appl. Phys. 64 (1988) 5132, have a closed form, of which equation A22 has a sign wrong in print.)
 */
export function chordsLongerThan({ a, b, h }: Box, s: number): number {
  if (s <= 0) return 1;
  const surface = 2 * (a * b + a * h + b * h);
  // ⟨u⟩ = ½, ⟨uv⟩ = 2/3π, ⟨uvw⟩ = 1/4π.
  if (s <= Math.min(a, b, h)) return 1 - ((16 / 3) * s * (a + b + h) - 3 * s * s) / (Math.PI * surface);
  // sin θ at which the formula changes: the long way round in a, in b, and the diagonal where nothing is left.
  const end = Math.min(1, Math.hypot(a, b) / s);
  const begin = s > h ? Math.sqrt(1 - (h / s) ** 2) : 0;
  const breaks = [a / s, b / s].filter((p) => p > begin && p < end).sort((p, q) => p - q);
  let sum = 0;
  let from = begin;
  for (const to of [...breaks, end]) {
    if (to > from) sum += piece(a, b, h, s, Math.asin(from), Math.asin(to));
    from = to;
  }
  return Math.min(1, Math.max(0, ((8 / Math.PI) * sum) / surface));
}

function piece(a: number, b: number, h: number, s: number, from: number, to: number): number {
  let sum = 0;
  for (const { x, weight } of nodes) {
    const theta = from + (to - from) * x;
    const [p, w] = [Math.sin(theta), Math.cos(theta)];
    const sp = s * p;
    const across = h - s * w;
    // Azimuths from where u leaves the box in a to where v leaves it in b.
    const cos0 = Math.min(1, a / sp);
    const sin1 = Math.min(1, b / sp);
    const sin0 = Math.sqrt(1 - cos0 * cos0);
    const cos1 = Math.sqrt(1 - sin1 * sin1);
    const turn = Math.asin(sin1) - Math.acos(cos0);
    if (turn <= 0 || across <= 0) continue;
    const [i1, i2, i3] = [sin1 - sin0, cos0 - cos1, (sin1 * sin1 - sin0 * sin0) / 2];
    const sides = across * p * (b * i1 + a * i2 - 2 * sp * i3);
    const top = w * (a * b * turn - a * sp * i2 - b * sp * i1 + sp * sp * i3);
    sum += weight * p * (sides + top);
  }
  return sum * (to - from);
}
