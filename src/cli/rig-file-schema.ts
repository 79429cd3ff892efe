import type { z } from "zod";
import { emulationSchema } from "../emulator/emulation-schema.ts";
import { rigSchema } from "../rig/rig-schema.ts";

/** A whole rig file. `emulation` present: this bench is made of software, and so its records say. */
export const rigFileSchema = rigSchema.extend({ emulation: emulationSchema.optional() });
export type RigFile = z.infer<typeof rigFileSchema>;
