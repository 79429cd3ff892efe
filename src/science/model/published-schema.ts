import { z } from "zod";
import { modelOutcomes } from "./model.ts";
import { eccSchema } from "./model-schema.ts";

/** A published result as people enter it, beside rig and campaign files: `radrig schema published` prints it for editors. Each number as its source has it, the conversion stated. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "a name of a-z, 0-9 and -, at most 48 long");
const range = z.union([
  z.number().positive(),
  z.tuple([z.number().positive(), z.number().positive()]).describe("lowest and highest"),
]);

const beamSchema = z.strictObject({
  species: z.string().min(1),
  energyMeV: z.number().positive().nullable().default(null),
  letMeVCm2PerMg: z.number().positive().nullable().default(null),
  fluenceRelUncertainty1Sigma: z
    .number()
    .min(0)
    .lt(2)
    .default(0.3)
    .describe("30 % where the source states none (ECSS-E-ST-10-12C 5.5)"),
});

const effects = ["sefi", "sefi_self", "sefi_reset", "sefi_reload", "sefi_power", "sel", "sel_micro"] as const;

const ofSchema = z
  .strictObject({
    upset: z.string().min(1).optional().describe("events of this structure, by the bit"),
    memory: z.string().min(1).optional().describe("words that this memory's counter called what `what` says"),
    what: z.enum(["corrected", "uncorrected"]).optional(),
    outcome: z.enum(modelOutcomes).optional(),
    workload: z.string().min(1).optional().describe("left out: a mixture that the source does not name"),
    effect: z.enum(effects).optional(),
  })
  .superRefine(({ upset, memory, what, outcome, workload, effect }, context) => {
    const named = [upset, memory, outcome, effect].filter((one) => one !== undefined).length;
    const problem =
      named !== 1
        ? "say of one thing: upset, memory, outcome or effect"
        : (memory === undefined) !== (what === undefined)
          ? "memory and what go together: { memory: hbm, what: uncorrected }"
          : workload !== undefined && outcome === undefined
            ? "a workload goes with an outcome"
            : null;
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });

const resultSchema = z.strictObject({
  of: ofSchema,
  protection: z.enum(["on", "off", "unknown"]).default("unknown").describe("error-correcting codes at work"),
  beam: beamSchema.optional().describe("where it is not the file's"),
  count: z
    .union([z.number().int().min(0), z.literal("unpublished")])
    .describe(
      "events; unpublished: the value is then given a stated prior width, and never an interval of a count",
    ),
  fluencePerCm2: z.number().positive().optional(),
  doseRadSi: z.number().positive().optional(),
  radSiPerEvent: range.optional(),
  crossSectionCm2: range.optional().describe("of the device; of an upset, of a bit"),
  bits: z.number().int().min(1).optional().describe("exposed; an upset needs it"),
  priorFactor: z
    .number()
    .gt(1)
    .default(2)
    .describe(
      "count unpublished: 1 sigma of the value is a factor of this, or the published spread where that is wider",
    ),
  where: z.string().default("").describe("section, table or figure"),
});

const denominators = ["fluencePerCm2", "doseRadSi", "radSiPerEvent", "crossSectionCm2"] as const;

export const publishedSchema = z
  .strictObject({
    published: name,
    title: z.string().min(1),
    source: z.string().min(1).describe("where it can be read"),
    device: z.strictObject({ model: z.string().min(1), accelerator: z.string().min(1) }),
    beam: beamSchema.optional(),
    radSiPerFluence: z
      .number()
      .positive()
      .optional()
      .describe("dose that one particle per cm² leaves, rad(Si)·cm²"),
    structures: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          bits: z.number().int().min(1).optional(),
          ecc: eccSchema.optional(),
        }),
      )
      .default([]),
    results: z.array(resultSchema).default([]),
  })
  .superRefine((file, context) => {
    const problem = (path: readonly (string | number)[], message: string): void =>
      context.addIssue({ code: "custom", path: [...path], message });
    if (file.results.length + file.structures.length === 0)
      problem([], "nothing is entered: give results or structures");
    for (const [at, result] of file.results.entries()) {
      const here = ["results", at];
      const given = denominators.filter((key) => result[key] !== undefined);
      const beam = result.beam ?? file.beam;
      if (beam === undefined) problem(here, "no beam: give beam here or for the whole file");
      else if (beam.energyMeV === null && beam.letMeVCm2PerMg === null)
        problem(here, "the beam has neither energyMeV (protons, neutrons) nor letMeVCm2PerMg (ions)");
      if (given.length !== 1)
        problem(
          here,
          given.length === 0
            ? `a cross-section without exposure: give one of ${denominators.join(", ")}`
            : `give one of ${given.join(", ")}, not ${given.length}: they say the same`,
        );
      const [only] = given;
      if ((only === "doseRadSi" || only === "radSiPerEvent") && file.radSiPerFluence === undefined)
        problem(
          [...here, only],
          "a dose needs the file's radSiPerFluence: what dose one particle per cm² leaves, rad(Si)·cm²",
        );
      if (result.count === "unpublished" && (only === "fluencePerCm2" || only === "doseRadSi"))
        problem(
          [...here, "count"],
          "no count and no value: give radSiPerEvent or crossSectionCm2, or the count",
        );
      if (result.count === 0 && (only === "radSiPerEvent" || only === "crossSectionCm2"))
        problem(
          [...here, "count"],
          "no event gives no value but a limit: give the fluence or the dose it was not seen in",
        );
      for (const key of ["radSiPerEvent", "crossSectionCm2"] as const) {
        const value = result[key];
        if (Array.isArray(value) && value[0] > value[1])
          problem([...here, key], `lowest first: found ${value[0]} before ${value[1]}`);
      }
      if (result.of.upset !== undefined && result.bits === undefined && only !== "crossSectionCm2")
        problem(here, "an upset is by the bit: say how many bits were exposed");
    }
  });
export type PublishedFile = z.infer<typeof publishedSchema>;
