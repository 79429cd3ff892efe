import type { Evidence } from "../domain/evidence.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { RunStart } from "../domain/records.ts";
import type { DetectionCounts } from "../domain/result.ts";
import { taskOf } from "../domain/task.ts";
import { addDetection, nothingDetected, sumDetections } from "./detection.ts";
import { addWrong, noSeverity, sumSeverities } from "./severity.ts";
import type { SeverityTally } from "./severity.ts";

/** What detectors and severity make of one strike or event, or of many together. */
export interface Weighed {
  /** Errors that detectors corrected. */
  readonly corrected: number;
  readonly detection: DetectionCounts;
  readonly severity: SeverityTally;
}

export const nothingWeighed: Weighed = { corrected: 0, detection: nothingDetected, severity: noSeverity };

/** An iteration whose errors were all corrected. */
export function weighCorrected(corrected: number): Weighed {
  return { ...nothingWeighed, corrected, detection: { ...nothingDetected, corrected: 1 } };
}

/** Of a repeat only what was corrected: its error has been weighed. What is unknown or nobody's weighs nothing. */
export function weigh(
  evidence: Evidence | null,
  outcome: Outcome | null,
  repeatOf: number | null,
  { workload, format, outputs, outputAxes }: RunStart,
): Weighed {
  if (evidence === null || outcome === null || outcome === "unattributed") return nothingWeighed;
  const { corrected } = evidence;
  if (repeatOf !== null) return { ...nothingWeighed, corrected };
  const detection = addDetection(nothingDetected, evidence, workload, format);
  if (outcome !== "sdcTolerable" && outcome !== "sdcCritical")
    return { corrected, detection, severity: noSeverity };
  const tokens = taskOf(workload) === "tokens";
  const severity = addWrong(noSeverity, evidence, { format, outputs, axes: outputAxes, tokens });
  return { corrected, detection, severity };
}

export function sumWeighed(all: readonly Weighed[]): Weighed {
  return {
    corrected: all.reduce((sum, { corrected }) => sum + corrected, 0),
    detection: sumDetections(all.map(({ detection }) => detection)),
    severity: sumSeverities(all.map(({ severity }) => severity)),
  };
}
