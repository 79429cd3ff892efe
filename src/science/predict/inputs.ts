/**
 * Everything that makes a rate in orbit uncertain, by name. The lognormal widths are the budget attached to every rate (one standard deviation of the natural logarithm);
 * what is counted brings its own: a posterior, a Beta, a Dirichlet.
 *
 *   trapped .5, as AP-8 is off in low orbits · galactic .15, and what a date leaves open of the Sun's activity · cut-off and orbit .05 ·
 *   slowing down and LET .05 up to 2.54 mm of aluminium, .10 at 10 mm · box .3 where a stated thickness or effective flux stands for the cells ·
 *   neutrons at the ground .12 (10 to 15 %) · solar ions a factor of five either way, as 95 %
 */
export const inputs = [
  "trapped",
  "galactic",
  "cutOff",
  "shield",
  "solarIons",
  "neutrons",
  "thickness",
  "box",
  "conversion",
  "crossSection",
  "vulnerability",
  "temperature",
] as const;
export type Input = (typeof inputs)[number];

export const inputWords: Readonly<Record<Input, string>> = {
  trapped: "trapped protons",
  galactic: "galactic particles",
  cutOff: "cut-off",
  shield: "slowing down",
  solarIons: "solar ions",
  neutrons: "neutrons",
  thickness: "cell thickness",
  box: "cells as boxes",
  conversion: "ions from protons",
  crossSection: "cross-section",
  vulnerability: "vulnerability",
  temperature: "temperature",
};

export const boxLnSigma = 0.3;

/** A factor either way that is meant as 95 % of a lognormal. */
export function lnSigmaOfFactor(factor: number): number {
  return Math.log(factor) / 1.959964;
}

/** Of a cell whose sensitive thickness nobody states: log-uniform between these, µm. */
export const thicknessUm: readonly [from: number, to: number] = [0.1, 2];
