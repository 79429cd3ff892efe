import { z } from "zod";
import { curveColumns, modelOutcomes, modelVersion } from "./model.ts";
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

/** What the shape alone does not say; null where the parts belong together. */
export function contradictionIn(model: Model): string | null {
  const rows = new Set<number>();
  for (const [at, { fits }] of model.responses.entries())
    for (const [place, { curve, posterior, points }] of fits.entries()) {
      const here = `responses.${at}.fits.${place}`;
      rows.add(posterior.length);
      const columns = curveColumns[curve].length;
      if (posterior.some((row) => row.length !== columns))
        return `${here}.posterior: a row of a ${curve} curve has ${columns} numbers`;
      if (points.some(({ source }) => source >= model.sources.length))
        return `${here}.points: a source that is not there`;
      if (points.some(({ events, fluencePerCm2 }) => events !== null && fluencePerCm2 === null))
        return `${here}.points: a cross-section without exposure: events and no fluence`;
    }
  return rows.size > 1
    ? "responses: posteriors of different lengths, whose rows cannot belong together"
    : null;
}
