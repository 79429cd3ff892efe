import { z } from "zod";
import { effects, endReasons, outcomes, runKinds } from "../domain/outcome.ts";
import { refreshAfters } from "../domain/plan.ts";
import { resultVersion } from "../domain/result.ts";
import { eccSchema } from "./ecc-schema.ts";
import { detectionSchema, severitySchema } from "./severity-schema.ts";
import type { Result } from "../domain/result.ts";

/** `result.json`, as other tools may rely on it: `radrig schema result` prints it as JSON Schema. Fields may be added; none changes its meaning within a schema version. */
const count = z.int().min(0);
const seconds = z.number().min(0);
const numberOrNull = z.number().nullable();

const primaryRepeat = z
  .strictObject({ primary: count, repeat: count })
  .describe("events of their own, and the same corrupted state seen again; rates use primary");

const exposureSchema = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("injection"),
      asked: count.describe("strikes tried: confirmed + unknown + repeats"),
      confirmed: count.describe(
        "strikes with an outcome of their own; the primaries of outcomes add up to it",
      ),
      unknown: count.describe("not confirmed armed, or their evidence was lost; never masked"),
    })
    .describe("gives a vulnerability factor, never a cross-section"),
  z
    .strictObject({
      kind: z.literal("beam"),
      species: z.string(),
      energyMeV: numberOrNull,
      letMeVCm2PerMg: numberOrNull,
      tiltDeg: z.number(),
      fluenceLivePerCm2: z.number().min(0).describe("while events could be seen: the denominator"),
      fluenceGrossPerCm2: z.number().min(0).describe("all that the device took"),
      fluenceRelUncertainty1Sigma: z.number().min(0),
      fluenceSource: z.string(),
      computeSeconds: seconds.describe("the device's own time inside iterations"),
      liveSeconds: seconds,
      deadSeconds: seconds,
      doseRadSi: numberOrNull,
      sessionId: z.string().describe("runs of one session share the scale of their fluence"),
      emulated: z.boolean().describe("the beam was software"),
    })
    .describe("the only exposure that gives a cross-section"),
  z.strictObject({ kind: z.literal("time"), liveSeconds: seconds }),
  z.strictObject({ kind: z.literal("unknown"), reason: z.string() }),
]);

const outcomesSchema = z.strictObject({
  masked: primaryRepeat.nullable().describe("null where a harmless particle leaves no trace"),
  sdcTolerable: primaryRepeat,
  sdcCritical: primaryRepeat,
  dueDetected: primaryRepeat,
  dueCrash: primaryRepeat,
  dueHang: primaryRepeat,
  unattributed: primaryRepeat.describe("neither the device's nor the link's for sure; in no denominator"),
});

const estimateSchema = z.strictObject({
  outcome: z.enum(["sdc", "due", ...outcomes.filter((outcome) => outcome !== "unattributed")]),
  kind: z.enum(["vulnerability", "crossSection"]),
  value: z.number().min(0).describe("events by exposure; with limitOnly the upper limit"),
  lower: z.number().min(0),
  upper: z.number().min(0),
  confidence: z.number().gt(0).lt(1).describe("two-sided: half of the rest in each tail, at no events too"),
  method: z.string().describe("clopper-pearson or garwood, both exact"),
  unit: z.enum(["1", "cm2"]),
  n: count.describe("primary events counted"),
  per: z.enum(["device", "bit"]),
  bits: count.nullable(),
  limitOnly: z.boolean().describe("no event was seen: upper is all that is known"),
  unknownBounds: z
    .strictObject({ allMasked: z.number(), allDue: z.number() })
    .nullable()
    .describe("the value with every strike of unknown or unattributed end taken as masked, and as DUE"),
});

const runSchema = z.strictObject({
  number: count,
  runKind: z.enum(runKinds),
  dut: z.strictObject({
    name: z.string(),
    model: z.string(),
    serial: z.string(),
    accelerator: z.string(),
  }),
  workload: z.string(),
  target: z.string().nullable(),
  faultModel: z.string().nullable(),
  semAfter: z.enum(["idle", "observe"]),
  refresh: z.strictObject({ policy: z.string(), every: count, after: z.enum(refreshAfters) }),
  temperatureC: z.strictObject({
    set: numberOrNull,
    dieMean: numberOrNull,
    dieMin: numberOrNull,
    dieMax: numberOrNull,
  }),
  exposure: exposureSchema,
  endReason: z.enum(endReasons),
  segments: count,
  outcomes: outcomesSchema,
  corrected: count.describe("errors that a detector corrected, beside the outcomes"),
  severity: severitySchema,
  detection: detectionSchema,
  ecc: eccSchema,
  iterations: z.strictObject({ total: count, clean: count, computeSeconds: seconds }),
  effects: z.partialRecord(z.enum(effects), count),
  eventsPerWindow: z
    .strictObject({ observed: numberOrNull, planned: numberOrNull })
    .nullable()
    .describe("events to expect between two refreshes of the state: above 0.1 some upsets count as one"),
  link: z.strictObject({ frames: count, garbled: count, lost: count, bytesDropped: count }),
  live: z.strictObject({ elapsedSeconds: seconds, liveSeconds: seconds, deadSeconds: seconds }),
  throttled: z
    .strictObject({ seconds, events: count, iterations: count, fluencePerCm2: z.number().min(0) })
    .describe("while the board throttled: a rate without it is (events - these) / (exposure - this)"),
  estimates: z.array(estimateSchema),
  flags: z.array(z.string()),
});

const pooledSchema = z.strictObject({
  runKind: z.enum(runKinds),
  dut: z.string(),
  workload: z.string(),
  target: z.string().nullable().describe("null in a total over targets, and in a beam"),
  faultModel: z.string().nullable(),
  semAfter: z.enum(["idle", "observe"]),
  runs: z.array(count),
  exposure: exposureSchema,
  outcomes: outcomesSchema,
  severity: severitySchema,
  detection: detectionSchema,
  ecc: eccSchema,
  estimates: z.array(estimateSchema),
});

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(resultVersion),
  tool: z.string(),
  campaign: z.string(),
  seed: count,
  emulated: z.boolean().describe("the bench was software: nothing here was measured on a device"),
  rig: z.string(),
  endReason: z.enum([...endReasons, "complete"]),
  segments: count.describe("processes that wrote the journal: 1 and one for each resume"),
  runs: z.array(runSchema),
  pooled: z.array(pooledSchema),
  doses: z
    .array(
      z.strictObject({
        serial: z.string(),
        dut: z.string(),
        priorRadSi: z.number().min(0).describe("as the rig file states it"),
        campaignRadSi: z
          .number()
          .min(0)
          .describe("in all runs of this campaign; gaps of the counter from above"),
      }),
    )
    .describe("dose by part, where the plan states a dose per fluence"),
  flags: z.array(z.string()),
}) satisfies z.ZodType<Result>;

/** JSON Schema (draft 2020-12) of result.json. */
export function resultJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(resultSchema);
}
