import { curveColumns } from "./model.ts";
import type { Estimated, Fit, Model, Vulnerability } from "./model.ts";

/** No device is larger, no particle of an accelerator or in space has more energy, and none leaves more in silicon: whatever is above stands in another unit. */
const [mostCm2, mostMeV, mostMeVCm2PerMg] = [1e6, 1e7, 1_000];

/** What the shape of a model alone does not say, with its place; null where the parts belong together. */
export function contradictionIn(model: Model): string | null {
  const rows = new Set<number>();
  for (const [at, { fits }] of model.responses.entries())
    for (const [place, fit] of fits.entries()) {
      rows.add(fit.posterior.length);
      const found = inFit(fit, model.sources.length);
      if (found !== null) return `responses.${at}.fits.${place}.${found}`;
    }
  for (const [at, vulnerability] of model.vulnerabilities.entries()) {
    const found = inVulnerability(vulnerability);
    if (found !== null) return `vulnerabilities.${at}.${found}`;
  }
  for (const [at, { shares }] of model.multiplicities.entries())
    if (!shares.every(isShare)) return `multiplicities.${at}.shares: a share is from 0 to 1`;
  return rows.size > 1
    ? "responses: posteriors of different lengths, whose rows cannot belong together"
    : null;
}

function inFit({ curve, posterior, points, parameters, measured }: Fit, sources: number): string | null {
  const columns = curveColumns[curve].length;
  if (posterior.some((row) => row.length !== columns))
    return `posterior: a row of a ${curve} curve has ${columns} numbers`;
  if (posterior.some(([saturatedCm2]) => saturatedCm2! > mostCm2))
    return `posterior: a cross-section above ${mostCm2} cm² is no device's`;
  if (parameters.some(({ lower, upper }) => lower !== null && upper !== null && lower > upper))
    return "parameters: an interval whose lower end is above its upper";
  if (!isInterval(measured) || measured.lower < 0 || measured.upper > mostCm2)
    return `measured: its interval is none from 0 to ${mostCm2} cm²`;
  if (points.some(({ source }) => source >= sources)) return "points: a source that is not there";
  if (points.some(({ events, fluencePerCm2 }) => events !== null && fluencePerCm2 === null))
    return "points: a cross-section without exposure: events and no fluence";
  for (const { energyMeV, letMeVCm2PerMg } of points) {
    if ((energyMeV ?? 0) > mostMeV) return `points: an energy above ${mostMeV} MeV`;
    if ((letMeVCm2PerMg ?? 0) > mostMeVCm2PerMg) return `points: an LET above ${mostMeVCm2PerMg} MeV·cm²/mg`;
  }
  return null;
}

function inVulnerability({ counts, trials, shares }: Vulnerability): string | null {
  const ended = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (ended > trials) return `counts: ${ended} outcomes of ${trials} strikes`;
  return shares.every(isShare) ? null : "shares: a share is from 0 to 1, between the ends of its interval";
}

const isInterval = ({ lower, upper }: Estimated): boolean => lower <= upper;

const isShare = (share: Estimated): boolean =>
  isInterval(share) && [share.value, share.lower, share.upper].every((part) => part >= 0 && part <= 1);
