import type { Evidence, OutputFormat, Score } from "../domain/evidence.ts";
import { outputValue } from "../domain/output-value.ts";
import type { Axis } from "../domain/strike.ts";
import type { Severity } from "../domain/result.ts";
import { mismatchShape } from "./mismatch-shape.ts";

/**
 * How bad wrong outputs were, by several measures at once (WL-6): no single threshold says what a mission can bear.
 *
 *   evidence of primary SDCs ─addWrong→ tally ─severityOf→ result
 */
export interface SeverityTally {
  readonly outputs: number;
  /** Outputs with an element further off than each of `relativeThresholds`. */
  readonly beyond: readonly number[];
  readonly notFinite: number;
  /** Fewer elements listed than wrong: shape and distance are lower bounds there. */
  readonly censored: number;
  readonly shapes: Readonly<Record<"single" | "line" | "block" | "random", number>>;
  /** Outputs whose elements were listed, so that a shape could be told. */
  readonly shaped: number;
  readonly classes: {
    readonly outputs: number;
    readonly top1: number;
    readonly top5: number;
    readonly sumConfidenceChange: number;
    readonly largestConfidenceChange: number;
  };
  readonly tokens: { readonly outputs: number; readonly sumFirst: number; readonly sumWrongShare: number };
}

/** 0 is any difference at all; the others are the thresholds used for GEMM and HPC codes under beams. */
export const relativeThresholds = [0, 1e-6, 1e-3, 1e-2, 1e-1, 1] as const;

export const noSeverity: SeverityTally = {
  outputs: 0,
  beyond: relativeThresholds.map(() => 0),
  notFinite: 0,
  censored: 0,
  shapes: { single: 0, line: 0, block: 0, random: 0 },
  shaped: 0,
  classes: { outputs: 0, top1: 0, top5: 0, sumConfidenceChange: 0, largestConfidenceChange: 0 },
  tokens: { outputs: 0, sumFirst: 0, sumWrongShare: 0 },
};

/** What the run says of its output. */
export interface OutputKind {
  readonly format: OutputFormat;
  readonly outputs: number;
  readonly axes: readonly Axis[];
  readonly tokens: boolean;
}

/** Adds one wrong output; evidence without a wrong element is left out. */
export function addWrong(tally: SeverityTally, evidence: Evidence, kind: OutputKind): SeverityTally {
  if (evidence.wrong === 0) return tally;
  const furthest = furthestOff(evidence, kind.format);
  const columns = kind.axes.length === 2 ? kind.axes[1]!.size : null;
  const shape =
    columns === null
      ? null
      : mismatchShape(
          evidence.elements.map(({ index }) => index),
          columns,
        );
  return {
    outputs: tally.outputs + 1,
    beyond: tally.beyond.map((count, at) => count + (furthest > relativeThresholds[at]! ? 1 : 0)),
    notFinite: tally.notFinite + (evidence.nan > 0 ? 1 : 0),
    censored: tally.censored + (evidence.truncated ? 1 : 0),
    shapes: shape === null ? tally.shapes : { ...tally.shapes, [shape]: tally.shapes[shape] + 1 },
    shaped: tally.shaped + (shape === null ? 0 : 1),
    classes: withScores(tally.classes, evidence, kind.format),
    tokens: kind.tokens ? withTokens(tally.tokens, evidence, kind.outputs) : tally.tokens,
  };
}

/** Relative to golden; infinite where golden is 0, or where what came is not finite. */
function furthestOff({ elements, nan }: Evidence, format: OutputFormat): number {
  let furthest = nan > 0 ? Infinity : 0;
  for (const { expected, got } of elements) {
    const want = outputValue(expected, format);
    const off = Math.abs(outputValue(got, format) - want);
    const relative = want === 0 ? (off === 0 ? 0 : Infinity) : off / Math.abs(want);
    furthest = Number.isNaN(relative) ? Infinity : Math.max(furthest, relative);
  }
  return furthest;
}

