import { gaussLegendre } from "../quadrature.ts";
import { valueAt } from "../spectra/log-line.ts";
import type { EnergySpectrum } from "../spectra/spectra.ts";
import { silicon } from "./materials.ts";
import { protonStopping } from "./proton-stopping.ts";

/** rad per MeV/g: 1.602·10⁻⁶ erg/MeV over 100 erg/(g·rad). */
const radGPerMeV = 1.602177e-8;
const nodes = gaussLegendre(4, 0, 1);
const stopping = protonStopping(silicon);

/** rad(Si) of one proton per cm²: radGPerMeV · S. */
export function radSiPerProtonPerCm2(energyMeV: number): number {
  return radGPerMeV * stopping(energyMeV);
}

/**
 * rad(Si) per second of protons: 1.602·10⁻⁸ · ∫ φ·S dE. Protons alone: electrons would need bremsstrahlung, and count for little behind
 * 8 mm of aluminium and more.
 */
export function doseRateRadSi({ energyMeV, perCm2SecondMeV }: EnergySpectrum): number {
  let sum = 0;
  for (let i = 0; i + 1 < energyMeV.length; i++) {
    const [from, to] = [energyMeV[i]!, energyMeV[i + 1]!];
    const span = Math.log(to / from);
    for (const { x, weight } of nodes) {
      const energy = from * Math.exp(span * x);
      sum += weight * span * energy * valueAt(energyMeV, perCm2SecondMeV, energy) * stopping(energy);
    }
  }
  return radGPerMeV * sum;
}
