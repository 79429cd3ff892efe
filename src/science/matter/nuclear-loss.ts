import type { Material } from "./materials.ts";

/**
 * Mean path to a nuclear reaction, g/cm², by L. Sihver et al. (Phys. Rev. C 47 (1993) 1225), whose cross-section does not change with
 * energy and holds above 100 MeV per nucleon: σ = π·r0²·(Ap^⅓ + At^⅓ − b0·(Ap^−⅓ + At^−⅓))², r0 = 1.36 fm. In aluminium 111 g/cm² for a
 * proton (PDG: 107) and 20 for iron.
 */
export function nuclearPathGPerCm2({ atomicWeight }: Material, z: number, massNumber: number): number {
  const [target, projectile] = [Math.cbrt(atomicWeight), z === 1 ? 1 : Math.cbrt(massNumber)];
  const inverse = 1 / target + 1 / projectile;
  const transparency = z === 1 ? 2.247 - 0.915 * inverse : 1.581 - 0.876 * inverse;
  const radiusFm = 1.36 * (target + projectile - transparency * inverse);
  const barn = (Math.PI * radiusFm * radiusFm) / 100;
  return atomicWeight / (0.602214 * barn);
}
