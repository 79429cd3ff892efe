import { z } from "zod";
import { refreshPolicies } from "../domain/capabilities.ts";
import { configurationPlan, configurationSchema } from "./configuration-schema.ts";
import { latchUpSchema } from "./latch-up-schema.ts";
import { mostElements, refreshAfters } from "../domain/plan.ts";
import type { Plan } from "../domain/plan.ts";
import { faultModelOf, faultModelSchema } from "./fault-model-schema.ts";
import { quickSoak } from "../domain/thermal-steps.ts";
import type { ThermalStep } from "../domain/thermal-steps.ts";
import { profileSchema } from "./thermal/steps-schema.ts";

/** A campaign file, as people write it; `toPlan` writes the defaults out. `radrig schema campaign` prints it for editors. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a name of a-z, 0-9 and -, at most 32 long");
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1)]);

const rungSchema = z.strictObject({
  do: z.enum(["retry", "reset", "reload", "power-cycle"]),
  tries: z.number().int().min(1).max(100).default(1),
  timeoutMs: z.number().int().min(10).default(3_000),
  offMs: z
    .number()
    .int()
    .min(4_000, "rails rest at least 4000 ms: a shorter rest is dangerous")
    .default(4_000),
});

const stopSchema = z
  .strictObject({
    strikes: z.number().int().min(1).optional(),
    events: z.number().int().min(1).optional(),
    fluencePerCm2: z.number().positive().optional(),
    doseRadSi: z
      .number()
      .positive()
      .optional()
      .describe("all that the part has taken, earlier runs and the rig file's priorDoseRadSi included"),
    seconds: z.number().positive().optional(),
    intervalWidth: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe("full width of the nominal 95 % interval on the SDC vulnerability, from 10 events on"),
  })
  .refine((stop) => Object.keys(stop).length > 0, {
    message: "give at least one rule: strikes, events, fluencePerCm2, doseRadSi, seconds or intervalWidth",
  });

/** A run must be able to end: which rules can end it depends on what it counts. */
function canEnd(kind: string, ...rules: readonly (keyof z.infer<typeof stopSchema>)[]) {
  return stopSchema.refine((stop) => rules.some((rule) => stop[rule] !== undefined), {
    message: `a block of kind ${kind} ends by ${rules.join(" or ")}: give one of them`,
  });
}

/** As many as one struck operand of the small workloads can spoil. */
const elementsReported = 16;

const common = {
  dut: oneOrMore(name),
  workload: oneOrMore(name),
  temperatureC: oneOrMore(z.number().min(-60).max(150))
    .optional()
    .describe("short for a ramp, a quick soak and the runs at each of these temperatures"),
  thermal: z
    .union([name, profileSchema])
    .optional()
    .describe("thermal steps with the runs among them, or the name of one of the profiles"),
  refresh: z.enum(refreshPolicies).default("full"),
  refreshEvery: z
    .number()
    .int()
    .min(1)
    .max(2 ** 32 - 1)
    .default(1)
    .describe("iterations from one to the next"),
  elements: z
    .number()
    .int()
    .min(0)
    .max(mostElements)
    .default(elementsReported)
    .describe("wrong output elements that are reported of an iteration, at most"),
  goldenEvery: z.number().int().min(1).default(50).describe("strikes or events between two golden re-checks"),
};

const injectionSchema = z.strictObject({
  kind: z.literal("injection"),
  ...common,
  semAfter: z
    .enum(["idle", "observe"])
    .default("idle")
    .describe("what a SEM controller does once a bit is flipped: wait, or scan on and repair it"),
  semObserveMs: z
    .number()
    .min(0)
    .max(10_000)
    .default(25)
    .describe(
      "semAfter observe: the iteration begins within this time after the flip, drawn evenly; give one scan",
    ),
  configuration: configurationSchema
    .optional()
    .describe("which bits of configuration memory are struck; all of them without it"),
  target: oneOrMore(name),
  stop: canEnd("injection", "strikes", "events", "seconds", "intervalWidth"),
  faultModel: oneOrMore(faultModelSchema).default(["single-bit"]),
});

