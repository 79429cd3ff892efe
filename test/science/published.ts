/** Figures that several ways to one quantity are held against, each with its source. */

/** Bendel's forms by CREME96's help: A and B, MeV; energy, MeV; σ, 10⁻¹² cm² a bit (orbital-model.md §5.1). */
export const bendelValues = [
  [20, 24, 30, 0.421216],
  [20, 24, 60, 2.58807],
  [20, 24, 100, 5.04055],
  [20, 24, 200, 8.60638],
  [10, 10.5, 20, 0.10757],
  [10, 10.5, 60, 0.699822],
  [10, 10.5, 200, 1.56912],
] as const;

/** CREME96's AP8MIN at 800 km, 90°: protons above so many MeV, m⁻² sr⁻¹ s⁻¹ (orbital-model.md §10 #5). */
export const creme800km90 = [
  [1, 4.6088e5],
  [3, 2.2591e5],
  [6, 1.6208e5],
  [15, 1.2229e5],
  [30, 1.0193e5],
  [50, 8.4274e4],
  [100, 5.1402e4],
] as const;

/** SPENVIS's CREME96 at 825 km, 98.8°: galactic hydrogen at so many MeV, m⁻² sr⁻¹ s⁻¹ MeV⁻¹ (orbital-model.md §10 #9). */
export const spenvisHydrogen = [
  [280, 0.4956],
  [1_000, 0.3607],
  [2_800, 0.1228],
  [10_000, 0.01491],
] as const;
