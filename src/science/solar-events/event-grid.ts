import { logGrid } from "../spectra/log-line.ts";

/** Energies of an event's spectrum, MeV: 1 MeV to 10 GeV, 60 a decade. */
export const eventGrid: readonly number[] = logGrid(1, 1e4, 60);
