import type { DutEvent } from "../domain/capabilities.ts";
import type { CorrectedRec } from "../domain/error-records.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Rec } from "../domain/records.ts";
import { eventRecord } from "./exposed.ts";
import type { Exposed } from "./exposed.ts";
import type { Lane } from "./lane.ts";

type Result = Extract<DutEvent, { kind: "result" }>;

/**
 * What a result is under a beam: an event, or an iteration in which all that went wrong was corrected, which is none.
 * Equal output with nothing corrected then means that a detector fired.
 */
export function resultRecord(seen: Exposed, result: Result): Rec {
  const outcome = seen.judge(result.evidence);
  if (isCorrected(outcome, result.evidence)) return correctedRecord(seen.lane, seen.run.number, result);
  if (seen.lane.memory.keptOut)
    return eventRecord(
      seen,
      "unattributed",
      null,
      result.evidence,
      result,
      "kept while the link was out: that time is not live",
    );
  return eventRecord(seen, outcome === "masked" ? "dueDetected" : outcome, null, result.evidence, result);
}

/** What ends a `run-to-error` (PROTOCOL.md): the output is not golden, or a detector fired that could not correct. */
export function isError({ wrong, detectors }: Evidence): boolean {
  return wrong > 0 || detectors !== 0;
}

export function isCorrected(outcome: Outcome, { corrected }: Evidence): boolean {
  return outcome === "masked" && corrected > 0;
}

export function correctedRecord({ clock, memory }: Lane, run: number, result: Result): CorrectedRec {
  const { evidence, event, bootId } = result;
  const { iteration, corrected } = evidence;
  const live = !memory.keptOut;
  return { type: "corrected", tNs: clock.nowNs(), run, iteration, corrected, live, event, bootId };
}