const description = z.strictObject({
  species: z.string(),
  energyMeV: z.number().positive().nullable().default(null),
  letMeVCm2PerMg: z.number().positive().nullable().default(null),
  tiltDeg: z.number().min(0).max(89).default(0),
  fluenceRelUncertainty1Sigma: z
    .number()
    .min(0)
    .max(2)
    .default(0.3)
    .describe("30 % where nobody states one (ECSS-E-ST-10-12C 5.5); a counter that states its own wins"),
  fluenceSource: z.string().default("beam counter"),
  doseRadSiPerFluence: z.number().positive().nullable().default(null).describe("rad(Si)·cm²"),
  doseOnsetRadSi: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      "rad(Si) from which the part wears out (HBM: 2000): runs of a part that has taken more are flagged",
    ),
  expectedCrossSectionCm2: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("of the whole device, cm²: tells before the first event how many to expect in an iteration"),
});

/** A dose rule counts nothing where nobody says what dose a particle leaves. */
const countsDose = (block: {
  readonly stop: { readonly doseRadSi?: number | undefined };
  readonly beam: { readonly doseRadSiPerFluence: number | null };
}): boolean => block.stop.doseRadSi === undefined || block.beam.doseRadSiPerFluence !== null;
const doseProblem = {
  message:
    "stop.doseRadSi needs beam.doseRadSiPerFluence: say what dose one particle per cm² leaves, rad(Si)·cm²",
  path: ["stop", "doseRadSi"],
};

const refreshAfter = z
  .enum(refreshAfters)
  .default("every")
  .describe(
    "every: the board restores every refreshEvery iterations; error: it stops at an error, and the host restores",
  );

/** After an error something must be restored, or the run would end at every iteration that shows it again. */
const restoresSomething = (block: { readonly refreshAfter: string; readonly refresh: string }): boolean =>
  block.refreshAfter !== "error" || block.refresh !== "none";
const restoreProblem = {
  message: "refreshAfter: error restores what refresh names: give refresh: full, weights or inputs",
  path: ["refresh"],
};

const beamSchema = z
  .strictObject({
    kind: z.literal("beam"),
    ...common,
    refreshAfter,
    stop: canEnd("beam", "events", "fluencePerCm2", "doseRadSi", "seconds"),
    beam: description,
  })
  .refine(countsDose, doseProblem)
  .refine(restoresSomething, restoreProblem);

/** A control run in the beam: the board is powered and loaded, and does not run. */
const idleSchema = z
  .strictObject({
    kind: z.literal("beam_on_dut_idle"),
    ...common,
    stop: canEnd("beam_on_dut_idle", "fluencePerCm2", "doseRadSi", "seconds"),
    beam: description,
  })
  .refine(countsDose, doseProblem);

/** A control run: the board works as it would in the beam, and the shutter stays closed. */
const beamOffSchema = z.strictObject({
  kind: z.literal("beam_off"),
  ...common,
  stop: canEnd("beam_off", "seconds"),
});

