import { z } from "zod";
import { fpgaFamilies } from "../domain/configuration-plan.ts";
import { beamSchema } from "./beam.ts";
import { deviceShape } from "./device-schema.ts";
import { presetNames } from "./devices/all.ts";
import { defaultGpuSizes } from "../board/accelerators/gpu/image.ts";
import { defaultGpuTiling, wrongTiling } from "../board/accelerators/gpu/tiling.ts";
import { framesNeeded } from "./fabric-layout.ts";
import { told } from "./told.ts";

/** The world of a bench made of software: its boards, their heat, the beam. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a name of a-z, 0-9 and -, at most 32 long");

export const misbehaviourSchema = z
  .strictObject({
    do: z.enum([
      "garbage-flood",
      "torn-line",
      "silent-hang",
      "reboot-mid-line",
      "hidden-reboot",
      "clock-step",
      "port-vanishes",
    ]),
    afterEvents: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe("when the board has sent this many events since the start"),
    atSeconds: z.number().min(0).optional().describe("at this second of the world's time"),
    bytes: z.number().int().min(1).default(100_000).describe("garbage-flood: how much"),
    stepMs: z.number().int().default(-3_600_000).describe("clock-step: how far the board's uptime jumps"),
    goneMs: z
      .number()
      .int()
      .default(1_500)
      .describe("port-vanishes, silent-hang: for how long (a hang without end: -1)"),
    newName: name.optional().describe("port-vanishes: name of the port it comes back under"),
  })
  .refine((fault) => (fault.afterEvents === undefined) !== (fault.atSeconds === undefined), {
    message: "say when: either afterEvents or atSeconds",
  });
export type Misbehaviour = z.infer<typeof misbehaviourSchema>;

/** The configuration memory of the board's FPGA: a SEM controller in it strikes and repairs it, the fabric is made of it. */
const configurationSchema = z.strictObject({
  family: z.enum(fpgaFamilies).default("x7").describe("7-series, UltraScale or UltraScale+"),
  frames: z
    .number()
    .int()
    .min(1)
    .max(2 ** 18 - 1)
    .default(5_424)
    .describe("frames that can be addressed (`MF` in a status report is one more)"),
  maskedFrames: z
    .array(z.number().int().min(0))
    .default([])
    .describe("frames that take an injection and do not change"),
  design: z
    .number()
    .int()
    .min(0)
    .default(1)
    .describe("which placement and routing of the soft accelerator: another number, other bits"),
});
export type ConfigurationSpec = z.infer<typeof configurationSchema>;

const railSpecSchema = z.strictObject({
  share: z.number().min(0).max(1).default(1).describe("of the board's watts that this rail carries"),
  milliV: z.number().int().min(1).describe("what the board is made for"),
  brownOutShare: z.number().min(0).max(1).default(0.8).describe("of it: below, the board is reset"),
  absoluteMilliA: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("what the board stands: how long it drew more is told in the truth"),
});
export type RailSpec = z.infer<typeof railSpecSchema>;

const loadEventSchema = z
  .strictObject({
    do: z
      .enum(["latch-up", "micro-latch-up", "load-step", "current-step"])
      .describe(
        "latch-up, micro-latch-up: until its rail is without power for 500 ms; load-step: of the board's own; current-step: no power cycle ends it",
      ),
    rail: name.optional().describe("the first one where not given"),
    atSeconds: z.number().min(0).optional().describe("at this second of the world's time"),
    everySeconds: z.number().positive().optional().describe("and again after so long; alone: at first too"),
    times: z.number().int().min(1).default(1),
    milliA: z.number().int().min(1),
    forSeconds: z.number().positive().optional().describe("load-step, current-step: ends after so long"),
    board: z
      .enum(["goes-on", "hangs"])
      .default("goes-on")
      .describe("a latched board may work on, or fall silent until it has no power"),
  })
  .refine((event) => event.atSeconds !== undefined || event.everySeconds !== undefined, {
    message: "say when: atSeconds, everySeconds or both",
  })
  .refine((event) => event.times === 1 || event.everySeconds !== undefined, {
    message: "more than once needs everySeconds",
  });
export type LoadEvent = z.infer<typeof loadEventSchema>;

const tile = z.number().int().min(1).max(256).optional();

/** What a `gpu` is built of; sizes and tiles as docs/gpu.md has them where not given. */
const gpuSchema = z
  .strictObject({
    sms: z.number().int().min(1).max(16).optional().describe("streaming multiprocessors"),
    warps: z.number().int().min(4).max(32).optional().describe("resident warps an SM"),
    registers: z.number().int().min(32).max(255).optional().describe("of a warp, 32 lanes each"),
    sharedWords: z.number().int().min(256).max(65_536).optional().describe("of shared memory an SM"),
    l1Lines: z.number().int().min(4).max(4_096).multipleOf(4).optional().describe("of 32 words, an SM"),
    l2Lines: z.number().int().min(4).max(16_384).multipleOf(4).optional().describe("of 32 words"),
    tiling: z
      .strictObject({
        blockRows: tile,
        blockColumns: tile,
        threadRows: tile,
        threadColumns: tile,
        depth: tile,
        warpRows: tile,
        warpColumns: tile,
        depthWords: tile,
      })
      .prefault({})
      .describe("how matmul is cut up: powers of two"),
  })
  .describe("of a gpu");

