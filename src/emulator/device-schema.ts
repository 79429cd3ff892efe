import { z } from "zod";
import { ionCurveSchema, protonCurveSchema } from "./device-curve.ts";

/**
 * What radiation does to one device, as a rig file or a preset says it (docs/device-physics.md): keys of a board under emulation.
 *
 *   structures  upsets a bit, and how many cells one particle upsets     sefi  strikes on a named control block, by device
 *   dose        cells that wear out above an onset                       sel   latch-ups of its rails, by device
 */
const rail = z
  .string()
  .optional()
  .describe("whose voltage it follows; the board's first one where not given");

const followsShape = {
  temperatureCoefficientPerC: z
    .number()
    .min(-0.1)
    .max(0.1)
    .optional()
    .describe("d ln σ/dT, T of the die; the board's where not given"),
  voltageCoefficient: z
    .number()
    .min(-50)
    .max(50)
    .default(0)
    .describe(
      "d ln σ/d(V/V₀), V₀ what the rail is made for: σ is multiplied with exp(coefficient·(V/V₀ − 1))",
    ),
  rail,
};

const structureSchema = z.strictObject({
  proton: protonCurveSchema.optional().describe("events a bit against energy, cm², at 25 °C; neutrons too"),
  ion: ionCurveSchema.optional().describe("events a bit against LET, cm², at 25 °C"),
  ...followsShape,
  multiplicity: z
    .array(z.number().min(0))
    .min(1)
    .max(64)
    .default([1])
    .refine((weights) => weights.some((weight) => weight > 0), "one weight at least is above 0")
    .describe("weights of an event of 1, 2, 3 … cells in a row"),
  interleave: z
    .number()
    .int()
    .min(1)
    .max(1_024)
    .default(1)
    .describe("words that lie bit by bit beside each other in a row: cells of one word are so far apart"),
});
export type StructureSpec = z.infer<typeof structureSchema>;

/** First and last, counted from 0. */
function range(most: number) {
  const place = z.number().int().min(0).max(most);
  return z
    .tuple([place, place])
    .refine(([first, last]) => first <= last, "first and last: the first is above the last");
}

const sefiSchema = z
  .strictObject({
    block: z.string().min(1).describe("the target it strikes, by the accelerator's name"),
    words: range(2 ** 32 - 1)
      .optional()
      .describe("first and last word of it that are meant; all where not given"),
    bits: range(31).optional().describe("first and last bit of a word; all where not given"),
    proton: protonCurveSchema.optional().describe("of the device, cm², at 25 °C"),
    ion: ionCurveSchema.optional(),
    ...followsShape,
    lasts: z
      .enum(["flip", "until-power"])
      .default("flip")
      .describe(
        "flip: one bit, once. until-power: a bit is held, through every reset and load, until power is cycled",
      ),
    reads: z
      .union([z.literal(0), z.literal(1)])
      .optional()
      .describe("until-power: what the held bit reads as; drawn for each where not given"),
  })
  .refine(({ lasts, reads }) => reads === undefined || lasts === "until-power", {
    path: ["reads"],
    message: "a flip holds nothing: leave 'reads' out, or say lasts: until-power",
  });
export type SefiSpec = z.infer<typeof sefiSchema>;

const selSchema = z.strictObject({
  do: z.enum(["latch-up", "micro-latch-up"]).default("latch-up"),
  proton: protonCurveSchema.optional().describe("of the device, cm², at 25 °C"),
  ion: ionCurveSchema.optional(),
  ...followsShape,
  milliA: z
    .number()
    .int()
    .min(1)
    .describe("what its rail carries more, until it has been without power for 500 ms"),
  board: z.enum(["goes-on", "hangs"]).default("goes-on"),
});
export type SelSpec = z.infer<typeof selSchema>;

const wearSchema = z.strictObject({
  structure: z.string().min(1),
  perRadSi: z
    .number()
    .min(0)
    .describe("cells that go bad in the whole structure for each rad(Si) above the onset"),
  retentionShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      "of them: cells that lose their charge between refreshes, each above a temperature of its own; the others are stuck",
    ),
  doublingC: z
    .number()
    .positive()
    .default(10)
    .describe("so many °C warmer, twice as many retention cells show"),
  allBelowC: z.number().default(125).describe("at this temperature every one of them shows"),
});
export type WearSpec = z.infer<typeof wearSchema>;

const doseSchema = z.strictObject({
  onsetRadSi: z
    .number()
    .min(0)
    .default(2_000)
    .describe("below it nothing wears out; the truth file tells when it is passed"),
  priorRadSi: z.number().min(0).default(0).describe("what the part has taken before this world began"),
  wear: z.array(wearSchema).default([]),
});
export type DoseSpec = z.infer<typeof doseSchema>;

/** Keys of a board. */
export const deviceShape = {
  structures: z.record(z.string(), structureSchema).default({}).describe("by name of a target"),
  sefi: z.array(sefiSchema).optional(),
  sel: z.array(selSchema).optional(),
  dose: doseSchema.optional(),
};
const deviceSchema = z.strictObject(deviceShape);
/** What a preset is. */
export type DeviceSpec = z.input<typeof deviceSchema>;
export type WholeDeviceSpec = z.infer<typeof deviceSchema>;

/** A preset as if a rig file had said it: what it leaves out has its defaults. */
export function wholeDevice(spec: DeviceSpec): WholeDeviceSpec {
  return deviceSchema.parse(spec);
}
