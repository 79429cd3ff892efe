import { RigError } from "../../domain/errors.ts";
import { gaussLegendre } from "../quadrature.ts";
import { lineAt, logGrid } from "../spectra/log-line.ts";
import type { EnergySpectrum, IonSpectrum } from "../spectra/spectra.ts";
import { aluminium } from "./materials.ts";
import type { Material } from "./materials.ts";
import { nuclearPathGPerCm2 } from "./nuclear-loss.ts";
import { rangeTable } from "./range.ts";
import type { RangeTable } from "./range.ts";

/**
 *   outside   φ(E_in) ──▶ thickness t ──▶ φ'(E)   inside
 *
 *   E_in = R⁻¹(R(E) + t)        φ'(E) = φ(E_in) · S(E_in)/S(E)
 *
 * Continuous slowing down only: no straggling, no fragments, no secondary particles, and unless it is asked for no loss to nuclei.
 * Sphere: the same t from every side. Slab: a slab on either side, infinitely wide, so that a particle under θ goes through t/|cos θ|.
 */
export interface Shield {
  readonly geometry: "sphere" | "slab";
  readonly thicknessMm: number;
  /** Default: aluminium. */
  readonly material?: Material;
  /** Takes out what reacts with a nucleus on the way, and puts nothing in its place; default off, since fragments upset cells too. */
  readonly nuclearLoss?: boolean;
}

/**
 * Grid behind a shield: from here, whatever the spectrum outside begins with. An ion that stops inside the part has its highest LET
 * there: a grid that began at 10 MeV per nucleon would lose the stopping iron, and a third of a rate in geostationary orbit.
 */
const insideFromMeV = 0.1;
const perDecade = 64;
/** Directions of a slab, by cos θ. */
const cosines = gaussLegendre(16, 0, 1);

/** Areal depth, g/cm², at normal incidence. */
export function arealDepth({ thicknessMm, material = aluminium }: Shield): number {
  if (!(thicknessMm >= 0 && thicknessMm < Infinity))
    throw new RigError("config", `a shield of ${thicknessMm} mm: a thickness of 0 or more is wanted`);
  return (thicknessMm / 10) * material.densityGPerCm3;
}

/** Behind no thickness at all a spectrum is what it was. A thickness that is none is a RigError `config`, a spectrum of fewer than two points a RangeError. */
export function ionsBehind(shield: Shield, ions: readonly IonSpectrum[]): IonSpectrum[] {
  const depth = arealDepth(shield);
  if (depth === 0) return [...ions];
  return ions.map((ion) => {
    const { z, massNumber, energyMeVPerNucleon, perCm2SecondMeVPerNucleon } = ion;
    const [energy, flux] = slowDown(
      shield,
      depth,
      z,
      massNumber,
      energyMeVPerNucleon,
      perCm2SecondMeVPerNucleon,
    );
    return { z, massNumber, energyMeVPerNucleon: energy, perCm2SecondMeVPerNucleon: flux };
  });
}

/** Protons, as `ionsBehind` has ions. */
export function protonsBehind(shield: Shield, protons: EnergySpectrum): EnergySpectrum {
  const depth = arealDepth(shield);
  if (depth === 0) return protons;
  const [energyMeV, perCm2SecondMeV] = slowDown(
    shield,
    depth,
    1,
    1,
    protons.energyMeV,
    protons.perCm2SecondMeV,
  );
  return { energyMeV, perCm2SecondMeV };
}

function slowDown(
  { geometry, material = aluminium, nuclearLoss = false }: Shield,
  depth: number,
  z: number,
  massNumber: number,
  energies: readonly number[],
  fluxes: readonly number[],
): [number[], number[]] {
  if (energies.length < 2)
    throw new RangeError(`a spectrum of ${energies.length} points behind a shield; expected two or more`);
  const table = rangeTable(material, z, massNumber);
  const grid = gridBehind(table, depth, geometry, energies);
  const paths = geometry === "sphere" ? [{ x: 1, weight: 1 }] : cosines;
  const loss = nuclearLoss ? 1 / nuclearPathGPerCm2(material, z, massNumber) : 0;
  const line = logLine(energies, fluxes);
  const flux = grid.map((energy) => {
    const range = table.rangeAt(energy);
    let sum = 0;
    for (const { x: cosine, weight } of paths) {
      const path = depth / cosine;
      const lnBefore = table.lnEnergyAt(range + path);
      const outside = line(lnBefore);
      if (outside > 0) sum += weight * outside * Math.exp(table.lnStoppingAt(lnBefore) - loss * path);
    }
    return sum / table.stoppingAt(energy);
  });
  return [grid, flux];
}

/** φ by ln E: `valueAt` for a million asks, of which each is near the one before. */
function logLine(energies: readonly number[], fluxes: readonly number[]): (lnEnergy: number) => number {
  const xs = Float64Array.from(energies, (energy) => Math.log(energy));
  const ys = Float64Array.from(fluxes, (flux) => Math.log(flux));
  const last = xs.length - 1;
  let i = 0;
  return (x) => {
    // A hair's breadth at the ends is rounding.
    if (x < xs[0]! - 1e-9 || x > xs[last]! + 1e-9) return 0;
    while (i > 0 && x < xs[i]!) i--;
    while (i < last - 1 && x >= xs[i + 1]!) i++;
    const value = Math.exp(ys[i]! + ((x - xs[i]!) / (xs[i + 1]! - xs[i]!)) * (ys[i + 1]! - ys[i]!));
    if (value > 0) return value;
    return lineAt(energies[i]!, fluxes[i]!, energies[i + 1]!, fluxes[i + 1]!, Math.exp(x));
  };
}

/** Ends with what is left of the fastest particle; begins with the slowest's, where all get through alike. */
function gridBehind(
  table: RangeTable,
  depth: number,
  geometry: Shield["geometry"],
  energies: readonly number[],
): number[] {
  const left = (energy: number): number => {
    const range = table.rangeAt(energy) - depth;
    return range > 0 ? table.energyAt(range) : 0;
  };
  const last = left(energies.at(-1)!);
  const first = geometry === "sphere" ? Math.max(insideFromMeV, left(energies[0]!)) : insideFromMeV;
  // Nothing gets through: a spectrum all the same, of noughts.
  return last > first
    ? logGrid(first, last, perDecade)
    : [insideFromMeV, Math.max(energies.at(-1)!, 2 * insideFromMeV)];
}
