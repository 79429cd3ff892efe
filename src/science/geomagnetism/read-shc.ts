import { RigError } from "../../domain/errors.ts";
import type { FieldCoefficients } from "./field-coefficients.ts";

/**
 * Coefficients from a file in the `.shc` format (IAGA, Swarm): `#` lines, a line `n_min n_max epochs order step`, a line of years, then
 * a line `n m value…` for each coefficient, m below 0 for h. `name` is the file's, for errors.
 */
export function readShc(text: string, name: string): FieldCoefficients[] {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/\s+/).map(Number));
  const [head, years, ...rows] = lines;
  const [first, degree, count] = head ?? [];
  if (first !== 1 || !(degree! >= 1) || years === undefined || years.length !== count)
    throw new RigError(
      "config",
      `${name}: not a .shc file of coefficients from degree 1 on: its first two lines should be 'n_min n_max epochs …' and that many years`,
    );
  const wanted = degree! * (degree! + 2);
  if (rows.length !== wanted)
    throw new RigError(
      "config",
      `${name}: ${rows.length} coefficients where degree ${degree} has ${wanted}; the file is cut or damaged`,
    );
  const epochs = years.map((year) => {
    const empty = (): number[][] =>
      Array.from({ length: degree! + 1 }, (_, n) => Array.from({ length: n + 1 }, () => NaN));
    return { year, degree: degree!, g: empty(), h: empty() };
  });
  for (const [n, m, ...values] of rows)
    for (const [i, epoch] of epochs.entries()) {
      const row = (m! < 0 ? epoch.h : epoch.g)[n!];
      const place = Math.abs(m!);
      if (row?.[place] === undefined || !Number.isFinite(values[i]))
        throw new RigError("config", `${name}: the line of n = ${n}, m = ${m} is damaged`);
      row[place] = values[i]!;
    }
  for (const epoch of epochs) {
    for (const row of epoch.h) row[0] = 0;
    epoch.g[0] = [0];
    const missing = [epoch.g, epoch.h].some((part) => part.some((row) => row.some(Number.isNaN)));
    if (missing) throw new RigError("config", `${name}: a coefficient stands twice and another is missing`);
  }
  return epochs;
}
