import type { FieldCoefficients } from "../../../src/science/geomagnetism/field-coefficients.ts";
import type { Field } from "../../../src/science/geomagnetism/geomagnetic-field.ts";
import { hiltonL } from "../../../src/science/geomagnetism/shell.ts";

/** Coefficients made up for a test: `value(n, m, sine)` for each g and h. */
export function coefficients(
  degree: number,
  value: (n: number, m: number, sine: boolean) => number,
): FieldCoefficients {
  const part = (sine: boolean): number[][] =>
    Array.from({ length: degree + 1 }, (_, n) =>
      Array.from({ length: n + 1 }, (_, m) => (n === 0 || (sine && m === 0) ? 0 : value(n, m, sine))),
    );
  return { year: 2000, degree, g: part(false), h: part(true) };
}

/** A dipole along the axis, of about the Earth's strength. */
export const dipole = coefficients(1, (_, m, sine) => (m === 0 && !sine ? -30_000 : 0));

/** The potential by its definition, with associated Legendre functions from their closed sum; slow. */
export function potential({ degree, g, h }: FieldCoefficients, x: number, y: number, z: number): number {
  const r = Math.hypot(x, y, z);
  const [u, longitude] = [z / r, Math.atan2(y, x)];
  let v = 0;
  for (let n = 1; n <= degree; n++)
    for (let m = 0; m <= n; m++)
      v +=
        r ** -(n + 1) *
        schmidtLegendre(n, m, u) *
        (g[n]![m]! * Math.cos(m * longitude) + h[n]![m]! * Math.sin(m * longitude));
  return v;
}

/** (1 − u²)^(m/2) dᵐ⁺ⁿ/duᵐ⁺ⁿ (u² − 1)ⁿ / (2ⁿ n!), times Schmidt's factor, out of the binomial sum. */
function schmidtLegendre(n: number, m: number, u: number): number {
  let sum = 0;
  for (let k = 0; 2 * k <= n - m; k++)
    sum +=
      ((-1) ** k * factorial(2 * n - 2 * k) * u ** (n - m - 2 * k)) /
      (factorial(k) * factorial(n - k) * factorial(n - m - 2 * k));
  const bare = ((1 - u * u) ** (m / 2) * sum) / 2 ** n;
  return bare * Math.sqrt(((m === 0 ? 1 : 2) * factorial(n - m)) / factorial(n + m));
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/**
 * L and B/B0 by another way than the product's: the classic Runge–Kutta scheme in small even steps, B kept at each, and ∫√(1 − B/B_m) ds by the trapezoid rule
 * with the ends, where the integrand is a root, by its own ⅔ rule.
 */
export function slowShell(
  field: Field,
  moment: number,
  start: readonly [number, number, number],
  step = 0.002,
): { l: number; bOverB0: number } {
  const out = new Float64Array(3);
  const along = (x: readonly number[], sign: number): number[] => {
    const b = field(x[0]!, x[1]!, x[2]!, out);
    return [(sign * out[0]!) / b, (sign * out[1]!) / b, (sign * out[2]!) / b];
  };
  const strengthOf = (x: readonly number[]): number => field(x[0]!, x[1]!, x[2]!, out);
  const moved = (x: readonly number[], k: readonly number[], h: number): number[] =>
    x.map((value, i) => value + h * k[i]!);
  const mirror = strengthOf(start);
  const sign = strengthOf(moved(start, along(start, 1), 1e-3)) < mirror ? 1 : -1;
  const strengths = [mirror];
  let x: number[] = [...start];
  while (strengths.length === 1 || strengths.at(-1)! < mirror) {
    const k1 = along(x, sign);
    const k2 = along(moved(x, k1, step / 2), sign);
    const k3 = along(moved(x, k2, step / 2), sign);
    const k4 = along(moved(x, k3, step), sign);
    x = x.map((value, i) => value + (step / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
    strengths.push(strengthOf(x));
  }
  const roots = strengths.map((b) => Math.sqrt(Math.max(0, 1 - b / mirror)));
  const last = strengths.length - 1;
  const rest = (mirror - strengths[last - 1]!) / (strengths[last]! - strengths[last - 1]!);
  let sum = 0;
  for (let i = 1; i < last - 1; i++) sum += (roots[i]! + roots[i + 1]!) / 2;
  sum += (2 / 3) * (roots[1]! + rest * roots[last - 1]!);
  return { l: hiltonL(sum * step, mirror, moment), bOverB0: mirror / Math.min(...strengths) };
}
