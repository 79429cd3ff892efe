/** What the stopping of ions in an element needs to be computed. */
export interface Material {
  readonly name: "aluminium" | "silicon";
  readonly z: number;
  readonly atomicWeight: number;
  readonly densityGPerCm3: number;
  /** I of Bethe's formula (ICRU Report 37). */
  readonly meanExcitationEV: number;
  /** A1 to A5 of the formula of slow protons (ICRU Report 49, table 3.1), and the energy up to which that formula holds alone. */
  readonly slow: readonly [number, number, number, number, number];
  readonly slowUpToMeV: number;
  /** Density effect, R. Sternheimer, M. Berger and S. Seltzer, At. Data Nucl. Data Tables 30 (1984) 261. */
  readonly densityEffect: {
    readonly c: number;
    readonly x0: number;
    readonly x1: number;
    readonly a: number;
    readonly m: number;
    readonly delta0: number;
  };
}

/** A satellite's housing; 2.70 g/cm³ is what a mil of it means in CREME96. */
export const aluminium: Material = {
  name: "aluminium",
  z: 13,
  atomicWeight: 26.9815,
  densityGPerCm3: 2.7,
  meanExcitationEV: 166,
  slow: [4.154, 4.739, 2766, 164.5, 0.02023],
  slowUpToMeV: 0.3,
  densityEffect: { c: 4.2395, x0: 0.1708, x1: 3.0127, a: 0.08024, m: 3.6345, delta0: 0.12 },
};

/** What a cell is made of. */
export const silicon: Material = {
  name: "silicon",
  z: 14,
  atomicWeight: 28.0855,
  densityGPerCm3: 2.33,
  meanExcitationEV: 173,
  slow: [4.914, 5.598, 3193, 232.7, 0.01419],
  slowUpToMeV: 0.5,
  densityEffect: { c: 4.4351, x0: 0.2014, x1: 2.8715, a: 0.14921, m: 3.2546, delta0: 0.14 },
};
