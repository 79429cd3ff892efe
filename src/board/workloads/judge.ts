import type { ElementDifference, Evidence, OutputFormat, Score } from "../../domain/evidence.ts";
import { outputValue } from "../../domain/output-value.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { taskOf } from "../../domain/task.ts";

/** What the host knows beside the evidence. */
export interface JudgeContext {
  readonly format: OutputFormat;
  /** Digest of this input's golden output, where the host has seen it. */
  readonly goldenDigest?: string;
}

/** An output element further off than this, relative to golden, is critical. */
export const criticalRelativeError = 1e-2;

/**
 * What became of one iteration, from its evidence alone (law 6): the host's verdict, a pure function.
 *
 *   detector fired that could not correct → detected, trap or not · trap → crash · nothing differs → masked
 *   tokens, memory → critical · classes ranked → critical where the first class is another · else → critical where an element is not finite or is more than 1 % off
 *
 * The workload's family says its task (`taskOf`). Where it is unknown to this program the evidence alone decides, so that it is judged as well.
 * Of a truncated list the elements reported decide: ask for as many as a strike can touch.
 */
export function judge(workload: string, evidence: Evidence, context: JudgeContext): Outcome {
  if (evidence.detectors !== 0) return "dueDetected";
  if (evidence.end === "trap") return "dueCrash";
  if (evidence.wrong === 0) {
    // Equal elements under another digest: the board contradicts itself, and a digest unlike golden is never masked.
    const contradicts = context.goldenDigest !== undefined && context.goldenDigest !== evidence.digest;
    return contradicts ? "sdcCritical" : "masked";
  }
  const task = taskOf(workload);
  // Another token is another answer, and a wrong bit of a tested memory is what the test is for: neither has a tolerance.
  if (task === "tokens" || task === "memory") return "sdcCritical";
  const critical =
    evidence.scores === null
      ? evidence.nan > 0 || evidence.elements.some((element) => isFarOff(element, context.format))
      : isOtherClass(evidence.scores.want[0], evidence.scores.got[0], context.format);
  return critical ? "sdcCritical" : "sdcTolerable";
}

function isFarOff({ expected, got }: ElementDifference, format: OutputFormat): boolean {
  const want = outputValue(expected, format);
  const off = Math.abs(outputValue(got, format) - want);
  return !(off <= criticalRelativeError * Math.abs(want));
}

function isOtherClass(want: Score | undefined, got: Score | undefined, format: OutputFormat): boolean {
  if (want === undefined || got === undefined) return true;
  return want.label !== got.label || !Number.isFinite(outputValue(got.bits, format));
}
