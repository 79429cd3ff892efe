import { environmentSources } from "../../src/cli/trapped-source.ts";
import { environmentOf } from "../../src/science/environment/environment-of.ts";
import { placeOf } from "../../src/science/environment/place.ts";
import { sunOf } from "../../src/science/environment/sun.ts";
import { prepareParts } from "../../src/science/predict/prepared.ts";
import type { PreparedPart } from "../../src/science/predict/prepared.ts";
import { surroundingsOf } from "../../src/science/predict/surroundings.ts";
import { fluxAboveEnergy, weibullRate } from "../../src/science/upset/nucleon-rate.ts";
import { squareCells } from "../../src/science/upset/rpp.ts";
import type { Weibull } from "../../src/science/upset/weibull.ts";
import type { LoopStructure } from "./closed-loop-campaign.ts";

/**
 * The orbit of the closed loop: 650 km, 98°, solar minimum, behind 2.54 mm of aluminium, with its stated uncertainty. Truth and prediction are integrated over
 * one and the same; where it is taken as exact, all its normals are 0.
 */
export function loopOrbit(): readonly PreparedPart[] {
  const question = { shieldMmAl: 2.54, shieldShape: "sphere", condition: "quiet" } as const;
  const environment = environmentOf(
    { place: placeOf("650x98"), sun: sunOf("min"), ...question },
    environmentSources({ kind: "tables" }),
  );
  return prepareParts(surroundingsOf(environment, "650x98"));
}

/** Stated for the cells, as somebody who knows them would. */
export const conditions = { temperatureC: null, thicknessUm: 1 } as const;

/** Events a bit and second of a curve in one stream of particles. */
export function rateIn({
  part,
}: Pick<PreparedPart, "part">): (curves: Pick<LoopStructure, "proton" | "ion">) => number {
  if (part.strike === "ions") {
    const cells = squareCells(part.spectrum);
    return ({ ion }) => cells.bitRate(ion, conditions.thicknessUm);
  }
  const above = fluxAboveEnergy(part.spectrum);
  return ({ proton }) => weibullRate(above, proton);
}

/** By species, all streams together. */
export function bitRateIn(
  parts: readonly PreparedPart[],
): (species: "proton" | "ion", curve: Weibull) => number {
  const rates = parts.map((prepared) => ({
    species: prepared.part.strike === "ions" ? "ion" : "proton",
    of: rateIn(prepared),
  }));
  return (species, curve) =>
    rates.reduce(
      (sum, rate) => (rate.species === species ? sum + rate.of({ proton: curve, ion: curve }) : sum),
      0,
    );
}
