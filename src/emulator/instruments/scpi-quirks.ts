import { z } from "zod";

/** What units of these families differ in. Recalled: the trip delay, that a tripped E36xx still answers OUTP? with 1. */
export const scpiQuirks = z.object({
  identity: z
    .string()
    .optional()
    .describe("four fields; a DP832 or an E3632A unless given, with the device's serial number"),
  alarms: z.enum(["YES-NO", "1-0"]).default("YES-NO").describe("how a Rigol answers QUES?"),
  switches: z.enum(["ON-OFF", "1-0"]).default("ON-OFF").describe("how a Rigol answers OUTP?"),
  signedErrors: z
    .boolean()
    .optional()
    .describe('`+0,"No error"`: yes of a Keysight, no of a Rigol unless given'),
  measureDigits: z.number().int().min(1).max(6).default(4),
  needsRemote: z.boolean().default(true).describe("a Keysight takes no setting before SYST:REM"),
  tripKeepsOutputOn: z.boolean().default(true).describe("OUTP? of a Keysight says 1 during a trip"),
  tripDelayMs: z.number().min(0).max(10_000).default(20),
  replyMs: z.number().min(0).max(10_000).default(5),
  mute: z.number().min(0).max(1).default(0).describe("share of answers that never come"),
  crlf: z.boolean().default(false).describe("answers end with CR LF"),
  output: z.boolean().default(true).describe("on when the bench starts, as somebody left it"),
});
export type ScpiQuirks = z.infer<typeof scpiQuirks>;

/** As the device itself is; alike to what the rig file says of it, unless that is wrong. */
export const scpiModel = z.object({
  dialect: z.enum(["rigol-dp800", "keysight-e36xx"]).default("rigol-dp800"),
  channels: z.number().optional(),
  mostMilliV: z.number().optional(),
  mostMilliA: z.number().optional(),
});
export type ScpiModel = z.infer<typeof scpiModel>;
