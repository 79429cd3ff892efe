import { z } from "zod";
import { benchFaultNames } from "../domain/equipment.ts";
import type { Beam, BenchFault, Injector, Supply, Thermal } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { objectIn } from "./line-socket.ts";

/**
 *   client ─{"token","role","by","pid","record"}⏎→ guard      welcome, or closed
 *   client ─{"id","ask",…}⏎→ guard ─{"id","reply"}⏎→ client   any number of them, in any order
 *   client ←{"fault"} {"cut"}⏎─ guard                         unasked
 *
 * Both ends read totally: what is no message of this grammar is none.
 */
const short = z.string().max(200);

/** `run`: a campaign, which may take command and must beat. `operator`: a person at a terminal. */
export const helloSchema = z.strictObject({
  token: short,
  role: z.enum(["run", "operator"]),
  by: short,
  pid: z.number().int().min(1),
  /** Record folder of the run. */
  record: z.string().max(4_096).nullable(),
});
export type Hello = z.infer<typeof helloSchema>;

/** What may be done with a device, by the part of a station that it plays. */
export const deeds = {
  rail: ["arm", "on", "off", "read"],
  thermal: ["set", "off", "read"],
  injector: ["arm", "release"],
  beam: ["open", "close", "zero", "read"],
} as const satisfies {
  readonly rail: readonly VerbOf<Supply>[];
  readonly thermal: readonly VerbOf<Thermal>[];
  readonly injector: readonly VerbOf<Injector>[];
  readonly beam: readonly VerbOf<Beam>[];
};
export type Part = keyof typeof deeds;
type VerbOf<T> = {
  [K in keyof T]: T[K] extends (...args: never) => Promise<Reply<unknown>> ? K : never;
}[keyof T];

const strike = z.strictObject({
  id: z.number(),
  target: short,
  word: z.number(),
  mask: z.number(),
  iteration: z.number(),
  cycle: z.number(),
});
const manner = z.strictObject({ after: z.enum(["idle", "observe"]) });
const place = { ask: z.literal("do"), station: short };
const askSchema = z.union([
  z.strictObject({
    ...place,
    part: z.literal("rail"),
    place: z.number().int().min(0).max(99),
    verb: z.enum(deeds.rail),
    args: z.tuple([]),
  }),
  z.strictObject({
    ...place,
    part: z.literal("thermal"),
    place: z.literal(0),
    verb: z.enum(deeds.thermal),
    args: z.union([z.tuple([]), z.tuple([z.number()]), z.tuple([z.number(), z.number().nullable()])]),
  }),
  z.strictObject({
    ...place,
    part: z.literal("injector"),
    place: z.literal(0),
    verb: z.enum(deeds.injector),
    args: z.union([z.tuple([short, strike]), z.tuple([short, strike, manner])]),
  }),
  z.strictObject({
    ...place,
    part: z.literal("beam"),
    place: z.literal(0),
    verb: z.enum(deeds.beam),
    args: z.tuple([]),
  }),
  z.strictObject({ ask: z.literal("arm") }),
  z.strictObject({ ask: z.literal("beat"), diesC: z.record(short, z.number()) }),
  z.strictObject({ ask: z.literal("disarm") }),
  z.strictObject({ ask: z.literal("boxes") }),
  z.strictObject({
    ask: z.literal("power"),
    what: z.enum(["on", "off", "cycle", "status"]),
    station: short.nullable(),
  }),
  z.strictObject({ ask: z.literal("kill") }),
  z.strictObject({ ask: z.literal("check") }),
]);
export type Ask = z.infer<typeof askSchema>;
export type Deed = Extract<Ask, { readonly ask: "do" }>;

export interface Asked {
  readonly id: number;
  readonly ask: Ask;
}

export const mostAskBytes = 8_192;
export const mostAnswerBytes = 262_144;

export function parseHello(line: string): Hello | null {
  const parsed = helloSchema.safeParse(objectIn(line));
  return parsed.success ? parsed.data : null;
}

export function parseAsk(line: string): Asked | null {
  const found = objectIn(line);
  if (found === null) return null;
  const { id, ...rest } = found;
  const parsed = askSchema.safeParse(rest);
  return typeof id === "number" && Number.isSafeInteger(id) && parsed.success
    ? { id, ask: parsed.data }
    : null;
}

/** A fault on its way to another process: times of one clock mean nothing to another. */
export type ToldFault = Omit<BenchFault, "sinceNs">;

/** The guard cut the rails, and the run has lost command. */
export interface Cut {
  readonly atUtc: string;
  readonly why: string;
}

export type Told =
  | { readonly kind: "welcome"; readonly guard: unknown }
  | { readonly kind: "reply"; readonly id: number; readonly reply: Reply<unknown> }
  | { readonly kind: "fault"; readonly fault: ToldFault }
  | { readonly kind: "cut"; readonly cut: Cut };

const replySchema = z.union([
  z.strictObject({ kind: z.literal("ok"), value: z.unknown() }),
  z.strictObject({ kind: z.literal("refused"), reason: z.string() }),
  z.strictObject({ kind: z.literal("silence"), waitedMs: z.number() }),
]);
const toldSchema = z.union([
  z.strictObject({ kind: z.literal("welcome"), guard: z.unknown() }),
  z.strictObject({ kind: z.literal("reply"), id: z.number(), reply: replySchema }),
  z.strictObject({
    kind: z.literal("fault"),
    fault: z.strictObject({
      device: z.string(),
      stations: z.array(z.string()),
      what: z.enum(benchFaultNames),
      detail: z.string(),
    }),
  }),
  z.strictObject({ kind: z.literal("cut"), cut: z.strictObject({ atUtc: z.string(), why: z.string() }) }),
]);

export function parseTold(line: string): Told | null {
  const parsed = toldSchema.safeParse(objectIn(line));
  return parsed.success ? parsed.data : null;
}
