import type { BeamPoint } from "../../../src/science/fit/beam-point.ts";

/** The eleven points of orbital-model.md §10 #20; their best curve, deviance and interval were found with scipy. */
const lets = [1.2, 1.8, 2.5, 3.5, 5.7, 10, 16, 20.4, 32.4, 46.1, 62.5] as const;
const fluences = [1e7, 1e7, 1e7, 5e6, 2e6, 1e6, 1e6, 1e6, 5e5, 5e5, 5e5] as const;
const counts = [0, 3, 22, 41, 66, 98, 161, 189, 118, 124, 131] as const;

export function elevenPoints(
  relFluenceUncertainty1Sigma = 0,
  sessionOf = (_: number): string => "a",
): BeamPoint[] {
  return lets.map((letMeVCm2PerMg, i) => ({
    events: counts[i]!,
    fluencePerCm2: fluences[i]!,
    letMeVCm2PerMg,
    sessionId: sessionOf(i),
    relFluenceUncertainty1Sigma,
  }));
}
