/** A place on the ground: what the flux of neutrons depends on. */
export interface GroundSite {
  readonly name: string;
  readonly altitudeM: number;
  /** Vertical cut-off rigidity. */
  readonly cutOffGV: number;
}

/**
 * Places that orbits are held against. New York is the reference of JESD89A (sea level, 2.08 GV; seutest.com). Denver: 1,609 m and 2.8 GV, as in JESD89A.
 * Milam County: Rockdale's altitude; its cut-off is ours, 4.9 ± 0.3 GV. Its L of 1.74 (IGRF of 1995, the epoch of JESD89A's cut-offs) makes 5.2 GV by
 * 15.96·L^-2.005, which is too high by 6 to 10 % at Dallas (4.35 GV, the next neutron monitor), Denver and New York. 0.3 GV are 1.5 % of its flux.
 */
export const groundSites = {
  "new-york": { name: "New York, sea level", altitudeM: 0, cutOffGV: 2.08 },
  denver: { name: "Denver, Colorado", altitudeM: 1_609, cutOffGV: 2.8 },
  milam: { name: "Milam County, Texas", altitudeM: 140, cutOffGV: 4.9 },
} as const satisfies Readonly<Record<string, GroundSite>>;

export type GroundSiteName = keyof typeof groundSites;
