import type { ProfileGrid } from "./profile-table.ts";

/** Energies of the tables: sheets of the maps, and places between them where a straight line of the logarithm would be off by more than 1 %. */
export const tableProtonEnergies: readonly number[] = [
  0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 60, 80, 100, 150, 200, 300,
  400,
];
export const tableElectronEnergies: readonly number[] = [
  0.04, 0.1, 0.175, 0.25, 0.375, 0.5, 0.75, 1, 1.5, 2, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7,
];

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);

const far = [
  2_200, 2_500, 3_000, 3_500, 4_000, 5_000, 6_500, 8_000, 10_000, 13_000, 16_000, 20_000, 25_000, 30_000,
  35_786,
];

/** log₁₀(flux + `fluxFloor`), so that no flux is a number too. */
export const fluxFloor = 1e-3;
const flux = { scale: 1_000, least: Math.log10(fluxFloor) } as const;

/** Dense where protons change fast: below 1,000 km, about the South Atlantic Anomaly and its northern edge. */
export const protonGrid: ProfileGrid = {
  latitudesDeg: [
    ...range(-90, -62, 2),
    ...range(-60, -31, 1),
    ...range(-30, 12, 0.5),
    ...range(13, 30, 1),
    ...range(32, 90, 2),
  ],
  altitudesKm: [
    ...range(300, 375, 25),
    ...range(400, 700, 12.5),
    ...range(725, 1_000, 25),
    ...range(1_100, 2_000, 100),
    ...far,
  ],
  columns: tableProtonEnergies.length,
  ...flux,
};

const coarse = {
  latitudesDeg: range(-90, 90, 2),
  altitudesKm: [...range(300, 1_000, 50), ...range(1_100, 2_000, 100), ...far],
};

export const electronGrid: ProfileGrid = { ...coarse, columns: tableElectronEnergies.length, ...flux };

/** Ranks of L among the 48 longitudes of a latitude, from the least (0) to the greatest (47). */
export const shellRanks: readonly number[] = [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 47];

/** ln L; lines that do not close stand as `openL`, beyond any that closes within reach. */
export const openL = 20;
export const shellGrid: ProfileGrid = {
  ...coarse,
  columns: shellRanks.length,
  scale: 10_000,
  least: Math.log(0.9),
};
