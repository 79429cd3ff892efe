import { correctionBound } from "../domain/correction-bound.ts";
import type { Evidence, OutputFormat } from "../domain/evidence.ts";
import { outputValue } from "../domain/output-value.ts";
import type { DetectionCounts } from "../domain/result.ts";

export const nothingDetected: DetectionCounts = { missed: 0, detected: 0, corrected: 0, miscorrected: 0 };

/**
 * Adds what detectors made of one error; an iteration in which nothing was wrong and nothing fired is none. A workload whose
 * checksum restores floats is right within the rounding bound of that checksum (`correctionBound`).
 */
export function addDetection(
  counts: DetectionCounts,
  evidence: Evidence,
  workload: string,
  format: OutputFormat,
): DetectionCounts {
  const what = detectionOf(evidence, workload, format);
  return what === null ? counts : { ...counts, [what]: counts[what] + 1 };
}

function detectionOf(
  evidence: Evidence,
  workload: string,
  format: OutputFormat,
): keyof DetectionCounts | null {
  const { detectors, corrected, wrong } = evidence;
  if (detectors !== 0) return "detected";
  if (corrected > 0) {
    const right = wrong === 0 || isWithin(evidence, correctionBound(workload), format);
    return right ? "corrected" : "miscorrected";
  }
  return wrong === 0 ? null : "missed";
}

/** Whether all that differs is known, and by how little. */
function isWithin({ elements, wrong, nan }: Evidence, bound: number, format: OutputFormat): boolean {
  if (elements.length < wrong || nan > 0) return false;
  return elements.every(
    ({ expected, got }) => Math.abs(outputValue(got, format) - outputValue(expected, format)) <= bound,
  );
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
