/** Rest energy of a nucleon in GeV, as the DLR model takes it: a proton's, and of ions the mean of a bound one, rounded. */
export const nucleonGeV = (z: number): number => (z === 1 ? 0.938 : 0.939);

/** Rigidity of a bare ion, GV: what a magnetic field knows of it. R = (A/Z)·√(E(E + 2m)). */
export function rigidityGV(z: number, massNumber: number, mevPerNucleon: number): number {
  const e = mevPerNucleon / 1_000;
  return (massNumber / z) * Math.sqrt(e * (e + 2 * nucleonGeV(z)));
}

/** Rest energy of a proton, GeV (CODATA), as fits of solar protons take it. */
export const protonGeV = 0.938272;

/** Rigidity of a proton, GV. */
export function protonRigidityGV(energyMeV: number): number {
  const e = energyMeV / 1_000;
  return Math.sqrt(e * (e + 2 * protonGeV));
}
