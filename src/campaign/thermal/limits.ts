import type { ThermalLimits } from "../../domain/equipment.ts";
import type { ThermalStep } from "../../domain/thermal-steps.ts";

/** One ring of limits that set points and rates must keep within, and whose it is. */
export interface Allowance extends ThermalLimits {
  readonly who: string;
}

export interface BeyondLimits {
  /** The place below the profile, as it stands in a campaign file. */
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** Every set point and rate of a profile that some ring does not allow, before anything is heated (TH-1). */
export function* beyondLimits(
  steps: readonly ThermalStep[],
  rings: readonly Allowance[],
  base: readonly PropertyKey[] = [],
): Generator<BeyondLimits> {
  for (const [place, step] of steps.entries()) {
    const path = [...base, place, step.kind];
    switch (step.kind) {
      case "ramp":
        yield* setPoint(step.toC, rings, [...path, "toC"]);
        yield* rate(step.rateCPerMin, rings, [...path, "rateCPerMin"]);
        break;
      case "sweep":
        yield* setPoint(step.fromC, rings, [...path, "fromC"]);
        yield* setPoint(step.toC, rings, [...path, "toC"]);
        yield* rate(step.rateCPerMin, rings, [...path, "rateCPerMin"]);
        yield* beyondLimits(step.each, rings, [...path, "each"]);
        break;
      case "cycle":
        yield* beyondLimits(step.steps, rings, [...path, "steps"]);
        break;
      case "soak":
      case "hold":
      case "run":
        break;
    }
  }
}

export function* setPoint(
  setC: number,
  rings: readonly Allowance[],
  path: readonly PropertyKey[],
): Generator<BeyondLimits> {
  for (const { who, lowestC, highestC } of rings) {
    if (setC < lowestC)
      yield { path, text: `${setC} °C is colder than ${lowestC} °C, the least that ${who}` };
    if (setC > highestC)
      yield { path, text: `${setC} °C is hotter than ${highestC} °C, the most that ${who}` };
  }
}

function* rate(
  asked: number | null,
  rings: readonly Allowance[],
  path: readonly PropertyKey[],
): Generator<BeyondLimits> {
  for (const { who, fastestCPerMinute } of rings)
    if (asked !== null && fastestCPerMinute !== null && asked > fastestCPerMinute)
      yield { path, text: `${asked} °C a minute is faster than ${fastestCPerMinute}, the most that ${who}` };
}
