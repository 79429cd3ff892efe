import { z } from "zod";

/** Keys of a Meerstetter TEC in a rig file. What the maker's documents at hand do not say is a key, with what is likely as its default. */
export const meComSchema = z.strictObject({
  address: z
    .number()
    .int()
    .min(0)
    .max(254)
    .default(0)
    .describe("MeCom address; 0 is answered by whatever device is on the line"),
  channels: z.number().int().min(1).max(4).default(2).describe("how many channels the controller has"),
  lowestC: z.number().default(-40).describe("coldest set point of controller, sensor and plate, °C"),
  highestC: z.number().default(125).describe("hottest set point of controller, sensor and plate, °C"),
  fastestCPerMinute: z
    .number()
    .positive()
    .default(60)
    .describe("fastest ramp: set where a profile asks for no rate, °C/min"),
  rampUnit: z
    .enum(["K/s", "K/min", "none"])
    .default("K/s")
    .describe(
      "unit of parameter 3003 (coarse ramp); none: the ramp is left as it is, and a campaign that asks for a rate walks the set point itself",
    ),
  positiveCurrent: z
    .enum(["heats", "cools"])
    .default("cools")
    .describe("which way positive output current drives the plate: it depends on how the element is wired"),
  stableCode: z.number().int().default(2).describe("value of parameter 1200 that means stable"),
  serialParameter: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(102)
    .describe("parameter that holds the serial number; null: it is not asked"),
  firmwareParameter: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(103)
    .describe("parameter that holds the firmware version; null: it is not asked"),
});
export type MeComSettings = z.infer<typeof meComSchema>;