const fileSchema = z.strictObject({
  campaign: name,
  title: z.string().default(""),
  rig: z.string().optional().describe("rig file, relative to this one; --rig overrides it"),
  seed: z.number().int().min(0).max(4294967295).default(1),
  ladder: z
    .array(rungSchema)
    .min(1)
    .default([
      { do: "retry", tries: 1, timeoutMs: 1_000, offMs: 4_000 },
      { do: "reset", tries: 2, timeoutMs: 3_000, offMs: 4_000 },
      { do: "reload", tries: 1, timeoutMs: 3_000, offMs: 4_000 },
      { do: "power-cycle", tries: 2, timeoutMs: 6_000, offMs: 4_000 },
    ]),
  latchUp: latchUpSchema,
  profiles: z.record(name, profileSchema).default({}).describe("thermal profiles that blocks name"),
  blocks: z
    .array(z.discriminatedUnion("kind", [injectionSchema, beamSchema, beamOffSchema, idleSchema]))
    .min(1),
});
/** A block has one word on temperature and one on refreshing, and the profile it names is there. */
export const campaignSchema = fileSchema.superRefine(({ profiles, blocks }, context) => {
  for (const [index, block] of blocks.entries()) {
    const atError = block.kind === "beam" && block.refreshAfter === "error";
    if (block.refreshEvery > 1 && (block.refresh === "none" || atError))
      context.addIssue({
        code: "custom",
        path: ["blocks", index, "refreshEvery"],
        message: `refreshEvery says how often the board restores, and by ${atError ? "refreshAfter: error" : "refresh: none"} it never does: leave one of them out`,
      });
  }
  for (const [index, { thermal, temperatureC }] of blocks.entries()) {
    const path = ["blocks", index, "thermal"];
    if (thermal === undefined) continue;
    if (temperatureC !== undefined)
      context.addIssue({
        code: "custom",
        path,
        message: "temperatureC is short for thermal steps of its own: give one of the two",
      });
    if (typeof thermal === "string" && !Object.hasOwn(profiles, thermal))
      context.addIssue({
        code: "custom",
        path,
        message: `no profile '${thermal}' under profiles (there: ${Object.keys(profiles).join(", ") || "none"})`,
      });
  }
});
export type CampaignFile = z.infer<typeof campaignSchema>;

/**
 * The plan a checked campaign file stands for; `seed` overrides the file's. `checksums`: SHA-256 of each essential-bits file that it
 * names; RangeError where one is missing.
 */
export function toPlan(
  file: CampaignFile,
  seed: number = file.seed,
  checksums: ReadonlyMap<string, string> = new Map(),
): Plan {
  return {
    campaign: file.campaign,
    title: file.title,
    seed,
    ladder: file.ladder,
    latchUp: file.latchUp,
    blocks: file.blocks.map((block) => ({
      kind: block.kind,
      duts: block.dut,
      workloads: block.workload,
      targets: block.kind === "injection" ? block.target : [],
      faultModels: block.kind === "injection" ? block.faultModel.map(faultModelOf) : [],
      semAfter: block.kind === "injection" ? block.semAfter : "idle",
      semObserveMs: block.kind === "injection" && block.semAfter === "observe" ? block.semObserveMs : 0,
      configuration:
        block.kind === "injection" && block.configuration !== undefined
          ? configurationPlan(block.configuration, checksums)
          : null,
      thermal: thermalSteps(block, file),
      refresh: block.refresh,
      refreshEvery: block.refreshEvery,
      refreshAfter: block.kind === "beam" ? block.refreshAfter : "every",
      elements: block.elements,
      goldenEvery: block.goldenEvery,
      beam: "beam" in block ? block.beam : null,
      stop: {
        strikes: block.stop.strikes ?? null,
        events: block.stop.events ?? null,
        fluencePerCm2: block.stop.fluencePerCm2 ?? null,
        doseRadSi: block.stop.doseRadSi ?? null,
        seconds: block.stop.seconds ?? null,
        intervalWidth: block.stop.intervalWidth ?? null,
      },
    })),
  };
}

/** The steps a block goes through, `temperatureC` and names of profiles written out. */
export function thermalSteps(
  { thermal, temperatureC }: Pick<CampaignFile["blocks"][number], "thermal" | "temperatureC">,
  { profiles }: Pick<CampaignFile, "profiles">,
): readonly ThermalStep[] {
  if (typeof thermal === "string") return profiles[thermal] ?? [];
  if (thermal !== undefined) return thermal;
  if (temperatureC === undefined) return [{ kind: "run" }];
  return temperatureC.flatMap((toC): ThermalStep[] => [
    { kind: "ramp", toC, rateCPerMin: null },
    quickSoak,
    { kind: "run" },
  ]);
}
