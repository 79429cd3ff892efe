import type { PooledResult, Result, Severity } from "../domain/result.ts";
import { byBoard, isPart } from "./by-board.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { piece } from "./line.ts";
import type { Canvas, Line, Piece } from "./line.ts";
import { whole } from "./numbers.ts";

/** How bad the wrong outputs were: a row for each board and workload, over all targets, where the campaign asked for enough elements to tell. */
export function severityTable(result: Result, canvas: Canvas): Line[] {
  const rows = byBoard(result.pooled).filter((row) => !isPart(row, result.pooled));
  const told = rows.filter(
    ({ severity }) => severity !== null && (severity.shapes ?? severity.tokens) !== null,
  );
  if (told.length === 0) return [];
  return [
    [],
    [piece("How bad the wrong outputs were", "bold")],
    ...columns(
      titles,
      told.map((row, index) => rowOf(row, told[index - 1])),
      canvas.columns,
    ),
    [],
    [
      piece(
        "  >0.1%    outputs with an element further off golden than that, relative; NaN: with a NaN or an Inf",
        "dim",
      ),
    ],
    [
      piece(
        "  single … random: how the wrong elements lie in the output matrix, % of the wrong outputs",
        "dim",
      ),
    ],
    ...(told.some(({ severity }) => severity!.tokens !== null || severity!.classes !== null)
      ? [[piece("  class    another first class; token: index of the first wrong one, mean", "dim")]]
      : []),
    ...(told.some(({ severity }) => severity!.censored > 0)
      ? [
          [
            piece(
              "  +        some had more wrong elements than were listed (`elements`): their shape is a guess",
              "dim",
            ),
          ],
        ]
      : []),
  ];
}

const titles: readonly Column[] = [
  { title: "board", align: "left", shrinks: true },
  { title: "workload", align: "left", shrinks: true },
  { title: "wrong", align: "right" },
  { title: ">0.1%", align: "right" },
  { title: ">10%", align: "right" },
  { title: "NaN", align: "right" },
  { title: "single", align: "right" },
  { title: "line", align: "right" },
  { title: "block", align: "right" },
  { title: "rand.", align: "right" },
  { title: "task", align: "left" },
];

function rowOf(row: PooledResult, above: PooledResult | undefined): Piece[] {
  const severity = row.severity!;
  const { outputs, relativeError, notFinite, shapes, censored } = severity;
  const beyond = (above: number): string =>
    share(relativeError.find((point) => point.above === above)?.outputs ?? 0, outputs);
  const shape = (count: number | undefined): Piece =>
    count === undefined ? piece("-", "dim") : piece(share(count, outputs), count === 0 ? "dim" : "plain");
  return [
    piece(above?.dut === row.dut ? "" : row.dut, "cyan"),
    piece(row.workload),
    piece(`${whole(outputs)}${censored > 0 ? "+" : ""}`, "yellow"),
    piece(beyond(1e-3)),
    piece(beyond(1e-1)),
    piece(share(notFinite, outputs)),
    shape(shapes?.single),
    shape(shapes?.line),
    shape(shapes?.block),
    shape(shapes?.random),
    piece(taskOf(severity), "dim"),
  ];
}

function share(count: number, of: number): string {
  return `${Math.round((100 * count) / of)} %`;
}

function taskOf({ classes, tokens, outputs }: Severity): string {
  if (classes !== null) return `class ${share(classes.top1Flips, outputs)}`;
  if (tokens !== null) return `token ${tokens.meanFirstDiffering.toFixed(1)}`;
  return "";
}
