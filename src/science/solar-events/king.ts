import { eventGrid } from "./event-grid.ts";
import type { FluenceSpectrum } from "./sapphire.ts";

/**
 * The anomalously large event of August 1972 (J. H. King, J. Spacecraft Rockets 11 (1974) 401): F(>E) = 7.9·10⁹·exp((30 − E)/26.5) cm⁻², E in MeV.
 * Omnidirectional, outside the magnetosphere; fitted from 10 to 200 MeV. Beyond, the exponential goes on: below 10 MeV there were more protons than it says,
 * and above 200 MeV it says hardly any.
 */
const above30MeVPerCm2 = 7.9e9;
const foldMeV = 26.5;

/** Fluence of protons above `energyMeV`, cm⁻². */
export function kingFluenceAbove(energyMeV: number): number {
  return above30MeVPerCm2 * Math.exp((30 - energyMeV) / foldMeV);
}

/** Its differential spectrum. */
export function kingFluence(energyMeV: readonly number[] = eventGrid): FluenceSpectrum {
  return { energyMeV, perCm2MeV: energyMeV.map((e) => kingFluenceAbove(e) / foldMeV) };
}
