import type { Estimate, PooledResult, Result } from "../domain/result.ts";
import { byBoard } from "./by-board.ts";
import { columns, widthOf } from "./columns.ts";
import type { Column } from "./columns.ts";
import { bar, piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";
import { percent, whole } from "./numbers.ts";

const strikeColumns = (unknown: boolean): readonly Column[] => [
  { title: "board", align: "left", shrinks: true },
  { title: "workload", align: "left", shrinks: true },
  { title: "target", align: "left", shrinks: true },
  { title: "strikes", align: "right" },
  { title: "masked", align: "right" },
  { title: "SDC tol", align: "right" },
  { title: "SDC crit", align: "right" },
  { title: "DUE", align: "right" },
  ...(unknown ? ([{ title: "unk.", align: "right" }] as const) : []),
  { title: "SDC share [95 %]", align: "left" },
];

/** What became of the strikes: a row for each board, workload and target, and a total over the targets. */
export function strikeTable(result: Result, canvas: Canvas): Line[] {
  const rows = byBoard(result.pooled.filter((pooled) => pooled.exposure.kind === "injection"));
  if (rows.length === 0) return [];
  const severalModels = new Set(rows.flatMap(({ faultModel }) => faultModel ?? [])).size > 1;
  const worthATotal = rows.filter((row) => row.target !== null || targetsBeside(rows, row) > 1);
  const someUnknown = rows.some((row) => unknownOf(row) > 0);
  const table = columns(
    strikeColumns(someUnknown),
    worthATotal.map((row, index) => strikeRow(row, worthATotal[index - 1], severalModels, someUnknown)),
    canvas.columns,
  );
  const room = canvas.columns - widthOf(table) - 2;
  const drawn = !canvas.marks || room < 6 ? table : withBars(table, worthATotal, Math.min(room, 20));
  return [
    [],
    [piece("What became of the strikes", "bold")],
    ...drawn,
    [],
    legend("masked", "green", "output unchanged"),
    legend(
      "SDC",
      "yellow",
      "silent data corruption: a wrong output that nothing flagged, tolerable or critical",
    ),
    legend(
      "",
      "plain",
      "to the task; the share is SDC of all strikes with a known end, [exact 95 % interval]",
    ),
    legend("DUE", "magenta", "detected error, crash or hang"),
    ...(rows.some(({ semAfter }) => semAfter === "observe")
      ? [
          legend(
            "/obs.",
            "plain",
            "the SEM controller observed, and may have repaired a strike before it was read",
          ),
        ]
      : []),
    ...(someUnknown
      ? [legend("unk.", "red", "not confirmed, evidence lost, or not the device's for sure: in no share")]
      : []),
  ];
}

function legend(word: string, paint: Paint, meaning: string): Line {
  return [piece(`  ${word.padEnd(8)}`, paint), piece(meaning, "dim")];
}

function targetsBeside(rows: readonly PooledResult[], total: PooledResult): number {
  return rows.filter((row) => row.target !== null && row.runs.every((run) => total.runs.includes(run)))
    .length;
}

function unknownOf({ exposure, outcomes }: PooledResult): number {
  return outcomes.unattributed.primary + (exposure.kind === "injection" ? exposure.unknown : 0);
}

function strikeRow(
  row: PooledResult,
  above: PooledResult | undefined,
  severalModels: boolean,
  someUnknown: boolean,
): Piece[] {
  const sameBoard = above?.dut === row.dut;
  const sameWorkload = sameBoard && above.workload === row.workload;
  const paint: Paint = row.target === null ? "bold" : "plain";
  const { outcomes } = row;
  const due = outcomes.dueDetected.primary + outcomes.dueCrash.primary + outcomes.dueHang.primary;
  const target =
    row.target === null
      ? "all targets"
      : `${row.target}${row.semAfter === "observe" ? "/obs." : ""}${severalModels ? ` ${row.faultModel ?? ""}` : ""}`;
  const strikes = row.exposure.kind === "injection" ? row.exposure.asked : 0;
  return [
    piece(sameBoard ? "" : row.dut, "cyan"),
    piece(sameWorkload ? "" : row.workload),
    piece(target, paint),
    piece(whole(strikes), paint),
    count(outcomes.masked?.primary ?? 0, "green"),
    count(outcomes.sdcTolerable.primary, "yellow"),
    count(outcomes.sdcCritical.primary, "red"),
    count(due, "magenta"),
    ...(someUnknown ? [count(unknownOf(row), "red")] : []),
    piece(shareOf(row.estimates), paint),
  ];
}

function count(events: number, paint: Paint): Piece {
  return piece(whole(events), events === 0 ? "dim" : paint);
}

function shareOf(estimates: readonly Estimate[]): string {
  const sdc = estimates.find(({ outcome }) => outcome === "sdc");
  if (sdc === undefined) return "no strike with a known end";
  if (sdc.limitOnly) return `below ${percent(sdc.upper)} %`;
  return `${percent(sdc.value)} % [${percent(sdc.lower)}, ${percent(sdc.upper)}]`;
}

function withBars(table: readonly Line[], rows: readonly PooledResult[], cells: number): Line[] {
  return table.map((line, index) => {
    const sdc = rows[index - 1]?.estimates.find(({ outcome }) => outcome === "sdc");
    if (sdc === undefined || sdc.limitOnly) return line;
    return [
      ...line,
      piece("  "),
      piece(bar(sdc.value, cells), rows[index - 1]!.target === null ? "dim" : "yellow"),
    ];
  });
}
