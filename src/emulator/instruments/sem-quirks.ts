import { z } from "zod";

/** How one emulated SEM controller was built, what the guides leave open, and what is wrong with it. */
const percent = z.number().min(0).max(100).default(0);

export const semQuirks = z.strictObject({
  mode: z
    .enum(["mitigation-testing", "mitigation", "detect-testing", "detect", "emulation", "monitoring"])
    .default("mitigation-testing")
    .describe("how the controller was built (PG187 Mode); a 7-series controller knows the first two"),
  injection: z.boolean().default(true).describe("false: built without error injection, whatever the mode"),
  classification: z.boolean().default(false).describe("false: every error counts as essential"),
  correction: z.enum(["repair", "enhanced", "replace", "off"]).default("repair"),
  correctableBits: z
    .number()
    .int()
    .min(1)
    .max(4)
    .default(4)
    .describe("in one frame, UltraScale and UltraScale+"),
  afterUncorrectable: z.enum(["idle", "observation"]).default("idle").describe("7-series; second-hand"),
  slrs: z.number().int().min(1).max(4).default(1).describe("super logic regions that share the frames"),
  scanMs: z.number().positive().default(20).describe("one pass over the device"),
  featureSet: z.number().int().min(0).max(255).default(0x0e),
  debugCommands: z
    .boolean()
    .default(false)
    .describe("7-series: it knows Q, P and T, which its guide does not name"),
  idcode: z.number().int().min(0).max(0xffffffff).default(0x04b37093),
  baud: z.number().int().min(300).max(12_000_000).optional().describe("without it the link's, or 115200"),
  echo: z.boolean().default(true),
  leavesPromptLine: z
    .boolean()
    .default(true)
    .describe("a CR stands between the prompt and an unasked report"),
  diagnosticPrompt: z.boolean().default(true).describe("`U> ` stands during a diagnostic scan"),
  startsUp: z.boolean().default(false).describe("it initializes when the bench begins, not before"),
  icapGrant: z
    .boolean()
    .default(true)
    .describe("false: the configuration port is not granted, and nothing is said"),
  stuckAfter: z.enum(["ICAP OK", "RDBK OK"]).optional().describe("initialization goes no further"),
  haltsAtSeconds: z.number().min(0).optional().describe("a fatal error of its own"),
  haltsAfterCommands: z.number().int().min(0).optional(),
  haltSaysState: z.boolean().default(true).describe("the fatal state code comes before `HLT`"),
  garbagePercent: percent.describe("of a hundred blocks sent, so many have a wrong byte"),
  lostCrPercent: percent.describe("of a hundred blocks sent, so many have lost a line end"),
  auxiliaryAtSeconds: z
    .array(
      z.strictObject({
        seconds: z.number().min(0),
        correctable: z.boolean().default(true),
        essential: z.boolean().default(true),
      }),
    )
    .default([])
    .describe("UltraScale: errors told to it over its auxiliary interface, while it observes"),
  bufferFailsAtSeconds: z
    .number()
    .min(0)
    .optional()
    .describe("7-series under enhanced repair: its own checksums cannot be corrected (`BFR`)"),
  seusPerSecond: z.number().min(0).default(0).describe("bits that flip by themselves, in the whole device"),
});
export type SemQuirks = z.infer<typeof semQuirks>;
