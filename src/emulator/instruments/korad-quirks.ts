import { z } from "zod";

/** What units of the Korad family differ in, and what its mains keeps alive. */
export const koradQuirks = z.object({
  identity: z.string().default("KORADKA3005PV2.0"),
  identityTail: z
    .number()
    .int()
    .min(0)
    .max(255)
    .nullable()
    .default(null)
    .describe("some send 0x01 or 0xBC behind it"),
  newline: z
    .boolean()
    .default(false)
    .describe("wants a line feed (or CR) after each command and answers with one"),
  outputVerb: z.enum(["OUT", "OUTPUT"]).default("OUT"),
  junkSixth: z
    .enum(["none", "iset", "all"])
    .default("iset")
    .describe("answers of five characters with a sixth"),
  junkByte: z.number().int().min(0).max(255).default(0x37),
  status: z
    .enum(["KA3005P", "old", "KA3305P"])
    .default("KA3005P")
    .describe(
      "old: bits other than 0x40, 0x20 and 0x01 are noise; KA3305P: bit 4 is OVP, bit 7 follows the output",
    ),
  lockBit: z.boolean().default(false).describe("bit 5 is the panel lock, and set whatever protection does"),
  bit5AfterTrip: z.boolean().default(true),
  tripLatches: z.boolean().default(true).describe("the output cannot be turned on again before OCP0"),
  tripDelayMs: z.number().min(0).max(10_000).default(20),
  recallTurnsOff: z.boolean().default(false),
  replyMs: z.number().min(0).max(10_000).default(5),
  deafMs: z.number().min(0).max(10_000).default(75).describe("after a setting: what comes then is lost"),
  mute: z.number().min(0).max(1).default(0).describe("share of answers that never come"),
  output: z.boolean().default(true).describe("on when the bench starts, as somebody left it"),
  mostMilliV: z.number().int().default(31_000),
  mostMilliA: z.number().int().default(5_100),
});
export type KoradQuirks = z.infer<typeof koradQuirks>;

export interface KoradState {
  milliV: number;
  milliA: number;
  ocp: boolean;
  ovp: boolean;
  beep: boolean;
  tripCleared: boolean;
  readonly saved: Map<string, { readonly milliV: number; readonly milliA: number }>;
}
