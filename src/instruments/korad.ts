import { z } from "zod";
import type { Driver, SupplyInstrument } from "./driver.ts";
import { KoradLine } from "./korad-line.ts";
import { KoradRail } from "./korad-rail.ts";

/** Korad KA3005P and its many names: one channel, and the over-current threshold is the current setting. */
const koradSchema = z.object({
  answerMs: z
    .number()
    .int()
    .min(10)
    .default(500)
    .describe("deadline for an answer, beside the time on the wire"),
  newline: z
    .enum(["auto", "none", "lf"])
    .default("auto")
    .describe("line feed after each command; auto: as the identity needs it"),
  outputVerb: z
    .enum(["auto", "OUT", "OUTPUT"])
    .default("auto")
    .describe("auto: OUT, and OUTPUT on a unit with line ends that does not obey it"),
  armedBit: z
    .enum(["bit5", "none"])
    .default("bit5")
    .describe("none: bit 5 of the status byte of this unit does not tell whether OCP is armed"),
  spacingMs: z.number().int().min(0).max(2_000).default(80).describe("left alone after each setting"),
  gapMs: z.number().int().min(1).max(500).default(40).describe("silence that ends an answer"),
  settleMs: z
    .number()
    .int()
    .min(100)
    .max(30_000)
    .default(3_000)
    .describe("an output is at its voltage, or at nothing, within this"),
  offBelowMilliV: z.number().int().min(10).default(500).describe("a rail below this is off"),
  // Beyond that its settings have more than five characters.
  mostMilliV: z.number().int().min(1).max(99_990).default(31_000).describe("what this model can"),
  mostMilliA: z.number().int().min(1).max(9_999).default(5_100).describe("what this model can"),
});

const lacks: readonly string[] = [
  "no dead-man: the output stays as it is when the host falls silent",
  "no acknowledgement and no checksum: what is set is read back",
  "no word for a trip: the output off without our OFF while over-current protection is armed is taken for one",
  "whether over-current protection is armed is known from bit 5 of the status byte alone, which some units use otherwise",
  "no way to tell an output that trips at once from one that does not obey",
];

export const koradDriver: Driver<"supply"> = {
  protocol: "korad",
  kind: "supply",
  title: "Korad KA3005P family (Tenma 72-2540, Velleman, RND, Stamos)",
  schema: koradSchema,
  open: (port, settings, clock) => {
    const its = koradSchema.parse(settings);
    const line = new KoradLine(port, clock, { ...its, baud: settings.baud });
    const rail = new KoradRail(line, its, clock);
    return instrument(line, rail);
  },
};

function instrument(line: KoradLine, rail: KoradRail): SupplyInstrument {
  return {
    kind: "supply",
    lacks,
    identify: () => line.identify(),
    prove: () => rail.prove(),
    rail: (channel) => {
      if (channel !== 1) throw new RangeError(`a supply of this family has channel 1 alone, not ${channel}`);
      return rail;
    },
  };
}
