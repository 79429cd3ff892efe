import { z } from "zod";
import { emulatedInstruments } from "./instruments/all.ts";
import type { EmulatedInstrument } from "./instruments/emulated.ts";
import { beamOf } from "./beam.ts";
import { curvesMissing } from "./device.ts";
import { worldSchema } from "./world-schema.ts";

/** The `emulation` part of a rig file: a bench made of software, and so its records say. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a name of a-z, 0-9 and -, at most 32 long");

function instrumentSchema({ protocol, schema }: EmulatedInstrument) {
  return z.strictObject({
    is: z.literal(protocol),
    unplugged: z
      .array(
        z.strictObject({
          atSeconds: z.number().min(0),
          goneMs: z.number().int().default(-1).describe("-1: it stays away"),
        }),
      )
      .default([])
      .describe("its cable is pulled at this second of the world's time"),
    ...schema.shape,
  });
}

/** What has passed it: the keys of the instrument's own are checked again by the instrument. */
export interface InstrumentQuirks {
  readonly is: string;
  readonly unplugged: readonly { readonly atSeconds: number; readonly goneMs: number }[];
  readonly [key: string]: unknown;
}

const [firstInstrument, ...otherInstruments] = emulatedInstruments.map(instrumentSchema);
const quirksSchema = (
  firstInstrument === undefined
    ? z.never()
    : z.discriminatedUnion("is", [firstInstrument, ...otherInstruments])
) as z.ZodType<InstrumentQuirks>;

export const emulationSchema = worldSchema
  .extend({
    timeScale: z
      .number()
      .min(0.01)
      .max(10_000)
      .default(1)
      .describe("seconds of the world to one of the wall; virtual time ignores it"),
    folder: z
      .string()
      .default("run")
      .describe("where `radrig emulate` puts the ports' symlinks; relative to this file"),
    instruments: z
      .record(name, quirksSchema)
      .default({})
      .describe(
        "by device of this rig: what its emulated instrument is like; one not named has the defaults",
      ),
  })
  .superRefine((world, context) => {
    const beam = beamOf(world);
    const wanted =
      beam.energyMeV !== null
        ? `no cross-section against ${beam.species} energy: give it 'proton'`
        : beam.letMeVCm2PerMg !== null
          ? "no cross-section against LET: give it 'ion'"
          : "a cross-section against energy or LET needs to know the beam: say emulation.beam, and not beamFluxPerCm2PerSecond";
    for (const [board, spec] of Object.entries(world.boards))
      for (const path of curvesMissing(spec, beam)) {
        // A preset may stand on a bench that opens no beam: a campaign that opens one is told (`accelerator-checks.ts`).
        if (world.beam === undefined && path[0] === "device") continue;
        context.addIssue({ code: "custom", path: ["boards", board, ...path], message: wanted });
      }
  });
export type EmulationSpec = z.infer<typeof emulationSchema>;
