import { RigError } from "../../domain/errors.ts";

/**
 * The main field of the Earth at one moment: Gauss coefficients of the inner potential, Schmidt semi-normalised, of the reference radius
 * 6,371.2 km (IAGA, International Geomagnetic Reference Field). `g[n][m]` and `h[n][m]`, 1 ≤ n ≤ degree, 0 ≤ m ≤ n, in nanotesla; index 0 of n is unused.
 */
export interface FieldCoefficients {
  readonly year: number;
  readonly degree: number;
  readonly g: readonly (readonly number[])[];
  readonly h: readonly (readonly number[])[];
}

/** Between epochs a coefficient runs straight, as the IGRF says; a year outside them is refused. `epochs` may stand in any order. */
export function coefficientsAt(epochs: readonly FieldCoefficients[], year: number): FieldCoefficients {
  const sorted = [...epochs].sort((one, other) => one.year - other.year);
  const exact = sorted.find((epoch) => epoch.year === year);
  if (exact !== undefined) return exact;
  const after = sorted.findIndex((epoch) => epoch.year > year);
  if (after < 1)
    throw new RigError(
      "config",
      `no field of ${year}: the coefficients at hand are of ${sorted.map((epoch) => epoch.year).join(", ") || "no year"}; give files with an epoch on either side`,
    );
  const [before, next] = [sorted[after - 1]!, sorted[after]!];
  const share = (year - before.year) / (next.year - before.year);
  const degree = Math.max(before.degree, next.degree);
  const between = (part: "g" | "h"): number[][] =>
    Array.from({ length: degree + 1 }, (_, n) =>
      Array.from({ length: n + 1 }, (_, m) => {
        const [from, to] = [before[part][n]?.[m] ?? 0, next[part][n]?.[m] ?? 0];
        return from + share * (to - from);
      }),
    );
  return { year, degree, g: between("g"), h: between("h") };
}

/** Re³·nT: the moment of the dipole part, which McIlwain's L is measured with. */
export function dipoleMoment({ g, h }: FieldCoefficients): number {
  return Math.hypot(g[1]![0]!, g[1]![1]!, h[1]![1]!);
}
