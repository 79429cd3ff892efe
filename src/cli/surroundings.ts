import { RigError } from "../domain/errors.ts";
import { environmentOf } from "../science/environment/environment-of.ts";
import type { EnvironmentSources } from "../science/environment/environment.ts";
import { placeNames, placeOf } from "../science/environment/place.ts";
import type { Place } from "../science/environment/place.ts";
import { sunOf } from "../science/environment/sun.ts";
import type { Sun } from "../science/environment/sun.ts";
import { surroundingsOf } from "../science/predict/surroundings.ts";
import type { Surroundings } from "../science/predict/surroundings.ts";
import { nearest } from "./did-you-mean.ts";

/** What `--orbit`, `--solar`, `--shield` and `--shield-shape` ask for. */
export interface Around {
  readonly orbit: string;
  readonly solar: string;
  readonly shieldMm: number;
  readonly shieldShape: "sphere" | "slab";
  readonly directIonisation: boolean;
}

/** Words of `--solar` that stand for a state of the Sun and what it throws. `quiet` is its minimum: the most galactic ions and trapped protons. */
const conditions = {
  quiet: { sun: "min", condition: "quiet" },
  mean: { sun: "mean", condition: "quiet" },
  "worst-day": { sun: "min", condition: "worst-day" },
} as const;

export interface Weather {
  readonly sun: Sun;
  readonly condition: "quiet" | "worst-day";
}

/** `quiet`, `mean`, `worst-day`, or what `sunOf` knows: min, max, a number W, a date. */
export function weatherOf(text: string): Weather {
  if (Object.hasOwn(conditions, text)) {
    const { sun, condition } = conditions[text as keyof typeof conditions];
    return { sun: sunOf(sun), condition };
  }
  const guess = nearest(text, [...Object.keys(conditions), "min", "max"]);
  if (guess !== null && /^[a-z-]+$/i.test(text) && text !== "min" && text !== "max")
    throw new RigError(
      "config",
      `--solar: found '${text}'; did you mean '${guess}'? (${Object.keys(conditions).join(", ")}, min, max, W from 0 to 200, or a date such as 2014-04)`,
    );
  return { sun: sunOf(text), condition: "quiet" };
}

/** `placeOf`, with the name that was nearest where it is none. */
export function placeCalled(text: string): Place {
  const names = new Map(placeNames.map((name) => [name, name]));
  for (const name of placeNames) names.set(name.replace(/^ground:/, ""), name);
  const guess = /^-?\d+(\.\d+)?(km)?x/.test(text) ? null : nearest(text, [...names.keys()]);
  if (guess !== null && !placeNames.includes(text))
    throw new RigError(
      "config",
      `orbit: found '${text}'; did you mean '${names.get(guess)!}'? (there are ${placeNames.join(", ")}, and ALTITUDExINCLINATION such as 650x97.99)`,
    );
  return placeOf(text);
}

/** The surroundings of a place, computed; `sources` are asked for an orbit alone. */
export async function surroundingsAt(
  around: Around,
  sources: (place: Place) => Promise<EnvironmentSources>,
): Promise<Surroundings> {
  const place = placeCalled(around.orbit);
  return surroundingsOfPlace(place, around, await sources(place));
}

export function surroundingsOfPlace(
  place: Place,
  { solar, shieldMm, shieldShape, directIonisation }: Omit<Around, "orbit">,
  sources: EnvironmentSources,
): Surroundings {
  const { sun, condition } = weatherOf(solar);
  const question = { place, sun, shieldMmAl: shieldMm, shieldShape, condition };
  const environment = environmentOf(question, sources);
  const shield =
    place.kind === "ground"
      ? ""
      : ` behind ${shieldMm} mm of aluminium${shieldShape === "slab" ? ", a slab on either side" : ""}`;
  const weather =
    place.kind === "ground"
      ? `${sun.ground} Sun`
      : condition === "worst-day"
        ? "worst day"
        : `W = ${sun.activity.w.toFixed(0)} (${sun.activity.from})`;
  return surroundingsOf(environment, `${place.name}${shield} · ${weather}`, {
    protonsIonise: directIonisation,
  });
}
