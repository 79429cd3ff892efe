import { atomicWeight } from "../spectra/atomic-weights.ts";
import { fullSphereSr } from "../spectra/full-sphere.ts";
import type { IonSpectrum } from "../spectra/spectra.ts";
import { readGridFile } from "./grid-file.ts";

/** CREME96's fluxes are directional and per square metre: ours are over 4π, per square centimetre. */
export const omnidirectionalPerCm2: number = fullSphereSr * 1e-4;

/** Spectra of ions that somebody had computed, outside a shield (.FLX) or behind it (.TFX). */
export interface CremeFlux {
  /** Protons among them where the file has Z = 1, trapped and galactic in one. */
  readonly ions: readonly IonSpectrum[];
  readonly comments: readonly string[];
  /** Such as UNSHIELDED, or the shield. */
  readonly remark: string;
}

/**
 * Reads a .FLX or .TFX file of CREME96, or of a program that writes its format: particles m⁻² sr⁻¹ s⁻¹ (MeV per nucleon)⁻¹ on a grid in MeV per nucleon,
 * a block a nuclear charge. `file` is for messages. A RigError "config" that names the line where the text is not such a file.
 */
export function readCremeFlux(text: string, file: string): CremeFlux {
  const { points, zFrom, rows, comments, remark } = readGridFile(text, file, (from, to) => to - from + 1);
  return {
    ions: rows.map((row, i) => ({
      z: zFrom + i,
      massNumber: atomicWeight(zFrom + i),
      energyMeVPerNucleon: points,
      perCm2SecondMeVPerNucleon: row.map((flux) => flux * omnidirectionalPerCm2),
    })),
    comments,
    remark,
  };
}
