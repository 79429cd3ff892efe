import { RigError } from "../../domain/errors.ts";

/**
 * A map of trapped particles as NSSDC gave AP-8 and AE-8 out (Sawyer and Vette, NSSDC 76-06; Vette, NSSDC 91-24), in its own whole numbers:
 * for each energy, for each L, how far B/B0 goes up until the flux has fallen by one step more.
 */
export interface TrappedMap {
  /** Of the field its L and B/B0 are meant in: 1964 for solar minimum, 1970 for maximum. */
  readonly epoch: 1964 | 1970;
  /** 1 MeV, 1 Re, 1 of B/B0 − 1 and one decade of flux in the map's numbers. */
  readonly energyScale: number;
  readonly lScale: number;
  readonly bScale: number;
  readonly fluxScale: number;
  /** How much the logarithm of the flux falls from one contour to the next. */
  readonly fluxStep: number;
  readonly sheets: readonly TrappedSheet[];
}

/** The map of one energy: columns, L rising from 0. */
export interface TrappedSheet {
  readonly energyMeV: number;
  readonly columns: readonly TrappedColumn[];
}

/** Flux along one field line, from its equator out. */
export interface TrappedColumn {
  readonly l: number;
  /** Logarithm of the integral flux at the equator; 0 with no contour: none. */
  readonly top: number;
  /** B/B0 from contour to contour; empty where there is no flux. */
  readonly steps: Int32Array;
}

const lineLength = 72;
const numberLength = 6;

/**
 * Reads the text of a map: eight numbers, then the map, in columns of six characters (FORTRAN 12I6, which leaves no gap beside a number of six
 * digits; a space before them all is a carriage control of some copies). `name` is the file's, for errors.
 */
export function readMap(text: string, name: string): TrappedMap {
  const damaged = (what: string): RigError =>
    new RigError(
      "config",
      `${name}: ${what}; a map of trapped particles is expected, as ap8min.asc of NSSDC's AP-8 and AE-8`,
    );
  const numbers = numbersOf(text);
  if (numbers === null) throw damaged("something other than numbers in columns of six characters");
  const [, stepsADecade, epoch, energyScale, lScale, bScale, fluxScale, length] = numbers;
  if (
    !(epoch === 1964 || epoch === 1970) ||
    ![stepsADecade, energyScale, lScale, bScale, fluxScale].every((n) => n! > 0)
  )
    throw damaged("the eight numbers of its first line are not a map's");
  const map = numbers.slice(8);
  if (map.length < length!) throw damaged(`${map.length} numbers of ${length}`);
  const sheets: TrappedSheet[] = [];
  for (let at = 0; at < length! && map[at]! > 0;) {
    const end = at + map[at]!;
    const columns: TrappedColumn[] = [];
    let next = at + 2;
    while (next < end) {
      const size = map[next]!;
      const [l, top] = [map[next + 1]!, map[next + 2]!];
      const steps = Int32Array.from(map.slice(next + 3, next + size));
      // AE8MIN holds an empty column out of its place at 5 MeV, which has nothing to say there.
      if (l <= (columns.at(-1)?.l ?? -1) && columns.at(-1)!.steps.length === 0) columns.pop();
      const before = columns.at(-1);
      if (
        size < 3 ||
        next + size > end ||
        (before !== undefined && l <= before.l) ||
        steps.some((n) => n < 0)
      )
        throw damaged(`the map of ${map[at + 1]! / energyScale!} MeV is broken at number ${next + 1}`);
      columns.push({ l, top, steps });
      next += size;
    }
    const energyMeV = map[at + 1]! / energyScale!;
    if (columns.length < 2 || columns[0]!.l !== 0 || energyMeV <= (sheets.at(-1)?.energyMeV ?? 0))
      throw damaged(`the map of ${energyMeV} MeV is broken`);
    sheets.push({ energyMeV, columns });
    at = end;
  }
  if (sheets.length < 2) throw damaged("fewer than two energies");
  return {
    epoch,
    energyScale: energyScale!,
    lScale: lScale!,
    bScale: bScale!,
    fluxScale: fluxScale!,
    fluxStep: fluxScale! / stepsADecade!,
    sheets,
  };
}

function numbersOf(text: string): number[] | null {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const shift = lines.some((line) => line.trimEnd().length > lineLength) ? 1 : 0;
  const numbers: number[] = [];
  for (const line of lines) {
    const body = line.trimEnd().slice(shift);
    for (let at = 0; at < body.length; at += numberLength) {
      const number = Number(body.slice(at, at + numberLength));
      if (!Number.isInteger(number)) return null;
      numbers.push(number);
    }
  }
  return numbers;
}
