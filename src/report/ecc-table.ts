import type { EccRate, EccResult, PooledResult, Result } from "../domain/result.ts";
import { byBoard, isPart } from "./by-board.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";
import { percent, scientific, whole } from "./numbers.ts";

/** What memories caught: under each board and workload a row for each place at which its error counters moved, over all targets. Nothing where none did. */
export function eccTable(result: Result, canvas: Canvas): Line[] {
  const told = byBoard(result.pooled)
    .filter((row) => row.ecc.length > 0 && !isPart(row, result.pooled))
    .flatMap((row) => row.ecc.map((place) => ({ row, place })));
  if (told.length === 0) return [];
  return [
    [],
    [piece("What memories caught", "bold"), piece(": errors, by the board's own counters")],
    ...underHeadings(told, canvas),
    [],
    [
      piece(
        "  % of the strikes in which any was counted, or cm² of the errors; [exact 95 % interval]",
        "dim",
      ),
    ],
    [piece("  an error is no outcome: one that ended an iteration is among the DUE, too", "dim")],
  ];
}

/** Board and workload stand on a line of their own above their memories: beside two counts with their intervals there is no room for names. */
function underHeadings(told: readonly Told[], canvas: Canvas): Line[] {
  const [head, ...lines] = columns(
    titles,
    told.map(({ place }) => rowOf(place)),
    canvas.columns,
  );
  return [
    head!,
    ...lines.flatMap((line, index) => {
      const { row } = told[index]!;
      if (told[index - 1]?.row === row) return [line];
      return [[piece(row.dut, "cyan"), piece(`  ${row.workload}`)], line];
    }),
  ];
}

interface Told {
  readonly row: PooledResult;
  readonly place: EccResult;
}

const titles: readonly Column[] = [
  { title: "  memory", align: "left", shrinks: true },
  { title: "corrected", align: "right" },
  { title: "", align: "left" },
  { title: "uncorr.", align: "right" },
  { title: "", align: "left" },
];

function rowOf(place: EccResult): Piece[] {
  return [
    piece(`  ${place.structure}`),
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
