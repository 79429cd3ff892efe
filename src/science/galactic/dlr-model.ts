import { nucleonGeV } from "../spectra/rigidity.ts";

/**
 * Galactic cosmic rays at 1 AU, outside the magnetosphere: the DLR model (D. Matthiä, T. Berger, A. I. Mrigakshi, G. Reitz,
 * Adv. Space Res. 51 (2013) 329, doi 10.1016/j.asr.2012.09.022). One number, W, stands for the Sun: on the scale of the Wolf number
 * as it was before 2015. It holds from 10 MeV per nucleon up, for Z = 1..28 and 0 ≤ W ≤ 200.
 *
 *   R = (A/Z)·√(E(E + 2m)) GV     β = √(E(E + 2m))/(E + m)     R₀ = 0.37 + 3·10⁻⁴·W^1.45     Δ = 4.7 + 0.02·W
 *   dJ/dR = C·β^α/R^γ·[R/(R + R₀)]^Δ     dJ/dE = dJ/dR·(A/Z)/β
 */
interface Ion {
  readonly a: number;
  readonly c: number;
  readonly gamma: number;
  readonly alpha: number;
}

const ion = (a: number, c: number, gamma: number, alpha: number): Ion => ({ a, c, gamma, alpha });

/** The paper's table: A, C, γ, α of Z = 1..28. */
const ions: readonly Ion[] = [
  ion(1.0, 1.85e4, 2.74, 2.85),
  ion(4.0, 3.69e3, 2.77, 3.12),
  ion(6.9, 19.5, 2.82, 3.41),
  ion(9.0, 17.7, 3.05, 4.3),
  ion(10.8, 49.2, 2.96, 3.93),
  ion(12.0, 103.0, 2.76, 3.18),
  ion(14.0, 36.7, 2.89, 3.77),
  ion(16.0, 87.4, 2.7, 3.11),
  ion(19.0, 3.19, 2.82, 4.05),
  ion(20.2, 16.4, 2.76, 3.11),
  ion(23.0, 4.43, 2.84, 3.14),
  ion(24.3, 19.3, 2.7, 3.65),
  ion(27.0, 4.17, 2.77, 3.46),
  ion(28.1, 13.4, 2.66, 3.0),
  ion(31.0, 1.15, 2.89, 4.04),
  ion(32.1, 3.06, 2.71, 3.3),
  ion(35.4, 1.3, 3.0, 4.4),
  ion(39.9, 2.33, 2.93, 4.33),
  ion(39.1, 1.87, 3.05, 4.49),
  ion(40.1, 2.17, 2.77, 2.93),
  ion(44.9, 0.74, 2.97, 3.78),
  ion(47.9, 2.63, 2.99, 3.79),
  ion(50.9, 1.23, 2.94, 3.5),
  ion(52.0, 2.12, 2.89, 3.28),
  ion(54.9, 1.14, 2.74, 3.29),
  ion(55.8, 9.32, 2.63, 3.01),
  ion(58.9, 0.1, 2.63, 4.25),
  ion(58.7, 0.48, 2.63, 3.52),
];

/** Nickel: heavier ions are iron's spectrum times a ratio. */
export const heaviestOfModel: number = ions.length;
/** Below it the model says nothing, and its flux is 0. */
export const lowestMeVPerNucleon = 10;
/** The most active Sun that it holds for. */
export const highestW = 200;

/** Mass number of the model's ion of charge `z`, 1..28. */
export function modelMassNumber(z: number): number {
  return ionOf(z).a;
}

/**
 * Directional flux outside the magnetosphere, cm⁻² s⁻¹ sr⁻¹ (MeV per nucleon)⁻¹, of ions of charge `z` (1..28) at `mevPerNucleon` while the
 * Sun's activity is `w` (0..200). One standard deviation of the model is about 15 %. A RangeError where it says nothing.
 */
export function dlrFlux(z: number, mevPerNucleon: number, w: number): number {
  const { a, c, gamma, alpha } = ionOf(z);
  if (!(w >= 0 && w <= highestW))
    throw new RangeError(`W = ${w} is outside the model; expected 0 to ${highestW}`);
  if (Number.isNaN(mevPerNucleon)) throw new RangeError("an energy per nucleon of NaN; expected MeV");
  if (mevPerNucleon < lowestMeVPerNucleon) return 0;
  const e = mevPerNucleon / 1_000;
  const m = nucleonGeV(z);
  const momentum = Math.sqrt(e * (e + 2 * m));
  const beta = momentum / (e + m);
  const r = (a / z) * momentum;
  const r0 = 0.37 + 3e-4 * w ** 1.45;
  const perGV = ((c * beta ** alpha) / r ** gamma) * (r / (r + r0)) ** (4.7 + 0.02 * w);
  return (perGV * (a / z) * 1e-7) / beta;
}

function ionOf(z: number): Ion {
  const its = ions[z - 1];
  if (its === undefined)
    throw new RangeError(`the model has no ion of charge ${z}; expected 1 to ${ions.length}`);
  return its;
}
