import { logBins } from "../matter/let-spectrum.ts";
import type { LetSpectrum } from "../spectra/spectra.ts";
import type { Exceedance } from "./exceedance.ts";

/**
 * Flux of ions above an LET, cm⁻²s⁻¹ by MeV·cm²/mg: with `meanOverThresholds`, times the saturation, the rate of a device whose σ(LET) is
 * known and whose cells are not: ∫ σ·φ dL, every direction alike ("effective flux").
 *
 * Say so wherever it is shown: it leaves out that a slanting ion has a longer chord, and comes to 0.62 (soft cells) down to 0.05 (hard ones)
 * of what a box of stated thickness gives. It is right for a response that does not depend on direction, as of a fin or of a whole device.
 */
export function fluxAboveLet(spectrum: LetSpectrum): Exceedance {
  const { lnFrom, lnStep, flux } = logBins(spectrum);
  const values = new Float64Array(flux.length + 1);
  for (let i = flux.length - 1; i >= 0; i--) values[i] = values[i + 1]! + flux[i]!;
  return { lnFrom: lnFrom - Math.log(1000), lnStep, values };
}
