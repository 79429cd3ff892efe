import { z } from "zod";

/** What an emulated EZ-ZONE controller is, and what goes wrong with it. */
export const ezZoneQuirks = z.strictObject({
  unit: z
    .number()
    .int()
    .min(1)
    .max(247)
    .nullable()
    .default(null)
    .describe("its own Modbus address; null: what the rig file says"),
  hardware: z.number().int().min(0).default(28),
  firmware: z.number().int().min(0).default(15),
  loops: z.number().int().min(1).max(2).default(1),
  speaks: z.enum(["F", "C"]).default("F").describe("unit on the bus when the bench starts"),
  hasUnitRegister: z.boolean().default(true).describe("false: firmware before 2.0, which speaks °F alone"),
  setPointFollowsUnit: z.boolean().default(true).describe("false: the set point stays in °F"),
  wordOrder: z.enum(["low-first", "high-first"]).default("low-first"),
  replyMs: z.number().min(0).default(15).describe("how long it takes to reply"),
  busyShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("of requests that it is too busy for (exception 6)"),
  failsAtSeconds: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("its hardware fails: outputs off, and its status says so"),
  sensorOpen: z
    .strictObject({
      atSeconds: z.number().min(0),
      shows: z.union([z.literal("nan"), z.number()]).default("nan"),
    })
    .nullable()
    .default(null)
    .describe(
      "the sensor of input 1 comes off: outputs off, and this is read instead, in the unit of the bus",
    ),
});
export type EzZoneQuirks = z.infer<typeof ezZoneQuirks>;
