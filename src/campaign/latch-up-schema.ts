import { z } from "zod";
import { usualLatchUp } from "../domain/plan.ts";

/** `latchUp` of a campaign file: how rails are watched, and what is done about a latch-up. Each key has its default, so the whole may be left out. */
export const latchUpSchema = z
  .strictObject({
    watchMs: z
      .number()
      .int()
      .min(50)
      .max(60_000)
      .default(usualLatchUp.watchMs)
      .describe("from one look at a rail to the next, at the instrument's own pace where that is slower"),
    settleMs: z
      .number()
      .int()
      .min(500)
      .default(usualLatchUp.settleMs)
      .describe("a step of the current that is gone within this was a load step"),
    offMs: z
      .number()
      .int()
      .min(4_000, "rails rest at least 4000 ms: a shorter rest is dangerous")
      .default(usualLatchUp.offMs),
    inARow: z
      .number()
      .int()
      .min(1)
      .default(usualLatchUp.inARow)
      .describe("so many without a good iteration between them"),
    then: z
      .enum(["rest", "stop"])
      .default(usualLatchUp.then)
      .describe(
        "rest: rails off for restSeconds, once; stop: the run ends with sel_limit and the rails stay off",
      ),
    restSeconds: z.number().positive().default(usualLatchUp.restSeconds),
    maxPerRun: z
      .number()
      .int()
      .min(1)
      .nullable()
      .default(usualLatchUp.maxPerRun)
      .describe("after so many a run ends with sel_limit"),
  })
  .prefault({});
