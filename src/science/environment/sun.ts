import { activityAtDate, activityOfCondition, activityOfNumber } from "../galactic/solar-activity.ts";
import type { GalacticCondition, SolarActivity } from "../galactic/solar-activity.ts";
import type { GroundSun } from "../ground/neutrons.ts";

/** The Sun as all models of the environment need it: each knows it by another word. */
export interface Sun {
  /** Of galactic ions. */
  readonly activity: SolarActivity;
  /** Of trapped particles; AP-8 and AE-8 know minimum and maximum alone, and `mean` is half of each. */
  readonly maps: GalacticCondition;
  /** Of neutrons at the ground. */
  readonly ground: GroundSun;
}

const groundOf: Readonly<Record<GalacticCondition, GroundSun>> = {
  min: "quiet",
  mean: "mean",
  max: "active",
};

/**
 * The Sun by `min`, `mean` or `max`, by a number W (0 to 200) or by a date (2014, 2014-04 or 2014-04-15). Of a number or a date the maps are the nearer of the two: minimum
 * up to W = 70. RigError "config" where it is none of them.
 */
export function sunOf(text: string): Sun {
  if (text === "min" || text === "mean" || text === "max")
    return { activity: activityOfCondition(text), maps: text, ground: groundOf[text] };
  const number = /^(?:W=)?(\d{1,3}(?:\.\d+)?)$/i.exec(text)?.[1];
  const activity = number === undefined ? activityAtDate(text) : activityOfNumber(Number(number));
  const maps = activity.w <= 70 ? "min" : "max";
  return { activity, maps, ground: groundOf[maps] };
}
