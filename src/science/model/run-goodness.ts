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

/**
 * Points of one run, or without an event, say nothing of it; null where all are so.
 *
 * Where runs expect few events their χ² is none: its mean is the degrees of freedom, but its variance 2(k − 1) + (Σ 1/shareᵢ − k² − 2k + 2)/n over k runs
 * of n events (J. Haldane, Biometrika 29 (1937) 133). So `p` is of a χ² stretched to mean and variance: by the plain one 200
 * runs of unlike length and a tenth of an event each would have p < 0.05 in 28 of 100 cases.
 */
export function homogeneityOf(
  points: readonly Measured[],
): { readonly chi2: number; readonly deviance: number; readonly degrees: number; readonly p: number } | null {
  let [chi2, deviance, degrees, variance] = [0, 0, 0, 0];
  for (const { byRun } of points) {
    const events = byRun.reduce((sum, run) => sum + run.events, 0);
    const exposure = byRun.reduce((sum, run) => sum + run.exposure, 0);
    if (byRun.length < 2 || events === 0) continue;
    const k = byRun.length;
    degrees += k - 1;
    const inverse = byRun.reduce((sum, run) => sum + exposure / run.exposure, 0);
    variance += 2 * (k - 1) + (inverse - k * k - 2 * k + 2) / events;
    for (const run of byRun) {
      const expected = (events * run.exposure) / exposure;
      chi2 += (run.events - expected) ** 2 / expected;
      deviance +=
        2 * ((run.events > 0 ? run.events * Math.log(run.events / expected) : 0) - (run.events - expected));
    }
  }
  if (degrees === 0) return null;
  const stretch = variance / (2 * degrees);
  // No variance: one event, or so; whatever came is what had to come.
  const p = stretch > 1e-9 ? chiSquareAbove(chi2 / stretch, degrees / stretch) : 1;
  return { chi2, deviance, degrees, p };
}
