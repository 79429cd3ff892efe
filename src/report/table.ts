import type { Result, RunResult } from "../domain/result.ts";
import { flagMeanings } from "../science/flags.ts";
import { beamTables } from "./beam-table.ts";
import { detectionTable } from "./detection-table.ts";
import { eccTable } from "./ecc-table.ts";
import { paintLine, piece } from "./line.ts";
import type { Canvas, Line } from "./line.ts";
import { severityTable } from "./severity-table.ts";
import { sideBySide } from "./side-by-side.ts";
import { strikeTable } from "./strike-table.ts";

/** The answer of a campaign on one screen, at most 100 columns: what became of the strikes, then what a particle does, each with its interval. */
export function resultTable(result: Result, canvas: Canvas): string[] {
  const page: Canvas = { ...canvas, columns: Math.min(100, canvas.columns) };
  const lines: Line[] = [
    heading(result),
    ...strikeTable(result, page),
    ...beamTables(result, page),
    ...eccTable(result, page),
    ...detectionTable(result, page),
    ...severityTable(result, page),
    ...sideBySide(result, page),
    ...remarks(result, page.columns),
  ];
  return lines.map((line) => paintLine(line, page));
}

function heading(result: Result): Line {
  const ended = result.endReason === "complete" ? "complete" : `ended early: ${result.endReason}`;
  return [
    piece(result.campaign, "bold"),
    piece(` · rig ${result.rig} · seed ${result.seed} · `),
    piece(ended, result.endReason === "complete" ? "green" : "yellow"),
    ...(result.segments > 1 ? [piece(` · resumed ${timesWord(result.segments - 1)}`)] : []),
    ...(result.emulated ? [piece(" · emulated bench, no device was measured", "yellow")] : []),
  ];
}

function timesWord(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}

/** Ends that no plan asks for, and what a reader must know before he trusts a number. */
function remarks(result: Result, width: number): Line[] {
  const early = groupRuns(result.runs, ({ endReason }) => (planned.has(endReason) ? [] : [endReason]));
  const flagged = groupRuns(result.runs, ({ flags }) => flags);
  const lines: Line[] = [];
  for (const [reason, runs] of early)
    lines.push([piece(`  ${reason}`, "yellow"), piece(`: ${runsText(runs)} ended so`)]);
  for (const [flag, runs] of flagged) {
    const meaning = (flagMeanings as Readonly<Record<string, string>>)[flag] ?? flag;
    lines.push(...remark(flag, `${runsText(runs)}: ${meaning}`, width));
  }
  if (result.flags.includes("no_guard")) lines.push(...remark("no_guard", flagMeanings.no_guard, width));
  return lines.length === 0 ? [] : [[], [piece("To know", "bold")], ...lines];
}

/** A flag and what it means, on as many lines as that takes. */
function remark(flag: string, text: string, width: number): Line[] {
  const indent = 4;
  const lines: Line[] = [];
  let line = "";
  let room = width - flag.length - 3;
  const end = (): void => {
    const first = lines.length === 0;
    lines.push(
      first
        ? [piece(`  ${flag}`, "yellow"), piece(line, "dim")]
        : [piece(" ".repeat(indent - 1) + line, "dim")],
    );
    line = "";
    room = width - indent;
  };
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) end();
    line += ` ${word}`;
  }
  end();
  return lines;
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
