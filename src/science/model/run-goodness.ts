import { chiSquareAbove } from "../fit/chi-square.ts";
import type { CurveFit } from "../fit/fit-curve.ts";
import type { Goodness } from "./model.ts";
import type { Measured } from "./quantities.ts";

/** By runs: those at one place must differ by counting alone. */
export function goodnessOf(points: readonly Measured[], fit: CurveFit | null): Goodness | null {
  const homogeneity = homogeneityOf(points);
  const best = fit?.best?.goodness;
  if (best === undefined && homogeneity === null) return null;
  const used = best ?? {
    deviance: 0,
    pearson: homogeneity!.chi2,
    degrees: homogeneity!.degrees,
    deviancePValue: 1,
    pearsonPValue: homogeneity!.p,
    dispersion: homogeneity!.chi2 / homogeneity!.degrees,
  };
  return {
    deviance: best === undefined ? homogeneity!.deviance : best.deviance,
    pearson: used.pearson,
    degreesOfFreedom: used.degrees,
    p: used.pearsonPValue,
    dispersion: used.dispersion,
    homogeneityP: homogeneity?.p ?? null,
  };
}

/** Points of one run, or without an event, say nothing of it; null where all are so. */
export function homogeneityOf(
  points: readonly Measured[],
): { readonly chi2: number; readonly deviance: number; readonly degrees: number; readonly p: number } | null {
  let [chi2, deviance, degrees] = [0, 0, 0];
  for (const { byRun } of points) {
    const events = byRun.reduce((sum, run) => sum + run.events, 0);
    const exposure = byRun.reduce((sum, run) => sum + run.exposure, 0);
    if (byRun.length < 2 || events === 0) continue;
    degrees += byRun.length - 1;
    for (const run of byRun) {
      const expected = (events * run.exposure) / exposure;
      chi2 += (run.events - expected) ** 2 / expected;
      deviance +=
        2 * ((run.events > 0 ? run.events * Math.log(run.events / expected) : 0) - (run.events - expected));
    }
  }
  return degrees === 0 ? null : { chi2, deviance, degrees, p: chiSquareAbove(chi2, degrees) };
}
