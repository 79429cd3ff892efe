import { logGrid } from "../spectra/log-line.ts";

/** Energies of an event's spectrum, MeV: 1 MeV to 10 GeV, 60 a decade. */
export const eventGrid: readonly number[] = logGrid(1, 1e4, 60);

/** A directional flux that comes alike from everywhere, omnidirectional. */
export const fullSphere: number = 4 * Math.PI;
