import { z } from "zod";

/** What an emulated TEC controller is, and what goes wrong with it. */
export const meComQuirks = z.strictObject({
  identification: z.string().max(20).default("TEC-1091").describe("what it says of itself, of 20 characters"),
  firmware: z.number().int().min(0).default(620),
  address: z.number().int().min(1).max(254).default(2).describe("its MeCom address"),
  echoesZero: z.boolean().default(false).describe("a query to address 0 is answered as from 0"),
  channels: z.number().int().min(1).max(4).default(2),
  acknowledgesWith: z
    .enum(["query-crc", "own-crc"])
    .default("query-crc")
    .describe("which CRC stands in an acknowledgement"),
  positiveCurrent: z.enum(["heats", "cools"]).default("cools"),
  replyMs: z.number().min(0).default(2).describe("how long it takes to reply"),
  busyShare: z.number().min(0).max(1).default(0).describe("of queries that it is too busy for"),
  error: z
    .strictObject({ atSeconds: z.number().min(0), number: z.number().int().min(1).default(107) })
    .nullable()
    .default(null)
    .describe("stops with this error, outputs off, until it is reset"),
  sensorOpen: z
    .strictObject({
      atSeconds: z.number().min(0),
      shows: z.union([z.literal("nan"), z.number()]).default("nan"),
    })
    .nullable()
    .default(null)
    .describe("the object sensor comes off, and this is read instead"),
});
export type MeComQuirks = z.infer<typeof meComQuirks>;
