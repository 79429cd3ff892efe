import { z } from "zod";

/**
 * A rig file without its `emulation` part, which belongs to `emulator/`: one bench as data. `radrig check FILE` holds a file against it, `radrig schema rig` prints it for editors.
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

export const rigSchema = z.strictObject({
  rig: name,
  title: z.string().default(""),
  captureQuotaMB: z.number().int().min(2).default(256).describe("raw capture kept per port"),
  stations: z.record(name, stationSchema),
  devices: z.record(name, deviceSchema).default({}),
});
export type RigSpec = z.infer<typeof rigSchema>;
export type StationSpec = z.infer<typeof stationSchema>;
export type DeviceSpec = z.infer<typeof deviceSchema>;
