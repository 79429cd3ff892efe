import { environmentOf } from "../../../src/science/environment/environment-of.ts";
import type { Environment, EnvironmentSources } from "../../../src/science/environment/environment.ts";
import { placeOf } from "../../../src/science/environment/place.ts";
import { sunOf } from "../../../src/science/environment/sun.ts";

/** 100 protons above 10 MeV, and ten times fewer at ten times the energy. */
export const energyMeV: readonly number[] = [10, 100, 400];
const sources: EnvironmentSources = {
  trapped: () => ({
    protons: { energyMeV, perCm2SecondMeV: [10, 0.1, 0.00625] },
    electrons: { energyMeV: [1, 2], perCm2SecondMeV: [1, 1] },
    protonsAbove: { energyMeV, perCm2Second: [100, 10, 2.5] },
    electronsAbove: { energyMeV: [1, 2], perCm2Second: [50, 5] },
  }),
  shells: () => ({ fractionAbove: (l) => (l < 1.2 ? 1 : 0.3) }),
};
export const environmentAt = (
  place: string,
  shieldMmAl: number,
  condition: "quiet" | "worst-day" = "quiet",
): Environment =>
  environmentOf(
    { place: placeOf(place), sun: sunOf("min"), shieldMmAl, shieldShape: "sphere", condition },
    sources,
  );