const boardSchema = z.strictObject({
  accelerator: z
    .enum(["cpu", "soft", "tpu", "gpu"])
    .describe(
      "soft: an int8 array in the FPGA, struck through its configuration; tpu: a systolic array with its memories (docs/tpu.md); gpu: multiprocessors with caches and HBM (docs/gpu.md)",
    ),
  format: z
    .enum(["f32", "i8"])
    .optional()
    .describe("of a cpu or soft board's workloads; those of others have theirs in their names"),
  ecc: z.enum(["on", "off"]).default("on").describe("whether memories of a tpu or gpu are protected"),
  scrubCycles: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("device cycles between two passes of the scrubber over protected memories; 0: there is none"),
  array: z
    .strictObject({
      rows: z.number().int().min(4).max(256).default(16),
      columns: z.number().int().min(4).max(256).default(16),
    })
    .prefault({})
    .describe("of a tpu"),
  gpu: gpuSchema.prefault({}),
  clockKHz: z.number().int().min(1).default(100_000),
  bootMs: z.number().int().min(0).default(300),
  crossSectionPerBitCm2: z
    .record(z.string(), z.number().min(0))
    .default({})
    .describe("per structure, at 25 °C"),
  temperatureCoefficientPerC: z
    .number()
    .min(-0.1)
    .max(0.1)
    .default(0)
    .describe("d ln σ/dT: σ(T) = σ(25 °C)·exp(coefficient·(T − 25 °C)), T of the die"),
  device: z
    .enum(presetNames)
    .optional()
    .describe("a preset of what radiation does to it; the keys below override it"),
  ...deviceShape,
  thermalResistanceCPerW: z.number().min(0).default(5),
  dieTimeConstantSeconds: z.number().min(0.001).default(0.5).describe("of the die towards the block"),
  leakageWattsPerC: z
    .number()
    .min(0)
    .default(0.004)
    .describe("more power for each °C of the die above 25 °C, less below, while its rails are on"),
  slowAboveC: z.number().default(95).describe("the die is slowed by software: three quarters of the clock"),
  haltAboveC: z.number().default(105).describe("the die is slowed by hardware: half of the clock"),
  railMilliV: z.number().int().min(1).default(5_000),
  busyWatts: z.number().min(0).default(4),
  idleWatts: z.number().min(0).default(1),
  rails: z
    .record(name, railSpecSchema)
    .default({})
    .describe("by name of the rail at its station; without them one rail carries all"),
  events: z.array(loadEventSchema).default([]).describe("what befalls its rails"),
  misbehave: z.array(misbehaviourSchema).default([]),
  configuration: configurationSchema.prefault({}),
});

/** Nothing gives power back, at the coldest a world can be. */
const coldestC = -60;

/** What hangs on several keys is asked where each of them is right by itself: nothing is told twice. */
const whereSound =
  (...keys: readonly string[]) =>
  ({ issues }: { readonly issues: readonly { readonly path?: readonly PropertyKey[] | undefined }[] }) =>
    issues.every(({ path: [key] = [] }) => key !== undefined && !keys.includes(String(key)));

const emulatedBoardSchema = boardSchema
  .refine((board) => board.thermalResistanceCPerW * board.leakageWattsPerC < 0.9, {
    path: ["leakageWattsPerC"],
    when: whereSound("thermalResistanceCPerW", "leakageWattsPerC"),
    message:
      "thermalResistanceCPerW × leakageWattsPerC is 0.9 or more: the die would run away; give less of one",
  })
  .refine((board) => board.leakageWattsPerC * (25 - coldestC) <= board.idleWatts, {
    path: ["leakageWattsPerC"],
    when: whereSound("leakageWattsPerC", "idleWatts"),
    message: `at ${coldestC} °C the board would give power back: leakageWattsPerC × ${25 - coldestC} °C is at most idleWatts`,
  })
  .refine((board) => board.format !== undefined || !["cpu", "soft"].includes(board.accelerator), {
    path: ["format"],
    message: "say which workloads the board has: format: f32 or format: i8",
  })
  .refine((board) => board.accelerator !== "soft" || (board.format ?? "i8") === "i8", {
    path: ["format"],
    message: "a soft accelerator computes in int8: say format: i8",
  })
  .superRefine(
    ({ accelerator, gpu: { tiling, ...sizes } }, context) => {
      const wrong =
        accelerator === "gpu"
          ? wrongTiling({ ...defaultGpuTiling, ...told(tiling) }, { ...defaultGpuSizes, ...told(sizes) })
          : null;
      if (wrong !== null) context.addIssue({ code: "custom", path: ["gpu", "tiling"], message: wrong });
    },
    { when: whereSound("accelerator", "gpu") },
  )
  .superRefine(
    ({ accelerator, configuration: { family, frames } }, context) => {
      const needed = framesNeeded(family);
      if (accelerator === "soft" && frames < needed)
        context.addIssue({
          code: "custom",
          path: ["configuration", "frames"],
          message: `the soft accelerator needs ${needed} frames of a '${family}', found ${frames}`,
        });
    },
    { when: whereSound("accelerator", "configuration") },
  );
export type EmulatedBoardSpec = z.infer<typeof emulatedBoardSchema>;

export const worldSchema = z.strictObject({
  ambientC: z.number().min(-60).max(125).default(25),
  heaterRateCPerSecond: z.number().positive().default(5),
  beam: beamSchema.optional().describe("as it really is, whatever a plan says of it"),
  beamFluxPerCm2PerSecond: z
    .number()
    .min(0)
    .max(1e13)
    .default(1e6)
    .describe("of a beam that nothing else is told of; `beam` has its own"),
  boards: z.record(name, emulatedBoardSchema),
});
export type WorldSpec = z.infer<typeof worldSchema>;
