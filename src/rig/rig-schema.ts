import { z } from "zod";

/**
 * A rig file: one bench as data. `radrig check FILE` holds a file against it, `radrig schema rig` prints it for editors.
 * Every length of time and every limit carries its unit in its key.
 */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a name of a-z, 0-9 and -, at most 32 long");

const serialPort = z
  .strictObject({
    usbSerial: z.string().optional().describe("USB serial number: the most stable identity"),
    byPath: z.string().optional().describe("the physical socket, as in /dev/serial/by-path"),
    vidPid: z
      .string()
      .regex(/^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$/)
      .optional(),
    path: z.string().optional().describe("a device file; it may be another device after a re-plug"),
    baud: z.number().int().min(300).max(12_000_000).default(115_200),
  })
  .refine((port) => port.usbSerial ?? port.byPath ?? port.vidPid ?? port.path, {
    message: "name the port by usbSerial, byPath, vidPid or path",
  });

export const linkSchema = z.union([
  z.strictObject({ serial: serialPort }),
  z.strictObject({
    pty: z.string().describe("a pseudo-terminal, or a symlink to one; relative to this file"),
  }),
  z.strictObject({
    tcp: z.string().regex(/^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^:/]+):\d{1,5}$/, "tcp://host:port"),
  }),
  z.strictObject({
    command: z.array(z.string()).min(1).describe("a child process that speaks on its standard streams"),
  }),
  z.strictObject({ memory: name.describe("an emulated device inside this process") }),
  z.strictObject({ replay: z.string().describe("a raw capture of an earlier run") }),
]);
export type LinkSpec = z.infer<typeof linkSchema>;

const stationSchema = z.strictObject({
  serial: z.string().describe("serial number the board must answer with: a swapped board is refused"),
  link: linkSchema,
  heartbeatMs: z.number().int().min(10).max(60_000).default(500).describe("asked of the board"),
  silenceMs: z.number().int().min(50).default(2_000).describe("no line for this long is silence"),
  leaseMs: z
    .number()
    .int()
    .min(100)
    .default(10_000)
    .describe("the board stops by itself when the host is silent this long"),
  answerMs: z.number().int().min(10).default(2_000).describe("deadline for an answer"),
  injector: z.strictObject({ device: name, targets: z.array(z.string()).min(1) }).optional(),
  thermal: name.optional(),
  supply: name.optional(),
  beam: name.optional(),
});

const deviceSchema = z.strictObject({
  protocol: z.literal("radrig").describe("a bench box that speaks the firmware protocol"),
  serial: z.string(),
  link: linkSchema,
  answerMs: z.number().int().min(10).default(2_000),
});

export const misbehaviourSchema = z.strictObject({
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
  newName: z.string().optional().describe("port-vanishes: name of the port it comes back under"),
});
export type Misbehaviour = z.infer<typeof misbehaviourSchema>;

const emulatedBoardSchema = z.strictObject({
  accelerator: z.literal("cpu"),
  format: z.enum(["f32", "i8"]),
  clockKHz: z.number().int().min(1).default(100_000),
  bootMs: z.number().int().min(0).default(300),
  crossSectionPerBitCm2: z
    .record(z.string(), z.number().min(0))
    .default({})
    .describe("per structure, at 25 °C"),
  temperatureCoefficientPerC: z.number().default(0).describe("relative change of the cross-section per °C"),
  thermalResistanceCPerW: z.number().min(0).default(5),
  busyWatts: z.number().min(0).default(4),
  idleWatts: z.number().min(0).default(1),
  misbehave: z.array(misbehaviourSchema).default([]),
});
export type EmulatedBoardSpec = z.infer<typeof emulatedBoardSchema>;

export const emulationSchema = z.strictObject({
  timeScale: z
    .number()
    .min(0.01)
    .max(10_000)
    .default(1)
    .describe("seconds of the world to one of the wall; virtual time ignores it"),
  ambientC: z.number().min(-60).max(125).default(25),
  heaterRateCPerSecond: z.number().positive().default(5),
  beamFluxPerCm2PerSecond: z.number().min(0).default(1e6),
  folder: z
    .string()
    .default("run")
    .describe("where `radrig emulate` puts the ports' symlinks; relative to this file"),
  boards: z.record(name, emulatedBoardSchema),
});
export type EmulationSpec = z.infer<typeof emulationSchema>;

export const rigSchema = z.strictObject({
  rig: name,
  title: z.string().default(""),
  captureQuotaMB: z.number().int().min(2).default(256).describe("raw capture kept per port"),
  stations: z.record(name, stationSchema),
  devices: z.record(name, deviceSchema).default({}),
  emulation: emulationSchema
    .optional()
    .describe("present: this bench is made of software, and so its records say"),
});
export type RigSpec = z.infer<typeof rigSchema>;
export type StationSpec = z.infer<typeof stationSchema>;
export type DeviceSpec = z.infer<typeof deviceSchema>;
