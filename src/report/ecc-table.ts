import type { EccRate, EccResult, PooledResult, Result } from "../domain/result.ts";
import { byBoard } from "./by-board.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";
import { percent, scientific, whole } from "./numbers.ts";

/** What memories caught: a row for each board, workload and place at which its error counters moved, over all targets. Nothing where none did. */
export function eccTable(result: Result, canvas: Canvas): Line[] {
  const told = byBoard(result.pooled)
    .filter((row) => row.ecc.length > 0 && !isPart(row, result.pooled))
    .flatMap((row) => row.ecc.map((place) => ({ row, place })));
  if (told.length === 0) return [];
  return [
    [],
    [piece("What memories caught", "bold"), piece(": errors, by the board's own counters")],
    ...columns(
      titles,
      told.map(({ row, place }, index) => rowOf(row, place, told[index - 1]?.row)),
      canvas.columns,
    ),
    [],
    [
      piece(
        "  % of the strikes in which any was counted, or cm² of the errors; [exact 95 % interval of the count]",
        "dim",
      ),
    ],
    [piece("  an error is no outcome: one that ended an iteration is among the DUE, too", "dim")],
  ];
}

const titles: readonly Column[] = [
  { title: "board", align: "left", shrinks: true },
  { title: "workload", align: "left", shrinks: true },
  { title: "memory", align: "left", shrinks: true },
  { title: "corrected", align: "right" },
  { title: "", align: "left" },
  { title: "uncorr.", align: "right" },
  { title: "", align: "left" },
];

/** There is a row that has these runs and more. */
function isPart(row: PooledResult, all: readonly PooledResult[]): boolean {
  if (row.target === null) return false;
  return all.some(
    (other) => other !== row && other.target === null && row.runs.every((run) => other.runs.includes(run)),
  );
}

function rowOf(row: PooledResult, place: EccResult, above: PooledResult | undefined): Piece[] {
  return [
    piece(above?.dut === row.dut ? "" : row.dut, "cyan"),
    piece(above === row ? "" : row.workload),
    piece(place.structure),
    ...cells(place.corrected, "green"),
    ...cells(place.uncorrected, "magenta"),
  ];
}

function cells({ errors, rate }: EccRate, paint: Paint): Piece[] {
  const count = piece(whole(errors), errors === 0 ? "dim" : paint);
  if (rate === null) return [count, piece("")];
  const inWords = rate.unit === "cm2" ? scientific : (value: number): string => `${percent(value)} %`;
  if (rate.limitOnly) return [count, piece(`below ${inWords(rate.upper)}`, "dim")];
  return [count, piece(`${inWords(rate.value)} [${inWords(rate.lower)}, ${inWords(rate.upper)}]`)];
}
