import { dlrFlux } from "../galactic/dlr-model.ts";
import type { EnvironmentQuestion } from "./environment.ts";

/** How well an environment is known: one standard deviation of the natural logarithm of each of its parts (docs/environment.md). An event of the Sun is a scenario and has none. */
export const trappedLnSigma = 0.5;
export const galacticLnSigma = 0.15;
export const cutOffLnSigma = 0.05;
export const neutronsLnSigma = 0.12;

/** .05 up to 100 mil of aluminium and .10 at 10 mm; between and beyond, straight in the thickness. */
export function shieldLnSigma(thicknessMm: number): number {
  return 0.05 + (0.05 * Math.max(0, thicknessMm - 2.54)) / (10 - 2.54);
}

/** What an uncertain W leaves open of the flux: oxygen of 500 MeV per nucleon, one standard deviation up and down. */
export function activityLnSigma({
  w,
  wUncertainty1Sigma: sigma,
}: {
  w: number;
  wUncertainty1Sigma: number;
}): number {
  if (sigma === 0) return 0;
  const [low, high] = [Math.max(0, w - sigma), Math.min(200, w + sigma)];
  return (Math.log(dlrFlux(8, 500, low) / dlrFlux(8, 500, high)) * sigma) / (high - low);
}

/** Of every part that is there: of an orbit, or of the ground. */
export function lnSigmas({ place, sun, shieldMmAl }: EnvironmentQuestion): Readonly<Record<string, number>> {
  if (place.kind === "ground") return { neutrons: neutronsLnSigma };
  return {
    trappedProtons: trappedLnSigma,
    galacticParticles: Math.hypot(galacticLnSigma, activityLnSigma(sun.activity)),
    cutOffAndOrbit: cutOffLnSigma,
    slowingDownAndLet: shieldLnSigma(shieldMmAl),
  };
}
