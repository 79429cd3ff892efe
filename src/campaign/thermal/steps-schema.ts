import { z } from "zod";
import { visitsOf } from "../../domain/thermal-steps.ts";
import type { ThermalStep } from "../../domain/thermal-steps.ts";

/** Thermal steps as people write them in a campaign file (docs/thermal.md), each to the step it stands for. */
const celsius = z.number().min(-60).max(150);
const rateCPerMin = z
  .number()
  .positive()
  .nullable()
  .default(null)
  .describe("°C a minute; without it as fast as the device likes");

/** Stability by default: within ±2 °C and no faster than 1 °C a minute over 5 minutes (TH-3). */
const soakSchema = z.strictObject({
  until: z.enum(["stable", "time"]).default("stable").describe("time: minS seconds, stable or not"),
  toleranceC: z.number().positive().default(2).describe("object to set point, all through the window"),
  slopeCPerMin: z.number().positive().default(1).describe("of object and die, over the window"),
  windowS: z.number().min(1).max(3_600).default(300),
  minS: z.number().min(0).default(0),
  maxS: z.number().positive().default(3_600).describe("not stable by then is a fault of the bench"),
});
const soakDefaults = soakSchema.parse({});

/** A campaign of more runs than this is a slip of the pen. */
const mostVisits = 10_000;

const keys = ["ramp", "soak", "hold", "cycle", "sweep"] as const;

const steps: z.ZodType<ThermalStep[]> = z.lazy(() => z.array(step).min(1));
const step = z
  .union([
    z.enum(["run", "soak"]).describe("run: the block's runs are made here; soak: with every default"),
    z
      .strictObject({
        ramp: z.strictObject({ toC: celsius, rateCPerMin }).optional(),
        soak: soakSchema.optional(),
        hold: z.strictObject({ seconds: z.number().positive() }).optional(),
        cycle: z.strictObject({ times: z.number().int().min(1).max(mostVisits), steps }).optional(),
        sweep: z
          .strictObject({
            fromC: celsius,
            toC: celsius,
            stepC: z.number().positive(),
            rateCPerMin,
            each: steps.describe("at every set point, once the set point is reached"),
          })
          .optional(),
      })
      .refine((written) => Object.keys(written).length === 1, {
        message: `one step a line: run, soak, or one of ${keys.join(", ")} with its keys`,
      }),
  ])
  .transform((written): ThermalStep => {
    if (written === "run") return { kind: "run" };
    if (written === "soak") return { kind: "soak", ...soakDefaults };
    const { ramp, soak, hold, cycle, sweep } = written;
    if (ramp !== undefined) return { kind: "ramp", ...ramp };
    if (soak !== undefined) return { kind: "soak", ...soak };
    if (hold !== undefined) return { kind: "hold", ...hold };
    if (cycle !== undefined) return { kind: "cycle", ...cycle };
    return { kind: "sweep", ...sweep! };
  });

/** A whole profile: it sets a temperature before it waits for one, and it runs something. */
export const profileSchema = steps.superRefine((profile, context) => {
  const visits = visitsOf(profile);
  if (visits === 0)
    context.addIssue({
      code: "custom",
      message: "the profile runs nothing: put 'run' where the runs are to be",
    });
  if (visits > mostVisits)
    context.addIssue({
      code: "custom",
      message: `the profile runs the block ${visits} times, expected at most ${mostVisits}`,
    });
  const unset = soakUnset(profile);
  if (unset !== null)
    context.addIssue({
      code: "custom",
      path: [unset],
      message: "a soak needs a temperature: put a ramp before it",
    });
  for (const { path, message } of impossible(profile))
    context.addIssue({ code: "custom", path: [...path], message });
});

/** The outermost step in which a soak comes before any ramp; null: none. */
function soakUnset(profile: readonly ThermalStep[]): number | null {
  for (const [place, one] of profile.entries()) {
    if (one.kind === "ramp" || one.kind === "sweep") return null;
    if (one.kind === "soak") return place;
    if (one.kind !== "cycle") continue;
    if (soakUnset(one.steps) !== null) return place;
    if (one.steps.some(({ kind }) => kind === "ramp" || kind === "sweep")) return null;
  }
  return null;
}

/** Soaks that cannot end well, wherever they stand. */
function* impossible(
  profile: readonly ThermalStep[],
  base: readonly PropertyKey[] = [],
): Generator<{ path: readonly PropertyKey[]; message: string }> {
  for (const [place, one] of profile.entries()) {
    const path = [...base, place];
    if (one.kind === "cycle") yield* impossible(one.steps, [...path, "cycle", "steps"]);
    if (one.kind === "sweep") yield* impossible(one.each, [...path, "sweep", "each"]);
    if (one.kind !== "soak") continue;
    if (one.until === "time" && one.minS === 0)
      yield { path: [...path, "soak"], message: "a soak until time lasts minS seconds: give minS" };
    if (one.until === "stable" && one.maxS < Math.max(one.windowS, one.minS))
      yield {
        path: [...path, "soak"],
        message: `maxS ${one.maxS} is less than windowS ${one.windowS} or minS ${one.minS}: it can never be stable in time`,
      };
  }
}
