import { z } from "zod";
import { effects } from "../../domain/outcome.ts";
import { modelOutcomes, modelSpecies } from "./model.ts";

/** Parts of `model.json` that numbers stand in; `model-schema.ts` puts them together. */
export const count = z.int().min(0);
const notNegative = z.number().min(0);
const numberOrNull = z.number().nullable();
const positiveOrNull = z.number().positive().nullable();

export const sourcesSchema = z.array(count).describe("places in `sources`");
export const protectionSchema = z.enum(["on", "off"]).describe("whether error-correcting codes were at work");
const anyProtection = z.enum(["on", "off", "unknown"]);

export const estimatedShape = {
  value: z.number().describe("with limitOnly the upper limit"),
  unit: z.string(),
  lower: z.number(),
  upper: z.number(),
  confidence: z.number().gt(0).max(1),
  method: z.string(),
  events: count.nullable().describe("behind it; null: a value without a count, or no count of its own"),
  limitOnly: z.boolean().describe("no event: upper is all that is known"),
};
export const estimatedSchema = z.strictObject(estimatedShape);

export const quantitySchema = z.discriminatedUnion("kind", [
  z
    .strictObject({ kind: z.literal("upset"), structures: z.array(z.string()).min(1) })
    .describe(
      "events of a structure, however many cells they meet; several structures share one cross-section a bit, and one draw of it",
    ),
  z.strictObject({
    kind: z.literal("memory"),
    structure: z.string().describe("the place that its counter counts at"),
    what: z.enum(["corrected", "uncorrected"]),
    workload: z.string().nullable(),
    protection: anyProtection,
  }),
  z.strictObject({
    kind: z.literal("outcome"),
    workload: z.string().nullable(),
    outcome: z.enum(modelOutcomes),
    protection: anyProtection,
  }),
  z.strictObject({ kind: z.literal("effect"), effect: z.enum([...effects, "sefi"]) }),
]);

const pointSchema = z.strictObject({
  source: count,
  sessionId: z.string(),
  energyMeV: positiveOrNull,
  letMeVCm2PerMg: positiveOrNull,
  tiltDeg: z.number().min(0).lt(90),
  events: count.nullable(),
  fluencePerCm2: positiveOrNull,
  fluenceRelUncertainty1Sigma: notNegative,
  backgroundEvents: notNegative,
  bits: notNegative.describe("exposed, times the share of them that would show; 1 for a device"),
  statedCm2: z.tuple([z.number().positive(), z.number().positive()]).nullable(),
  dieC: numberOrNull,
  runs: z.array(count),
});

export const fitSchema = z.strictObject({
  species: z.enum(modelSpecies),
  curve: z.enum(["weibull", "bendel"]),
  basis: z.enum(["fitted", "prior-shape", "limit", "stated"]),
  prior: z.string().nullable(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      value: z.number(),
      lower: numberOrNull,
      upper: numberOrNull,
      confidence: z.number().gt(0).lt(1),
      method: z.string(),
    }),
  ),
  posterior: z
    .array(z.array(notNegative))
    .min(1)
    .max(5_000)
    .describe(
      "equally likely curves, columns as `parameters`; row i of every posterior belongs to one error of each session's fluence",
    ),
  measured: estimatedSchema.describe("the cross-section at the highest energy or LET of the points"),
  points: z.array(pointSchema).min(1),
  goodness: z
    .strictObject({
      deviance: z.number(),
      pearson: z.number(),
      degreesOfFreedom: count,
      p: z.number().min(0).max(1),
      dispersion: notNegative,
      homogeneityP: z.number().min(0).max(1).nullable(),
    })
    .nullable(),
  findings: z.array(z.string()),
});

export const compositionSchema = z.strictObject({
  workload: z.string(),
  protection: protectionSchema,
  species: z.enum(modelSpecies),
  energyMeV: positiveOrNull,
  letMeVCm2PerMg: positiveOrNull,
  terms: z.array(
    z.strictObject({
      structure: z.string(),
      bits: notNegative,
      eventCm2: estimatedSchema,
      uncovered: estimatedSchema,
      sdcCm2: estimatedSchema,
      dueCm2: estimatedSchema,
    }),
  ),
  outcomes: z.array(
    z.strictObject({
      outcome: z.enum(modelOutcomes),
      composed: estimatedSchema,
      beam: estimatedSchema.nullable(),
      unmodelled: estimatedSchema.nullable(),
      ratio: estimatedSchema.nullable().describe("beam by composition"),
      independent: z.boolean(),
    }),
  ),
  missing: z.array(z.strictObject({ structure: z.string(), why: z.string() })),
});