function withScores(
  tally: SeverityTally["classes"],
  { scores }: Evidence,
  format: OutputFormat,
): SeverityTally["classes"] {
  if (scores === null) return tally;
  const labels = (list: readonly Score[]): string => list.map(({ label }) => label).join();
  const best = scores.want[0];
  const change =
    best === undefined || format !== "f32"
      ? 0
      : Math.abs(confidence(scores.got, best.label, format) - confidence(scores.want, best.label, format));
  return {
    outputs: tally.outputs + 1,
    top1: tally.top1 + (scores.got[0]?.label === best?.label ? 0 : 1),
    top5: tally.top5 + (labels(scores.got) === labels(scores.want) ? 0 : 1),
    sumConfidenceChange: tally.sumConfidenceChange + change,
    largestConfidenceChange: Math.max(tally.largestConfidenceChange, change),
  };
}

/** Share of this class among those listed, by the softmax of their scores; 0 where it is not among them, or where scores are not finite. */
function confidence(scores: readonly Score[], label: number, format: OutputFormat): number {
  const values = scores.map(({ bits }) => outputValue(bits, format));
  const largest = Math.max(...values);
  const raised = values.map((value) => Math.exp(value - largest));
  const total = raised.reduce((sum, value) => sum + value, 0);
  const at = scores.findIndex((score) => score.label === label);
  const share = at < 0 ? 0 : raised[at]! / total;
  return Number.isFinite(share) ? share : 0;
}

/** Where a generator left the way of golden, and how much of what it said is another token. */
function withTokens(
  tally: SeverityTally["tokens"],
  { elements, wrong }: Evidence,
  outputs: number,
): SeverityTally["tokens"] {
  const first = elements[0];
  if (first === undefined) return tally;
  return {
    outputs: tally.outputs + 1,
    sumFirst: tally.sumFirst + first.index,
    // More wrong than there are: a board that counts so is not believed.
    sumWrongShare: tally.sumWrongShare + Math.min(1, wrong / outputs),
  };
}

export function sumSeverities(all: readonly SeverityTally[]): SeverityTally {
  const sum = (pick: (tally: SeverityTally) => number): number =>
    all.reduce((total, tally) => total + pick(tally), 0);
  return {
    outputs: sum((tally) => tally.outputs),
    beyond: relativeThresholds.map((_, at) => sum(({ beyond }) => beyond[at]!)),
    notFinite: sum((tally) => tally.notFinite),
    censored: sum((tally) => tally.censored),
    shapes: {
      single: sum(({ shapes }) => shapes.single),
      line: sum(({ shapes }) => shapes.line),
      block: sum(({ shapes }) => shapes.block),
      random: sum(({ shapes }) => shapes.random),
    },
    shaped: sum((tally) => tally.shaped),
    classes: {
      outputs: sum(({ classes }) => classes.outputs),
      top1: sum(({ classes }) => classes.top1),
      top5: sum(({ classes }) => classes.top5),
      sumConfidenceChange: sum(({ classes }) => classes.sumConfidenceChange),
      largestConfidenceChange: Math.max(0, ...all.map(({ classes }) => classes.largestConfidenceChange)),
    },
    tokens: {
      outputs: sum(({ tokens }) => tokens.outputs),
      sumFirst: sum(({ tokens }) => tokens.sumFirst),
      sumWrongShare: sum(({ tokens }) => tokens.sumWrongShare),
    },
  };
}

/** As results show it; null where nothing was wrong. */
export function severityOf(tally: SeverityTally): Severity | null {
  if (tally.outputs === 0) return null;
  const { classes, tokens } = tally;
  return {
    outputs: tally.outputs,
    relativeError: relativeThresholds.map((above, at) => ({ above, outputs: tally.beyond[at]! })),
    notFinite: tally.notFinite,
    censored: tally.censored,
    shapes: tally.shaped === 0 ? null : { ...tally.shapes },
    classes:
      classes.outputs === 0
        ? null
        : {
            top1Flips: classes.top1,
            top5Changes: classes.top5,
            meanConfidenceChange: classes.sumConfidenceChange / classes.outputs,
            largestConfidenceChange: classes.largestConfidenceChange,
          },
    tokens:
      tokens.outputs === 0
        ? null
        : {
            meanFirstDiffering: tokens.sumFirst / tokens.outputs,
            meanWrongShare: tokens.sumWrongShare / tokens.outputs,
          },
  };
}
