import { z } from "zod";
import { modelOutcomes, modelVersion } from "./model.ts";
import type { Model } from "./model.ts";
import {
  compositionSchema,
  count,
  estimatedSchema,
  estimatedShape,
  fitSchema,
  protectionSchema,
  quantitySchema,
  sourcesSchema,
} from "./model-shapes.ts";

export const eccSchema = z.strictObject({
  code: z.enum(["none", "parity", "sec-ded"]),
  dataBits: z.int().min(1).describe("of one word"),
  checkBits: z.int().min(0),
  interleave: z.int().min(1).default(1).describe("cells of one word are so far apart in a row"),
  scrubIntervalSeconds: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("between two corrections of a word; null: nothing corrects but a read"),
});

const structureSchema = z.strictObject({
  name: z.string(),
  bits: z.array(z.strictObject({ workload: z.string().nullable(), bits: count })),
  ecc: eccSchema.nullable(),
});

const tally = z.strictObject({
  masked: count,
  sdcTolerable: count,
  sdcCritical: count,
  dueDetected: count,
  dueCrash: count,
  dueHang: count,
});

const vulnerabilitySchema = z.strictObject({
  workload: z.string(),
  structure: z.string(),
  multiplicity: z.int().min(1),
  protection: protectionSchema,
  faultModel: z.string(),
  bits: count,
  trials: z.int().min(1),
  unknown: count,
  counts: tally,
  shares: z.array(z.strictObject({ outcome: z.enum(modelOutcomes), ...estimatedShape })),
  sources: sourcesSchema,
});

/** `model.json`, as other tools may rely on it: `radrig schema model` prints it as JSON Schema. Fields may be added; none changes its meaning within a schema version. */
export const modelSchema = z.strictObject({
  schemaVersion: z.literal(modelVersion),
  tool: z.string(),
  emulated: z.boolean().describe("some source was an emulated bench: nothing of it was measured on a device"),
  device: z.strictObject({ model: z.string(), accelerator: z.string(), serials: z.array(z.string()) }),
  sources: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["record", "published"]),
      sha256: z.string().describe("of journal.jsonl, or of the published file"),
      sessions: z.array(z.string()),
      emulated: z.boolean(),
    }),
  ),
  structures: z.array(structureSchema),
  responses: z.array(
    z.strictObject({
      quantity: quantitySchema,
      per: z.enum(["bit", "device"]),
      referenceC: z.number().nullable(),
      fits: z.array(fitSchema),
    }),
  ),
  vulnerabilities: z.array(vulnerabilitySchema),
  multiplicities: z.array(
    z.strictObject({
      structure: z.string(),
      events: z.array(count).min(1),
      shares: z.array(z.strictObject({ multiplicity: z.int().min(1), ...estimatedShape })),
      sources: sourcesSchema,
    }),
  ),
  sensitivities: z.array(
    z.strictObject({
      quantity: quantitySchema,
      against: z.enum(["temperature", "voltage"]),
      reference: z.number(),
      coefficient: estimatedSchema,
      from: z.number(),
      to: z.number(),
      sources: sourcesSchema,
    }),
  ),
  compositions: z.array(compositionSchema),
  findings: z.array(z.string()),
}) satisfies z.ZodType<Model>;

/** JSON Schema (draft 2020-12) of model.json. */
export function modelJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(modelSchema, { io: "output" });
}
