import { RigError } from "../../domain/errors.ts";
import type { FieldCoefficients } from "./field-coefficients.ts";

/** A file of the GSFC's `.dat` format: a model of one year, or how much it changes a year after that (`secular`). */
export interface GsfcField extends FieldCoefficients {
  readonly secular: boolean;
}

/** The IGRF ends at 13; room for a file's own finer model, and none for a number that is no degree. */
const mostDegree = 100;

/**
 * Coefficients from a file as the GSFC's BILCAL and SHELLIG read: a title (`dgrf65`, `igrf20`, `igrf20s` for secular variation), a line
 * `n_max radius year`, then a line `n m g h` for each pair. `name` is the file's, for errors.
 */
export function readGsfcField(text: string, name: string): GsfcField {
  const [title, head, ...rows] = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const [degree, radius, year] = (head ?? "").split(/\s+/).map(Number);
  const isDegree = Number.isInteger(degree) && degree! >= 1 && degree! <= mostDegree;
  if (!/^[di]grf\d+s?$/i.test(title ?? "") || !isDegree || !(year! > 1800))
    throw new RigError(
      "config",
      `${name}: not a GSFC file of coefficients: it should begin with a title as 'dgrf65' and a line 'n_max radius year'`,
    );
  if (Math.abs(radius! - 6371.2) > 0.01)
    throw new RigError(
      "config",
      `${name}: coefficients for a radius of ${radius} km, where 6371.2 was expected`,
    );
  const empty = (): number[][] =>
    Array.from({ length: degree! + 1 }, (_, n) => Array.from({ length: n + 1 }, () => (n === 0 ? 0 : NaN)));
  const [g, h] = [empty(), empty()];
  for (const row of rows) {
    const [n, m, gNm, hNm] = row.split(/\s+/).map(Number);
    if (g[n!]?.[m!] === undefined || !Number.isFinite(gNm) || !Number.isFinite(hNm))
      throw new RigError("config", `${name}: '${row}' is not a line 'n m g h' of degree up to ${degree}`);
    g[n!]![m!] = gNm!;
    h[n!]![m!] = hNm!;
  }
  const missing = g.flat().filter(Number.isNaN).length;
  if (missing > 0)
    throw new RigError(
      "config",
      `${name}: ${missing} pairs of coefficients are missing; the file is cut or damaged`,
    );
  return { year: year!, degree: degree!, g, h, secular: /s$/i.test(title!) };
}

/** Epochs from files of this format: a secular variation (five years ahead of the model it was made for) becomes the epoch it leads to. */
export function epochsOf(files: readonly GsfcField[]): FieldCoefficients[] {
  const models = files.filter(({ secular }) => !secular);
  const ahead = files.flatMap((change): FieldCoefficients[] => {
    if (!change.secular) return [];
    const from = models.find(({ year }) => year === change.year - 5);
    if (from === undefined) return [];
    const moved = (part: "g" | "h"): number[][] =>
      from[part].map((row, n) => row.map((value, m) => value + 5 * (change[part][n]?.[m] ?? 0)));
    return [{ year: change.year, degree: from.degree, g: moved("g"), h: moved("h") }];
  });
  return [...models, ...ahead];
}
