import { z } from "zod";

const count = z.int().min(0);

const rate = z
  .strictObject({
    errors: count.describe(
      "as the counter counts: a word that stays wrong once a read, an upset of several words several times",
    ),
    strikes: count
      .nullable()
      .describe("by injection: strikes in whose iteration it counted any; null in a beam"),
    rate: z
      .strictObject({
        kind: z.enum(["vulnerability", "crossSection"]),
        value: z.number().min(0),
        lower: z.number().min(0),
        upper: z.number().min(0),
        confidence: z.number().gt(0).lt(1),
        method: z.string(),
        unit: z.enum(["1", "cm2"]),
        n: count,
        limitOnly: z.boolean(),
      })
      .nullable()
      .describe("share of the strikes, or cross-section of the errors; null where there is no denominator"),
  })
  .describe("errors, not outcomes: the same error is in the outcomes, too, where it came to one");

export const eccSchema = z
  .array(z.strictObject({ structure: z.string(), corrected: rate, uncorrected: rate }))
  .describe("what the board's error counters counted in live time, by place");
