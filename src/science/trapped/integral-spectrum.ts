import type { EnergySpectrum } from "../spectra/spectra.ts";

/** Omnidirectional flux of everything above an energy; the grid rises strictly, the flux never does. */
export interface IntegralSpectrum {
  readonly energyMeV: readonly number[];
  readonly perCm2Second: readonly number[];
}

/** Flux above an energy, cm⁻²s⁻¹: between the grid's points its logarithm runs straight against the energy, as in AP-8; below the grid its first, beyond it 0. */
export function integralFluxAt({ energyMeV, perCm2Second }: IntegralSpectrum, energy: number): number {
  if (energy <= energyMeV[0]!) return perCm2Second[0]!;
  const above = energyMeV.findIndex((at) => at >= energy);
  if (above < 0) return 0;
  const [low, high] = [perCm2Second[above - 1]!, perCm2Second[above]!];
  const share = (energy - energyMeV[above - 1]!) / (energyMeV[above]! - energyMeV[above - 1]!);
  return high > 0 ? low ** (1 - share) * high ** share : low * (1 - share);
}

/**
 * −dΦ/dE of an integral spectrum on its own grid, by the slope of ln Φ against ln E: at a point the parabola through it and its neighbours, at the ends the last
 * chord. What is above the last energy is not in it: maps end there.
 */
export function differential({ energyMeV, perCm2Second }: IntegralSpectrum): EnergySpectrum {
  const [x, y] = [energyMeV.map(Math.log), perCm2Second.map(Math.log)];
  const chord = (i: number): number => (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!);
  const slope = (i: number): number => {
    if (i === 0) return chord(0);
    if (i === x.length - 1) return chord(i - 1);
    const [before, after] = [x[i]! - x[i - 1]!, x[i + 1]! - x[i]!];
    // Where the next is 0 the flux ends within the chord: it falls at least as it fell before.
    if (perCm2Second[i + 1] === 0) return chord(i - 1);
    return (chord(i - 1) * after + chord(i) * before) / (before + after);
  };
  return {
    energyMeV,
    perCm2SecondMeV: perCm2Second.map((flux, i) =>
      flux > 0 && Number.isFinite(slope(i)) ? Math.max(0, (-slope(i) * flux) / energyMeV[i]!) : 0,
    ),
  };
}
