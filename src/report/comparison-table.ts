import type { ComparedLine, Comparison } from "../science/predict/compare.ts";
import type { Figure } from "../science/predict/prediction.ts";
import { columns } from "./columns.ts";
import { paintLine, piece } from "./line.ts";
import type { Canvas, Line, Piece } from "./line.ts";
import { interval, short } from "./prediction-table.ts";
import { wrapped } from "./wrapped.ts";

/** Two predictions side by side, at most 100 columns, and which difference is one. */
export function comparisonTable(comparison: Comparison, canvas: Canvas): string[] {
  const page: Canvas = { ...canvas, columns: Math.min(100, canvas.columns) };
  const { a, b, lines, onlyA, onlyB } = comparison;
  const shown = lines.filter(
    ({ kind, name }) => kind === "beam" || ["SDC", "SDC critical", "DUE"].includes(name),
  );
  const all: Line[] = [
    [piece("A ", "bold"), piece(`${a.name}: ${a.device} · ${a.surroundings}`)],
    [piece("B ", "bold"), piece(`${b.name}: ${b.device} · ${b.surroundings}`)],
    [],
    ...columns(
      [
        { title: "", align: "left", wraps: true },
        { title: "A, a day", align: "left" },
        { title: "B, a day", align: "left" },
        { title: "B by A [95 %]", align: "left" },
        { title: "", align: "left" },
      ],
      shown.map((line) => [
        piece(
          `${line.name}${line.workload === null ? "" : `, ${line.workload}`}${line.kind === "composed" ? " (composed)" : ""}`,
        ),
        rate(line.a),
        rate(line.b),
        line.ratio === null ? piece("a limit", "dim") : piece(interval(line.ratio)),
        verdict(line),
      ]),
      page.columns,
    ),
    ...(onlyA.length + onlyB.length === 0
      ? []
      : [
          [],
          ...(onlyA.length > 0 ? wrapped(`A alone: ${onlyA.join("; ")}`, page.columns) : []),
          ...(onlyB.length > 0 ? wrapped(`B alone: ${onlyB.join("; ")}`, page.columns) : []),
        ]),
  ];
  return all.map((line) => paintLine(line, page));
}

const rate = (figure: Figure): Piece =>
  piece(figure.limitOnly ? `below ${short(figure.upper ?? NaN)}` : short(figure.value));

function verdict({ verdict: found }: ComparedLine): Piece {
  if (found === "undecided") return piece("no difference shown", "dim");
  return piece(found === "higher" ? "B higher" : "B lower", "bold");
}
