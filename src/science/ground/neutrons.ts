import { logGrid } from "../spectra/log-line.ts";
import type { EnergySpectrum } from "../spectra/spectra.ts";
import type { GroundSite } from "./sites.ts";

/**
 * Neutrons of cosmic rays at the ground: JESD89A annex A, after M. S. Gordon, P. Goldhagen et al., IEEE Trans. Nucl. Sci. 51 (2004) 3427. One spectrum, measured
 * outdoors, scaled to a place by the air above it, by its cut-off and by the Sun. Outdoors and in the open: a roof of concrete takes away some tenths.
 */
export type GroundSun = "quiet" | "mean" | "active";

/**
 * dφ/dE at the reference: New York at sea level, mean Sun; cm⁻² s⁻¹ MeV⁻¹. From 1 MeV, else a RangeError; 12.7 cm⁻² h⁻¹ above 10 MeV, of which the standard says 13,
 * and uncertain by some 10 to 15 %.
 */
export function referenceNeutronFlux(energyMeV: number): number {
  if (!(energyMeV >= 1))
    throw new RangeError(`the spectrum at the ground begins at 1 MeV; found ${energyMeV} MeV`);
  const e = Math.log(energyMeV);
  return 1.006e-6 * Math.exp(-0.35 * e * e + 2.1451 * e) + 1.011e-3 * Math.exp(-0.4106 * e * e - 0.667 * e);
}

/** Mean pressure of the air at an altitude: the standard atmosphere's, hPa. */
export function pressureHPa(altitudeM: number): number {
  if (!(altitudeM >= -500 && altitudeM <= 11_000))
    throw new RangeError(`${altitudeM} m is no altitude of a ground site; expected -500 to 11,000`);
  return 1013.25 * (1 - 2.25577e-5 * altitudeM) ** 5.25588;
}

/** g/cm² of air above, per hPa. */
const depthPerHPa = 1.0197;

/**
 * Flux above 10 MeV at a place, as a multiple of New York's at sea level and mean Sun: F = exp((1033.2 − d)/131.3)·FB(Rc, h, Sun), d the air above in g/cm²,
 * h the pressure in bar. A mean Sun is half a quiet and half an active one.
 */
export function relativeNeutronFlux(
  { altitudeM, cutOffGV }: Pick<GroundSite, "altitudeM" | "cutOffGV">,
  sun: GroundSun,
): number {
  if (!(cutOffGV > 0 && cutOffGV < 20))
    throw new RangeError(`${cutOffGV} GV is no vertical cut-off; expected 0 to 20`);
  const hPa = pressureHPa(altitudeM);
  const byAir = Math.exp((1033.2 - depthPerHPa * hPa) / 131.3);
  const bar = hPa / 1_000;
  if (sun === "mean") return (byAir * (byCutOffQuiet(cutOffGV, bar) + byCutOffActive(cutOffGV, bar))) / 2;
  return byAir * (sun === "quiet" ? byCutOffQuiet(cutOffGV, bar) : byCutOffActive(cutOffGV, bar));
}

interface Dorman {
  readonly alpha: number;
  readonly k: number;
}

const quiet = (bar: number): Dorman => ({
  alpha: Math.exp(1.84 + 0.094 * bar - 0.09 * Math.exp(-11 * bar)),
  k: 1.4 - 0.56 * bar + 0.24 * Math.exp(-8.8 * bar),
});
const active = (bar: number): Dorman => ({
  alpha: Math.exp(1.93 + 0.15 * bar - 0.18 * Math.exp(-10 * bar)),
  k: 1.32 - 0.49 * bar + 0.18 * Math.exp(-9.5 * bar),
});

const passes = ({ alpha, k }: Dorman, cutOffGV: number): number => 1 - Math.exp(-alpha / cutOffGV ** k);

const byCutOffQuiet = (cutOffGV: number, bar: number): number => 1.098 * passes(quiet(bar), cutOffGV);

/** Joined to the quiet Sun's at 50 GV, where the Sun makes no difference any more. */
const byCutOffActive = (cutOffGV: number, bar: number): number =>
  (1.098 * passes(active(bar), cutOffGV) * passes(quiet(bar), 50)) / passes(active(bar), 50);

/** 1 MeV to 10 GeV, 40 points a decade. */
const defaultGrid: readonly number[] = logGrid(1, 1e4, 40);

/** Neutrons above 1 MeV at a place, outdoors, omnidirectional. */
export function groundNeutrons(
  site: GroundSite,
  sun: GroundSun,
  energyMeV: readonly number[] = defaultGrid,
): EnergySpectrum {
  const scale = relativeNeutronFlux(site, sun);
  return { energyMeV, perCm2SecondMeV: energyMeV.map((e) => scale * referenceNeutronFlux(e)) };
}

/**
 * Thermal neutrons (below 0.4 eV) at a place, cm⁻² s⁻¹: 6.5 cm⁻² h⁻¹ at the reference, taken to scale as the fast ones do. Whatever is around slows neutrons down
 * or swallows them: concrete and water, and cooling water in the rack, make it 0.3 to 3 times as much.
 */
export function thermalNeutronFlux(site: GroundSite, sun: GroundSun): ThermalFlux {
  return { perCm2Second: (6.5 / 3_600) * relativeNeutronFlux(site, sun), uncertaintyFactor: 3 };
}

export interface ThermalFlux {
  readonly perCm2Second: number;
  /** Truth may lie this factor above or below. */
  readonly uncertaintyFactor: number;
}
