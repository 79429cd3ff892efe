import { z } from "zod";
import { parseAddress, semFamilies, wordsPerFrame } from "../address/sem-address.ts";
import type { SemAddress, SemFamily } from "../address/sem-address.ts";
import type { SelfCheck } from "../../domain/strike.ts";

/** Keys of a SEM controller in a rig file; what the guides leave open has the likeliest value as its default (docs/instruments/sem.md). */
export const semSchema = z.strictObject({
  family: z.enum(semFamilies).describe("x7: 7-series, us: UltraScale, usp: UltraScale+"),
  maxFrame: z
    .number()
    .int()
    .min(2)
    .max(2 ** 18)
    .nullable()
    .default(null)
    .describe("`MF` of its status report, for each super logic region; null asks for it"),
  slrs: z
    .number()
    .int()
    .min(1)
    .max(4)
    .nullable()
    .default(null)
    .describe("super logic regions of the device; null asks for them"),
  readBack: z
    .boolean()
    .nullable()
    .default(null)
    .describe("it knows Q; null: UltraScale and UltraScale+ do, the 7-series does not"),
  scanMs: z
    .number()
    .positive()
    .default(100)
    .describe("one pass of its scan over the device, at most: 4.6 ms on an A35T, 70.7 ms on a VX980T"),
  scans: z
    .number()
    .min(1)
    .default(3)
    .describe("passes that are waited for before an upset counts as not found"),
  echo: z.boolean().default(true).describe("it echoes what it is sent"),
  wireBaud: z
    .number()
    .int()
    .min(300)
    .default(9_600)
    .describe("baud rate behind a link that has none of its own (a terminal server): deadlines follow it"),
  selfCheck: z
    .string()
    .regex(/^[0-9A-F]{10,11}$/, "an address of 10 or 11 hexadecimal digits, capitals")
    .nullable()
    .default(null)
    .describe("linear address of a bit known to be critical to the design in this FPGA"),
});
export type SemSettings = z.infer<typeof semSchema>;

export const familyTitles: Readonly<Record<SemFamily, string>> = {
  x7: "7-series",
  us: "UltraScale",
  usp: "UltraScale+",
};

/** How many frames each region has that can be addressed: LFA 0 to MF − 2. */
export interface SemExtent {
  readonly slrs: number;
  readonly framesPerSlr: number;
}

export function wordCount({ slrs, framesPerSlr }: SemExtent, family: SemFamily): number {
  return slrs * framesPerSlr * wordsPerFrame[family];
}

/** Where a word of the space lies; bit 0. RangeError beyond the space. */
export function addressOfWord(family: SemFamily, extent: SemExtent, word: number): SemAddress {
  if (!(Number.isInteger(word) && word >= 0 && word < wordCount(extent, family)))
    throw new RangeError(`no word ${word} in this configuration memory`);
  const frame = Math.floor(word / wordsPerFrame[family]);
  return {
    kind: "linear",
    family,
    slr: Math.floor(frame / extent.framesPerSlr),
    frame: frame % extent.framesPerSlr,
    word: word % wordsPerFrame[family],
    bit: 0,
  };
}

/** The critical strike that the rig file names; `wrong` in words for people. */
export function selfCheckOf(
  { family, selfCheck }: SemSettings,
  extent: SemExtent,
): { readonly check: SelfCheck | null; readonly wrong: string | null } {
  if (selfCheck === null) return { check: null, wrong: null };
  const address = parseAddress(family, selfCheck);
  const within =
    address?.kind === "linear" && address.slr < extent.slrs && address.frame < extent.framesPerSlr;
  if (!within)
    return {
      check: null,
      wrong: `selfCheck ${selfCheck} is no linear address on this ${familyTitles[family]} part (${extent.slrs} × ${extent.framesPerSlr} frames): begin it with C, and count its digits`,
    };
  const frame = address.slr * extent.framesPerSlr + address.frame;
  const word = frame * wordsPerFrame[family] + address.word;
  return { check: { word, mask: (1 << address.bit) >>> 0, iteration: 0, cycle: 0 }, wrong: null };
}
