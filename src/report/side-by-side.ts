import type { Estimate, PooledResult, Result } from "../domain/result.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";

/**
 * Accelerators compared, workload by workload, in one unit: events for a round fluence, each with its interval. Shown where boards of different
 * accelerators, or of one in several modes, did the same workloads in the same beam.
 */
export function sideBySide(result: Result, canvas: Canvas): Line[] {
  const rows = result.pooled.filter((row) => row.runKind === "beam" && row.exposure.kind === "beam");
  const boards = [...new Set(rows.map(({ dut }) => dut))];
  const accelerators = new Set(
    result.runs.filter(({ dut }) => boards.includes(dut.name)).map(({ dut }) => dut.accelerator),
  );
  if (accelerators.size < 2) return [];
  const workloads = [...new Set(rows.map(({ workload }) => workload))].filter(
    (workload) => new Set(rows.filter((row) => row.workload === workload).map(({ dut }) => dut)).size > 1,
  );
  if (workloads.length === 0) return [];
  const power = roundFluence(rows);
  const titles: readonly Column[] = [
    { title: "workload", align: "left", shrinks: true },
    { title: "", align: "left" },
    ...boards.map((title): Column => ({ title, align: "left" })),
  ];
  const cells = workloads.flatMap((workload) =>
    kinds.map(({ outcome, word, paint }, at): Piece[] => [
      piece(at === 0 ? workload : "", "bold"),
      piece(word, paint),
      ...boards.map((dut) =>
        cell(
          rows.find((row) => row.dut === dut && row.workload === workload),
          outcome,
          power,
          paint,
        ),
      ),
    ]),
  );
  return [
    [],
    [
      piece("Side by side", "bold"),
      piece(`: events of a workload per 1e${power} particles/cm² on the whole chip`),
      ...(result.emulated ? [piece(" (emulated)", "yellow")] : []),
    ],
    ...columns(titles, cells, canvas.columns),
    [],
    [
      piece("  wrong   ", "yellow"),
      piece("it answered, the answer is wrong, and nothing said so (SDC)", "dim"),
    ],
    [
      piece("  lost    ", "magenta"),
      piece("no answer: an error was detected and not corrected, a crash, a hang (DUE)", "dim"),
    ],
    [piece("  [a, b] is the exact 95 % interval of the count; <b: no event was seen, at most b", "dim")],
    [piece("  two cells differ for sure only where their intervals are apart", "dim")],
  ];
}

const kinds: readonly { outcome: Estimate["outcome"]; word: string; paint: Paint }[] = [
  { outcome: "sdc", word: "wrong", paint: "yellow" },
  { outcome: "due", word: "lost", paint: "magenta" },
];

/** The power of ten at which the largest rates of the table have one or two digits before the point. */
function roundFluence(rows: readonly PooledResult[]): number {
  const largest = Math.max(
    0,
    ...rows.flatMap((row) =>
      kinds.map(({ outcome }) => {
        const found = estimateOf(row, outcome);
        return found === undefined || found.limitOnly ? 0 : found.value;
      }),
    ),
  );
  return largest > 0 ? Math.max(0, 1 - Math.floor(Math.log10(largest))) : 9;
}

function estimateOf(row: PooledResult, outcome: Estimate["outcome"]): Estimate | undefined {
  return row.estimates.find((estimate) => estimate.outcome === outcome && estimate.per === "device");
}

function cell(
  row: PooledResult | undefined,
  outcome: Estimate["outcome"],
  power: number,
  paint: Paint,
): Piece {
  const found = row === undefined ? undefined : estimateOf(row, outcome);
  if (found === undefined) return piece("not run", "dim");
  const events = (value: number): string => shortly(value * 10 ** power);
  if (found.limitOnly) return piece(`<${events(found.upper)}`, "dim");
  return piece(`${events(found.value)} [${events(found.lower)}, ${events(found.upper)}]`, paint);
}

/** As many digits as a count of some tens is worth. */
function shortly(value: number): string {
  if (value >= 9.95) return value.toFixed(0);
  return value >= 0.995 ? value.toFixed(1) : value.toFixed(2);
}
