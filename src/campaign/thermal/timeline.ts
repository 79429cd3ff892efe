import type { FlatStep, ThermalStep } from "../../domain/thermal-steps.ts";
import { flatten } from "../../domain/thermal-steps.ts";

/** What a profile will do and how long it will take, as far as that can be told before it is done. */
export interface Leg {
  readonly kind: FlatStep["kind"];
  readonly fromS: number;
  readonly fromC: number;
  readonly toC: number;
  /** Expected; a soak may take less patience than `longestS`, and a run that ends by counts takes as long as it takes. */
  readonly seconds: number;
  /** At most, where there is such a limit. */
  readonly longestS: number | null;
  /** Nobody said how long: `seconds` is a guess, or left out as 0. */
  readonly guessed: boolean;
}

export interface Timeline {
  readonly legs: readonly Leg[];
  readonly seconds: number;
  /** Legs beyond these were left out. */
  readonly more: boolean;
}

/** Where neither plan nor rig file says how fast a heater is. */
export const guessedRateCPerMin = 10;
const mostLegs = 5_000;

export function timelineOf(
  steps: readonly ThermalStep[],
  startC: number,
  fastestCPerMinute: number | null,
  runSeconds: number | null,
): Timeline {
  const legs: Leg[] = [];
  let [fromS, fromC] = [0, startC];
  for (const step of flatten(steps)) {
    if (legs.length === mostLegs) return { legs, seconds: fromS, more: true };
    const leg = { ...legOf(step, fromC, fastestCPerMinute, runSeconds), kind: step.kind, fromS, fromC };
    legs.push(leg);
    fromS += leg.seconds;
    fromC = leg.toC;
  }
  return { legs, seconds: fromS, more: false };
}

function legOf(
  step: FlatStep,
  fromC: number,
  fastest: number | null,
  runSeconds: number | null,
): Pick<Leg, "toC" | "seconds" | "longestS" | "guessed"> {
  switch (step.kind) {
    case "ramp": {
      const rate = step.rateCPerMin ?? fastest ?? guessedRateCPerMin;
      const seconds = (60 * Math.abs(step.toC - fromC)) / rate;
      const guessed = step.rateCPerMin === null && fastest === null;
      return { toC: step.toC, seconds, longestS: null, guessed };
    }
    case "soak": {
      const stable = step.until === "stable";
      const seconds = stable ? Math.max(step.minS, step.windowS) : step.minS;
      return { toC: fromC, seconds, longestS: stable ? step.maxS : step.minS, guessed: false };
    }
    case "hold":
      return { toC: fromC, seconds: step.seconds, longestS: step.seconds, guessed: false };
    case "run":
      return { toC: fromC, seconds: runSeconds ?? 0, longestS: runSeconds, guessed: runSeconds === null };
  }
}
