import type { DetectionCounts, PooledResult, Result } from "../domain/result.ts";
import { clopperPearson } from "../science/clopper-pearson.ts";
import { byBoard, isPart } from "./by-board.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";
import { percent, whole } from "./numbers.ts";

/** What detectors made of the errors: a row for each board and workload that has one, over all targets. Nothing where none had. */
export function detectionTable(result: Result, canvas: Canvas): Line[] {
  const told = byBoard(result.pooled).filter((row) => hadDetector(row) && !isPart(row, result.pooled));
  if (told.length === 0) return [];
  return [
    [],
    [piece("What detectors made of the errors", "bold"), piece(": checksums, clamps and codes of memories")],
    ...columns(
      titles,
      told.map((row, index) => rowOf(row, told[index - 1])),
      canvas.columns,
    ),
    [],
    legend("missed", "red", "the output was wrong, and nothing said so"),
    legend("detected", "magenta", "a detector fired, and could not correct"),
    legend("corrected", "green", "the output was right in the end"),
    legend("miscorr.", "yellow", "something was corrected, and the output was wrong all the same"),
    legend("caught", "plain", "detected or corrected, of all of these, [exact 95 % interval]"),
  ];
}

const titles: readonly Column[] = [
  { title: "board", align: "left", shrinks: true },
  { title: "workload", align: "left", shrinks: true },
  { title: "missed", align: "right" },
  { title: "detected", align: "right" },
  { title: "corrected", align: "right" },
  { title: "miscorr.", align: "right" },
  { title: "caught [95 %]", align: "left" },
];

/** Workloads with a detector of their own say so in their names (docs/workloads.md): one that missed everything is told of, too. */
const guarded = /-(?:checksum|clamp)$/;

function hadDetector({ workload, detection }: PooledResult): boolean {
  const { detected, corrected, miscorrected } = detection;
  return guarded.test(workload) || detected + corrected + miscorrected > 0;
}

function rowOf({ dut, workload, detection }: PooledResult, above: PooledResult | undefined): Piece[] {
  return [
    piece(above?.dut === dut ? "" : dut, "cyan"),
    piece(workload),
    count(detection.missed, "red"),
    count(detection.detected, "magenta"),
    count(detection.corrected, "green"),
    count(detection.miscorrected, "yellow"),
    caughtOf(detection),
  ];
}

function count(errors: number, paint: Paint): Piece {
  return piece(whole(errors), errors === 0 ? "dim" : paint);
}

function caughtOf({ missed, detected, corrected, miscorrected }: DetectionCounts): Piece {
  const caught = detected + corrected;
  const all = caught + missed + miscorrected;
  if (all === 0) return piece("no error", "dim");
  const { lower, upper } = clopperPearson(caught, all);
  if (caught === 0) return piece(`below ${percent(upper)} %`, "dim");
  return piece(`${percent(caught / all)} % [${percent(lower)}, ${percent(upper)}]`);
}

function legend(word: string, paint: Paint, meaning: string): Line {
  return [piece(`  ${word.padEnd(11)}`, paint), piece(meaning, "dim")];
}
