import type { ModelDifference } from "../science/model/diff-models.ts";
import type { Estimated } from "../science/model/model.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { paintLine, piece } from "./line.ts";
import type { Canvas, Piece } from "./line.ts";
import { scientific } from "./numbers.ts";

const differenceColumns: readonly Column[] = [
  { title: "what", align: "left", wraps: true },
  { title: "A", align: "left" },
  { title: "B", align: "left" },
  { title: "B / A [95 %]", align: "left" },
  { title: "", align: "left" },
];

/** Two models side by side, what surely differs first. */
export function differenceTable(differences: readonly ModelDifference[], canvas: Canvas): string[] {
  const page: Canvas = { ...canvas, columns: Math.min(120, canvas.columns) };
  const sorted = [
    ...differences.filter(({ differs }) => differs),
    ...differences.filter(({ differs }) => !differs),
  ];
  const apart = differences.filter(({ differs }) => differs).length;
  const compared = differences.filter(({ ratio }) => ratio !== null).length;
  const rows = sorted.map(({ what, a, b, ratio, differs }): Piece[] => [
    piece(what),
    value(a),
    value(b),
    ratio === null
      ? piece("", "dim")
      : piece(`${ratio.value.toPrecision(3)} [${ratio.lower.toPrecision(2)}, ${ratio.upper.toPrecision(2)}]`),
    differs
      ? piece("differs", "yellow")
      : ratio === null
        ? piece(a === null ? "only in B" : "only in A", "dim")
        : piece("no difference shown", "dim"),
  ]);
  const chance = (compared / 20).toFixed(compared < 20 ? 1 : 0);
  return [
    ...columns(differenceColumns, rows, page.columns),
    [],
    [
      piece(
        `  ${apart} of ${compared} numbers differ at 95 %; of so many equal ones ${chance} would by chance`,
        "dim",
      ),
    ],
  ].map((line) => paintLine(line, page));
}

function value(estimated: Estimated | null): Piece {
  if (estimated === null) return piece("–", "dim");
  if (estimated.limitOnly) return piece(`below ${scientific(estimated.upper)}`, "dim");
  return piece(scientific(estimated.value));
}
