import type { Estimate, PooledResult, Result, RunResult } from "../domain/result.ts";
import { flagMeanings } from "../science/flags.ts";
import { columns, widthOf } from "./columns.ts";
import type { Column } from "./columns.ts";
import { bar, paintLine, piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";
import { percent, scientific, whole } from "./numbers.ts";

/** The answer of a campaign on one screen, at most 100 columns: what became of the strikes, then what a particle does, each with its interval. */
export function resultTable(result: Result, canvas: Canvas): string[] {
  const page: Canvas = { ...canvas, columns: Math.min(100, canvas.columns) };
  const lines: Line[] = [
    heading(result),
    ...strikeTable(result, page),
    ...beamTables(result, page),
    ...remarks(result),
  ];
  return lines.map((line) => paintLine(line, page));
}

function heading(result: Result): Line {
  const ended = result.endReason === "complete" ? "complete" : `ended early: ${result.endReason}`;
  return [
    piece(result.campaign, "bold"),
    piece(` · rig ${result.rig} · seed ${result.seed} · `),
    piece(ended, result.endReason === "complete" ? "green" : "yellow"),
    ...(result.segments > 1 ? [piece(` · resumed ${result.segments - 1} times`)] : []),
    ...(result.emulated ? [piece(" · emulated bench, no device was measured", "yellow")] : []),
  ];
}

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

function strikeTable(result: Result, canvas: Canvas): Line[] {
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
    ...(someUnknown
      ? [legend("unk.", "red", "not confirmed, evidence lost, or not the device's for sure: in no share")]
      : []),
  ];
}

/** Boards together, each board's workloads in the order of the plan. */
function byBoard(rows: readonly PooledResult[]): PooledResult[] {
  const boards = [...new Set(rows.map(({ dut }) => dut))];
  return boards.flatMap((dut) => rows.filter((row) => row.dut === dut));
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
    row.target === null ? "all targets" : `${row.target}${severalModels ? ` ${row.faultModel ?? ""}` : ""}`;
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

const beamColumns: readonly Column[] = [
  { title: "board", align: "left", shrinks: true },
  { title: "workload", align: "left", shrinks: true },
  { title: "events", align: "right" },
  { title: "fluence /cm²", align: "right" },
  { title: "SDC cm² [95 %]", align: "left" },
  { title: "DUE cm² [95 %]", align: "left" },
];

/** A table for every kind of beam; what an emulated beam gave is marked so wherever it is shown. */
function beamTables(result: Result, canvas: Canvas): Line[] {
  const beams = new Map<string, PooledResult[]>();
  for (const row of result.pooled) {
    if (row.exposure.kind !== "beam") continue;
    const title = beamTitle(row.exposure);
    beams.set(title, [...(beams.get(title) ?? []), row]);
  }
  return [...beams].flatMap(([title, rows]) => {
    const emulated = rows.some(({ exposure }) => exposure.kind === "beam" && exposure.emulated);
    return [
      [],
      [
        piece("What a particle does", "bold"),
        piece(`: cross-section of the device, ${title}`),
        ...(emulated ? [piece(" (emulated)", "yellow")] : []),
      ],
      ...columns(
        beamColumns,
        byBoard(rows).map((row, index, all) => beamRow(row, all[index - 1])),
        canvas.columns,
      ),
      [],
      [
        piece(
          "  events in live time by live fluence, [exact 95 % interval of the count]; no event gives a limit;",
          "dim",
        ),
      ],
      [
        piece(
          `  the fluence itself is known to ${uncertaintyOf(rows)} (1 sigma). Per bit: result.json`,
          "dim",
        ),
      ],
    ];
  });
}

function beamTitle(beam: Extract<PooledResult["exposure"], { kind: "beam" }>): string {
  const energy = beam.energyMeV === null ? "" : ` ${beam.energyMeV} MeV`;
  const let_ = beam.letMeVCm2PerMg === null ? "" : ` LET ${beam.letMeVCm2PerMg} MeV·cm²/mg`;
  return `${beam.species}${energy}${let_}${beam.tiltDeg === 0 ? "" : ` at ${beam.tiltDeg}°`}`;
}

function beamRow(row: PooledResult, above: PooledResult | undefined): Piece[] {
  const { outcomes, exposure } = row;
  const events = Object.values(outcomes).reduce((sum, pair) => sum + (pair?.primary ?? 0), 0);
  return [
    piece(above?.dut === row.dut ? "" : row.dut, "cyan"),
    piece(row.workload),
    piece(whole(events)),
    piece(exposure.kind === "beam" ? scientific(exposure.fluenceLivePerCm2) : "?"),
    crossSection(row.estimates, "sdc", "yellow"),
    crossSection(row.estimates, "due", "magenta"),
  ];
}

function crossSection(estimates: readonly Estimate[], outcome: Estimate["outcome"], paint: Paint): Piece {
  const found = estimates.find((estimate) => estimate.outcome === outcome && estimate.per === "device");
  if (found === undefined) return piece("no fluence", "dim");
  if (found.limitOnly) return piece(`below ${scientific(found.upper)}`, "dim");
  return piece(`${scientific(found.value)} [${scientific(found.lower)}, ${scientific(found.upper)}]`, paint);
}

function uncertaintyOf(rows: readonly PooledResult[]): string {
  const shares = rows.map(({ exposure }) =>
    exposure.kind === "beam" ? exposure.fluenceRelUncertainty1Sigma : 0,
  );
  return `${(Math.max(...shares) * 100).toFixed(0)} %`;
}

/** Ends that no plan asks for, and what a reader must know before he trusts a number. */
function remarks(result: Result): Line[] {
  const early = groupRuns(result.runs, ({ endReason }) => (planned.has(endReason) ? [] : [endReason]));
  const flagged = groupRuns(result.runs, ({ flags }) => flags);
  const lines: Line[] = [];
  for (const [reason, runs] of early)
    lines.push([piece(`  ${reason}`, "yellow"), piece(`: ${runsText(runs)} ended so`)]);
  for (const [flag, runs] of flagged) {
    const meaning = (flagMeanings as Readonly<Record<string, string>>)[flag] ?? flag;
    lines.push([piece(`  ${flag}`, "yellow"), piece(` ${runsText(runs)}: ${meaning}`, "dim")]);
  }
  return lines.length === 0 ? [] : [[], [piece("To know", "bold")], ...lines];
}

const planned: ReadonlySet<string> = new Set([
  "strikes",
  "events",
  "fluence",
  "dose",
  "time",
  "interval_width",
]);

function groupRuns(
  runs: readonly RunResult[],
  wordsOf: (run: RunResult) => readonly string[],
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const run of runs)
    for (const word of wordsOf(run)) groups.set(word, [...(groups.get(word) ?? []), run.number]);
  return groups;
}

/** `run 3`, `runs 3, 4 and 5`, `7 runs`. */
function runsText(runs: readonly number[]): string {
  if (runs.length === 1) return `run ${runs[0]!}`;
  if (runs.length > 4) return `${runs.length} runs`;
  return `runs ${runs.slice(0, -1).join(", ")} and ${runs.at(-1)!}`;
}
