import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { RigError } from "../domain/errors.ts";
import { readCremeFlux } from "../science/creme/flux-file.ts";
import { readCremeDlt, readCremeLet } from "../science/creme/let-file.ts";
import { doseRateRadSi } from "../science/matter/dose.ts";
import { letSpectrum } from "../science/matter/let-spectrum.ts";
import { ionsBehind, protonsBehind } from "../science/matter/slowing-down.ts";
import type { Shield } from "../science/matter/slowing-down.ts";
import { suppliedSurroundings } from "../science/predict/surroundings.ts";
import type { Surroundings } from "../science/predict/surroundings.ts";
import type { EnergySpectrum, LetSpectrum } from "../science/spectra/spectra.ts";

/*
 * .FLX ─shield─┐
 * .TFX ────────┼─→ protons (Z = 1), ions ─→ LET ─→ Surroundings
 * .LET, .DLT ──┘   (behind their own shield already)
 */

interface SuppliedOptions {
  readonly shieldMm: number;
  readonly shieldShape: Shield["geometry"];
  readonly directIonisation: boolean;
}

/** Spectra of one place out of files in CREME96's formats, told by the ends of their names. RigError "config" for others, and where two tell of the same particles. */
export function spectraIn(files: readonly string[], options: SuppliedOptions): Surroundings {
  const shield: Shield = { geometry: options.shieldShape, thicknessMm: options.shieldMm };
  let protons: EnergySpectrum | null = null;
  let let_: LetSpectrum | null = null;
  const said: string[] = [];
  const only = (file: string, known: unknown, what: string): void => {
    if (known !== null)
      throw new RigError("config", `${file}: ${what} a second time; expected them in one of the files alone`);
  };
  for (const file of files) {
    const kind = /\.(flx|tfx|let|dlt)$/i.exec(file)?.[1]?.toLowerCase();
    if (kind === undefined)
      throw new RigError(
        "config",
        `${file}: expected a name that ends in .FLX, .TFX, .LET or .DLT, as CREME96 writes them`,
      );
    const text = readText(file);
    if (kind === "let" || kind === "dlt") {
      only(file, let_, "ions by LET");
      let_ = (kind === "let" ? readCremeLet : readCremeDlt)(text, file).spectrum;
      said.push(`${basename(file)} (behind its own shield)`);
      continue;
    }
    const { ions } = readCremeFlux(text, file);
    const isOutside = kind === "flx";
    const hydrogen = ions.find(({ z }) => z === 1);
    const heavier = ions.filter(({ z }) => z > 1);
    if (hydrogen !== undefined) {
      only(file, protons, "protons");
      const outside = {
        energyMeV: hydrogen.energyMeVPerNucleon,
        perCm2SecondMeV: hydrogen.perCm2SecondMeVPerNucleon,
      };
      protons = isOutside ? protonsBehind(shield, outside) : outside;
    }
    const lighted = options.directIonisation && hydrogen !== undefined ? [hydrogen, ...heavier] : heavier;
    if (lighted.length > 0) {
      only(file, let_, "ions");
      let_ = letSpectrum(isOutside ? ionsBehind(shield, lighted) : lighted, {
        protonsIonise: options.directIonisation,
      });
    }
    said.push(
      isOutside
        ? `${basename(file)} behind ${options.shieldMm} mm of aluminium`
        : `${basename(file)} (behind its own shield)`,
    );
  }
  const dose = protons === null ? null : doseRateRadSi(protons);
  return suppliedSurroundings(said.join(" and "), { protons, let: let_ }, dose);
}

/** CREME96 writes fifteen kilobytes an element at most. A pipe that nobody writes to is not waited for. */
const mostBytes = 10_000_000;

function readText(file: string): string {
  try {
    const found = statSync(file);
    if (!found.isFile())
      throw new RigError(
        "config",
        `${file}: expected a file of spectra, found ${found.isDirectory() ? "a folder" : "something else"}`,
      );
    if (found.size > mostBytes)
      throw new RigError(
        "config",
        `${file}: ${found.size} bytes; a file of spectra has at most ${mostBytes}`,
      );
    return readFileSync(file, "latin1");
  } catch (error) {
    if (error instanceof RigError) throw error;
    throw new RigError(
      "config",
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "?"})`,
      {
        cause: error,
      },
    );
  }
}
