import { z } from "zod";
import { arithmeticOperations, faultModelNamed, floatFormats, nameOfMix } from "../domain/fault-model.ts";
import type { Fault, FaultModel } from "../domain/fault-model.ts";
import { mostStruckWords } from "../domain/unfit-fault.ts";

/**
 * A fault model as people write it: a name, a map with settings, or a mixture of these by weight (docs/fault-models.md).
 *
 *   single-bit     { model: warp-periodic, axis: lane }     { mix: [{ model: single-bit, weight: 2 }, { model: nan, weight: 1 }] }
 */
const named = z.enum([
  "single-bit",
  "adjacent-2",
  "adjacent-3",
  "adjacent-4",
  "random-2",
  "random-3",
  "random-4",
  "byte-periodic",
  "stuck-at-0",
  "stuck-at-1",
  "random-value",
  "zero",
  "ones",
  "nan",
  "inf",
]);

const withSettings = z.enum([
  ...named.options,
  "adjacent",
  "random",
  "multiplicity",
  "word-periodic",
  "warp-periodic",
  "arithmetic",
]);

const settings = {
  bits: z.number().int().min(2).max(32).optional().describe("of adjacent and random: how many"),
  weights: z
    .array(z.number().min(0))
    .min(1)
    .max(32)
    .refine((list) => list.some((weight) => weight > 0), "give at least one weight above 0")
    .optional()
    .describe("of multiplicity: weights of 1, 2, 3 … adjacent bits"),
  every: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .describe("of word-periodic: words from one to the next"),
  axis: z.string().optional().describe("of warp-periodic: axis of the target; lane without it"),
  words: z
    .number()
    .int()
    .min(2)
    .max(mostStruckWords)
    .optional()
    .describe("of word-periodic (8 without it) and warp-periodic (all of the axis without it)"),
  format: z.enum(floatFormats).optional().describe("of nan and inf: how the target's words hold floats"),
  operation: z
    .enum(arithmeticOperations)
    .optional()
    .describe("of arithmetic: micro-instruction that was measured"),
  anyTarget: z
    .boolean()
    .optional()
    .describe("of arithmetic: also on targets that are no outputs of its units"),
};
const label = z.string().min(1).max(60).optional();

type Kind = z.infer<typeof withSettings>;
type Setting = keyof typeof settings;

/** Settings that a kind must have, and those it may have. */
const settingsOf: Partial<
  Record<Kind, { readonly must: readonly Setting[]; readonly may: readonly Setting[] }>
> = {
  adjacent: { must: ["bits"], may: [] },
  random: { must: ["bits"], may: [] },
  multiplicity: { must: ["weights"], may: [] },
  "word-periodic": { must: ["every"], may: ["words"] },
  "warp-periodic": { must: [], may: ["axis", "words"] },
  nan: { must: [], may: ["format"] },
  inf: { must: [], may: ["format"] },
  arithmetic: { must: ["operation"], may: ["anyTarget"] },
};

function misfits(kind: Kind, given: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const { must, may } = settingsOf[kind] ?? { must: [], may: [] };
  const say = (key: Setting, message: string): void =>
    context.addIssue({ code: "custom", path: given[key] === undefined ? ["model"] : [key], message });
  for (const key of must) if (given[key] === undefined) say(key, `fault model '${kind}' needs '${key}'`);
  for (const key of Object.keys(settings) as Setting[])
    if (given[key] !== undefined && !must.includes(key) && !may.includes(key))
      say(key, `'${key}' is no setting of fault model '${kind}': leave it out`);
}

const entry = z
  .strictObject({
    model: withSettings,
    weight: z.number().positive().describe("its share is this over the sum of all"),
    name: label.describe("what records call it"),
    ...settings,
  })
  .superRefine((given, context) => misfits(given.model, given, context));

const map = z
  .strictObject({
    model: withSettings.optional(),
    ...settings,
    mix: z.array(entry).min(1).max(32).optional().describe("several models by weight"),
    name: label.describe("what tables call it; what it is made of without it"),
  })
  .superRefine((given, context) => {
    if (given.model !== undefined && given.mix === undefined) misfits(given.model, given, context);
    else if (given.model !== undefined || given.mix === undefined)
      context.addIssue({
        code: "custom",
        message: "a fault model is one 'model' with its settings, or a 'mix' of several",
      });
    else
      for (const key of Object.keys(settings) as Setting[])
        if (given[key] !== undefined)
          context.addIssue({ code: "custom", path: [key], message: `'${key}' belongs to one of the mix` });
  });

export const faultModelSchema = z.union([named, map]);
type Written = z.infer<typeof faultModelSchema>;
type One = Omit<z.infer<typeof entry>, "weight" | "name">;

/** The model that a plan stands for, all of it written out. */
export function faultModelOf(written: Written): FaultModel {
  if (typeof written === "string") return faultModelNamed(written);
  const { model, mix: several, name } = written;
  const entries = several ?? [{ ...written, model: model!, weight: 1, name: undefined }];
  const mix = entries.map((one) => ({
    name: one.name ?? nameOf(one),
    weight: one.weight,
    fault: faultOf(one),
  }));
  return { name: name ?? (mix.length === 1 ? mix[0]!.name : nameOfMix(mix)), mix };
}

const usualWords = 8;
const usualAxis = "lane";

function faultOf(one: One): Fault {
  const kind: string = one.model;
  switch (kind) {
    case "adjacent":
      return { kind: "adjacent", bits: one.bits! };
    case "random":
      return { kind: "random-bits", bits: one.bits! };
    case "multiplicity":
      return { kind: "multiplicity", weights: one.weights! };
    case "word-periodic":
      return { kind: "word-periodic", every: one.every!, words: one.words ?? usualWords };
    case "warp-periodic":
      return { kind: "axis-periodic", axis: one.axis ?? usualAxis, words: one.words ?? null };
    case "arithmetic":
      return { kind: "arithmetic", operation: one.operation!, anyTarget: one.anyTarget ?? false };
    case "nan":
    case "inf":
      return { kind: "not-finite", value: kind, format: one.format ?? null };
    default:
      return faultModelNamed(one.model).mix[0]!.fault;
  }
}

/** Two models with different settings are never called alike: tables pool by name. */
function nameOf(one: One): string {
  const kind: string = one.model;
  switch (kind) {
    case "adjacent":
    case "random":
      return `${one.model}-${one.bits!}`;
    case "multiplicity":
      return `multiplicity ${one.weights!.join(":")}`;
    case "word-periodic":
      return `word-periodic ${one.words ?? usualWords} every ${one.every!}`;
    case "warp-periodic":
      return `${one.axis ?? usualAxis}-periodic${one.words === undefined ? "" : ` ${one.words}`}`;
    case "arithmetic":
      // What it was measured on must stay with it: no strike of it is an upset of a memory cell.
      return `arithmetic ${one.operation!} (measured)`;
    default:
      return one.format === undefined ? one.model : `${one.model} ${one.format}`;
  }
}
