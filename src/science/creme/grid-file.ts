import { RigError } from "../../domain/errors.ts";
import { located } from "./located.ts";

/*
 * text ─lines→ comments (%) ─→ grid line ─→ blocks of numbers, a block a nuclear charge (one in LET files)
 *
 *    25 q800a90i.FLX                                                           200 3
 *    %Created by CREME96:FLUX_DRIVER Version  200 on 02-Mar-22 at 06:55:00
 *    …
 *    1.0000E-01  1.0000E+05   1002      1     92  UNSHIELDED    1977.000  0 2  200 3
 *
 *    0.0000E+00  0.0000E+00  0.0000E+00  0.0000E+00  0.0000E+00  0.0000E+00
 */

/** What CREME96's files of spectra have in common. */
export interface GridFile {
  /** As CREME96 wrote them, without the percent sign: what was computed, for whom the file is. */
  readonly comments: readonly string[];
  /** Rising by one factor from the first to the last. */
  readonly points: readonly number[];
  readonly zFrom: number;
  readonly zTo: number;
  /** Rest of the grid line: shield, year or material. */
  readonly remark: string;
  /** Line of the file that the grid stands on, counted from 1. */
  readonly gridLine: number;
  /** Line of the file that a number of the first row stands on, counted from 1. */
  readonly lineOf: (point: number) => number;
  /** As many rows as blocks were asked for, each as long as `points`; none below 0. */
  readonly rows: readonly (readonly number[])[];
}

const mostPoints = 100_000;

/**
 * Reads a file of CREME96's grids; `blocks` says how many rows a file of these charges has. Anything else than such a file is a RigError "config"
 * that names file and line.
 */
export function readGridFile(
  text: string,
  file: string,
  blocks: (zFrom: number, zTo: number) => number,
): GridFile {
  const lines = text.split(/\r\n|\r|\n/);
  const comments: string[] = [];
  let at = 0;
  // The first line counts the header's lines and names the file; editors and mailers lose it, and it says nothing that the rest does not.
  if (/^\s*\d+\s+\S+.*$/.test(lines[0] ?? "") && /^\s*%/.test(lines[1] ?? "")) at = 1;
  for (; at < lines.length && /^\s*(%.*)?$/.test(lines[at]!); at++) {
    const comment = lines[at]!.trim().replace(/^%/, "").trim();
    if (comment !== "") comments.push(comment);
  }
  const grid = gridOf(lines, at, file);
  const asked = blocks(grid.zFrom, grid.zTo);
  const { values, places } = numbersAfter(lines, at + 1, file, asked * grid.count);
  return {
    comments,
    points: logPoints(grid.from, grid.to, grid.count),
    zFrom: grid.zFrom,
    zTo: grid.zTo,
    remark: grid.remark,
    gridLine: at + 1,
    lineOf: (point) => places[point]!,
    rows: Array.from({ length: asked }, (_, i) => values.slice(i * grid.count, (i + 1) * grid.count)),
  };
}

function gridOf(lines: readonly string[], at: number, file: string) {
  const line = lines[at];
  if (line === undefined)
    throw new RigError(
      "config",
      located(
        file,
        lines.length,
        "no line of the grid",
        "first and last point, number of points, lightest and heaviest ion",
      ),
    );
  const parts = line.trim().split(/\s+/);
  const [from, to, count, zFrom, zTo] = parts.slice(0, 5).map(numberOf);
  const whole = (n: number | undefined): n is number => Number.isSafeInteger(n);
  if (
    from === undefined ||
    to === undefined ||
    !(from > 0 && to > from && to < 1e12) ||
    !whole(count) ||
    !(count >= 2 && count <= mostPoints) ||
    !whole(zFrom) ||
    !whole(zTo) ||
    !(zFrom >= 1 && zTo >= zFrom && zTo <= 92)
  )
    throw new RigError(
      "config",
      located(
        file,
        at + 1,
        shown(line),
        "the grid of a CREME96 file: first and last point, number of points, lightest and heaviest ion",
      ),
    );
  return { from, to, count, zFrom, zTo, remark: parts.slice(5).join(" ") };
}

function numbersAfter(lines: readonly string[], first: number, file: string, asked: number) {
  const values: number[] = [];
  const places: number[] = [];
  let at = first;
  for (; at < lines.length; at++)
    for (const word of lines[at]!.split(/\s+/)) {
      if (word === "") continue;
      const value = numberOf(word);
      if (value === undefined || value < 0)
        throw new RigError("config", located(file, at + 1, shown(word), "a flux of 0 or more"));
      if (values.length === asked)
        throw new RigError(
          "config",
          located(file, at + 1, "more numbers", `the ${asked} that the grid has room for`),
        );
      values.push(value);
      places.push(at + 1);
    }
  if (values.length < asked)
    throw new RigError(
      "config",
      located(file, at, `the end after ${values.length} numbers`, `the ${asked} that the grid asks for`),
    );
  return { values, places };
}

/** FORTRAN's numbers: 1.0000E-01, .1000E+07, and 1.0000-103 where the exponent leaves no room for its letter; never an infinity. */
function numberOf(word: string): number | undefined {
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[EeDd]?([+-]\d{1,4})|[EeDd](\d{1,4}))?$/.exec(word);
  if (parts === null) return undefined;
  const value = Number(`${parts[1]!}e${parts[2] ?? parts[3] ?? "0"}`);
  return Number.isFinite(value) ? value : undefined;
}

function logPoints(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? to : from * (to / from) ** (i / (count - 1)),
  );
}

const shown = (text: string): string => `'${text.trim().slice(0, 60)}'`;
