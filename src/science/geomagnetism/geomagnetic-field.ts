import type { FieldCoefficients } from "./field-coefficients.ts";

/** Writes the field at a geocentric place (Earth radii of 6,371.2 km) into `out`, nT along x, y, z; answers its strength. */
export type Field = (x: number, y: number, z: number, out: Float64Array) => number;

/**
 * The gradient of the potential in Cartesian coordinates, without a pole (Pines, AIAA J. 11 (1973) 1508): with r the distance, ρ = 1/r,
 * u = z/r, (c + is)_m = ((x + iy)/r)^m and H_nm = dᵐPₙ/duᵐ,
 *
 *   V = Σ ρⁿ⁺¹ H_nm (g c_m + h s_m),   B = −∇V,
 *   ∇V = ρ [V_X, V_Y, V_u] − ρ (Σ ρⁿ⁺¹ (n+m+1) H_nm (g c_m + h s_m) + u V_u) [x, y, z]/r .
 *
 * Order m is the outer loop and ρⁿ is carried by H, so that an order needs c and s once and its sums run through one row of numbers.
 */
export function fieldOf({ degree: nominal, g, h }: FieldCoefficients): Field {
  // Files of many epochs are as wide as the finest of them: 0 above degree 10 before 1995.
  let degree = nominal;
  while (degree > 1 && g[degree]!.every((value, m) => value === 0 && h[degree]![m] === 0)) degree--;
  const step = 8;
  const orders: Float64Array[] = [];
  // Schmidt's factor goes into the coefficients, so that H may stay bare.
  const bare = (part: readonly (readonly number[])[], n: number, m: number): number =>
    m > n || m < 0 || n < 1 ? 0 : part[n]![m]! * schmidt(n, m);
  const tops: number[] = [];
  for (let m = 0; m <= degree; m++) {
    const row: number[] = [];
    let top = 1;
    for (let k = 1; k <= m; k++) top *= 2 * k - 1;
    tops.push(top);
    for (let n = m; n <= degree; n++) {
      const [gn, hn] = [bare(g, n, m), bare(h, n, m)];
      row.push(
        n > m ? (2 * n - 1) / (n - m) : 0,
        n > m ? (n + m - 1) / (n - m) : 0,
        gn,
        hn,
        (n + m + 1) * gn,
        (n + m + 1) * hn,
        bare(g, n, m - 1),
        bare(h, n, m - 1),
      );
    }
    orders.push(Float64Array.from(row));
  }
  return (x, y, z, out) => {
    const rho = 1 / Math.sqrt(x * x + y * y + z * z);
    const cx = x * rho;
    const sy = y * rho;
    const u = z * rho;
    const uRho = u * rho;
    const rho2 = rho * rho;
    // c and s of this order and of the one before; ρᵐ⁺¹ with them.
    let c = 1;
    let s = 0;
    let cBefore = 0;
    let sBefore = 0;
    let power = rho;
    let vx = 0;
    let vy = 0;
    let vu = 0;
    let radial = 0;
    for (let m = 0; m <= degree; m++) {
      const row = orders[m]!;
      let sumG = 0;
      let sumH = 0;
      let outG = 0;
      let outH = 0;
      let upG = 0;
      let upH = 0;
      let last = 0;
      let now = tops[m]! * power;
      for (let i = 0; i < row.length; i += step) {
        if (i > 0) {
          const next = row[i]! * uRho * now - row[i + 1]! * rho2 * last;
          last = now;
          now = next;
        }
        sumG += row[i + 2]! * now;
        sumH += row[i + 3]! * now;
        outG += row[i + 4]! * now;
        outH += row[i + 5]! * now;
        upG += row[i + 6]! * now;
        upH += row[i + 7]! * now;
      }
      vx += m * (sumG * cBefore + sumH * sBefore);
      vy += m * (sumH * cBefore - sumG * sBefore);
      // H_nm of this order is the derivative by u of the order before.
      vu += upG * cBefore + upH * sBefore;
      radial += outG * c + outH * s;
      const turned = c * cx - s * sy;
      cBefore = c;
      sBefore = s;
      s = c * sy + s * cx;
      c = turned;
      power *= rho;
    }
    const inward = radial + u * vu;
    const bx = rho * (inward * cx - vx);
    const by = rho * (inward * sy - vy);
    const bz = rho * (inward * u - vu);
    out[0] = bx;
    out[1] = by;
    out[2] = bz;
    return Math.sqrt(bx * bx + by * by + bz * bz);
  };
}

function schmidt(n: number, m: number): number {
  let square = m === 0 ? 1 : 2;
  for (let k = n - m + 1; k <= n + m; k++) square /= k;
  return Math.sqrt(square);
}
