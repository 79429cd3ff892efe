import type { Evidence } from "../domain/evidence.ts";
import type { DetectionCounts } from "../domain/result.ts";

export const nothingDetected: DetectionCounts = { missed: 0, detected: 0, corrected: 0, miscorrected: 0 };

/** Adds what detectors made of one error; an iteration in which nothing was wrong and nothing fired is none. */
export function addDetection(counts: DetectionCounts, evidence: Evidence): DetectionCounts {
  const what = detectionOf(evidence);
  return what === null ? counts : { ...counts, [what]: counts[what] + 1 };
}

function detectionOf({ detectors, corrected, wrong }: Evidence): keyof DetectionCounts | null {
  if (detectors !== 0) return "detected";
  if (corrected > 0) return wrong === 0 ? "corrected" : "miscorrected";
  return wrong === 0 ? null : "missed";
}

export function sumDetections(all: readonly DetectionCounts[]): DetectionCounts {
  const sum = (what: keyof DetectionCounts): number => all.reduce((total, counts) => total + counts[what], 0);
  return {
    missed: sum("missed"),
    detected: sum("detected"),
    corrected: sum("corrected"),
    miscorrected: sum("miscorrected"),
  };
}
