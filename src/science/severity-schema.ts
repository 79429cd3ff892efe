import { z } from "zod";

const count = z.int().min(0);

export const severitySchema = z
  .strictObject({
    outputs: count.describe("wrong outputs of primary SDCs"),
    relativeError: z
      .array(z.strictObject({ above: z.number().min(0), outputs: count }))
      .describe("outputs with an element further off than `above`, relative to golden"),
    notFinite: count.describe("outputs that hold a NaN or an infinity"),
    censored: count.describe("outputs of which fewer elements were listed than were wrong"),
    shapes: z
      .strictObject({ single: count, line: count, block: count, random: count })
      .nullable()
      .describe("how the wrong elements lay; null where the output is no matrix"),
    classes: z
      .strictObject({
        top1Flips: count,
        top5Changes: count,
        meanConfidenceChange: z.number().min(0).max(1),
        largestConfidenceChange: z.number().min(0).max(1),
      })
      .nullable()
      .describe("of classifiers"),
    tokens: z
      .strictObject({ meanFirstDiffering: z.number().min(0), meanWrongShare: z.number().min(0).max(1) })
      .nullable()
      .describe("of generators: index of the first token that differs, share of tokens that do"),
  })
  .nullable()
  .describe("how bad the wrong outputs were, by several measures; null where none was wrong");

export const detectionSchema = z
  .strictObject({
    missed: count.describe("output wrong, and nothing said so"),
    detected: count.describe("a detector fired and could not correct"),
    corrected: count.describe("corrected, and the output is golden"),
    miscorrected: count.describe("corrected, and the output is wrong all the same"),
  })
  .describe("what detectors made of the errors, primary ones alone");
