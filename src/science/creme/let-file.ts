import { RigError } from "../../domain/errors.ts";
import type { LetSpectrum } from "../spectra/spectra.ts";
import { omnidirectionalPerCm2 } from "./flux-file.ts";
import { readGridFile } from "./grid-file.ts";
import { located } from "./located.ts";

/** A spectrum by LET that somebody had computed. */
export interface CremeLet {
  readonly spectrum: LetSpectrum;
  readonly zFrom: number;
  readonly zTo: number;
  readonly comments: readonly string[];
  /** Material that the LET is in. */
  readonly remark: string;
}

/**
 * Reads a differential LET spectrum of CREME96 (.DLT): m⁻² sr⁻¹ s⁻¹ (MeV·cm²/g)⁻¹ at points; the flux of a bin between two of them is by the trapezoid,
 * as CREME96's own integral spectra are to 0.1 %. `file` is for messages. A RigError "config" that names the line where the text is not such a file.
 */
export function readCremeDlt(text: string, file: string): CremeLet {
  return letOf(text, file, (points, row) =>
    row.slice(1).map((flux, i) => ((row[i]! + flux) / 2) * (points[i + 1]! - points[i]!)),
  );
}

/**
 * Reads an integral LET spectrum of CREME96 (.LET): m⁻² sr⁻¹ s⁻¹ above each point, so a bin has the difference of its two. What lies above the last point has no
 * bin, and is 0 in CREME96's files. Refused as `readCremeDlt`, and where it rises: a differential file given for an integral one.
 */
export function readCremeLet(text: string, file: string): CremeLet {
  return letOf(text, file, (points, row, lineOf) =>
    row.slice(1).map((above, i) => {
      if (above > row[i]!)
        throw new RigError(
          "config",
          located(
            file,
            lineOf(i + 1),
            `an integral spectrum that rises at ${points[i + 1]!.toPrecision(4)} MeV·cm²/g`,
            "one that falls; is it a .DLT file?",
          ),
        );
      return row[i]! - above;
    }),
  );
}

function letOf(
  text: string,
  file: string,
  binsOf: (points: readonly number[], row: readonly number[], lineOf: (point: number) => number) => number[],
): CremeLet {
  const { points, zFrom, zTo, rows, comments, remark, gridLine, lineOf } = readGridFile(text, file, () => 1);
  if (!/^SILICON\b/i.test(remark))
    throw new RigError(
      "config",
      located(file, gridLine, `LET in '${remark.slice(0, 40)}'`, "LET in silicon"),
    );
  return {
    spectrum: {
      edgesMeVCm2PerG: points,
      perCm2Second: binsOf(points, rows[0]!, lineOf).map((flux) => flux * omnidirectionalPerCm2),
    },
    zFrom,
    zTo,
    comments,
    remark,
  };
}
