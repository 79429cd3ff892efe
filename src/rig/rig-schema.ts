import { z } from "zod";
import { drivers } from "../instruments/all.ts";
import type { Driver } from "../instruments/driver.ts";

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
  z.strictObject({ file: z.string().describe("a file that another program writes, followed as it grows") }),
]);
export type LinkSpec = z.infer<typeof linkSchema>;

const channel = z.number().int().min(1).default(1).describe("channel, output or contact, counted from 1");
const amount = z.number().int().min(0).optional();

const railSchema = z.strictObject({
  device: name,
  channel,
  rail: name.default("main").describe("the rail's name, for people and records"),
  milliV: amount.describe("set before the rail goes on; left as it is where not given"),
  warnMilliA: amount.describe("more is a warning in the record"),
  tripMilliA: amount.describe("armed in the supply itself, before any exposure"),
  holdMilliA: amount.describe("after a power cycle a latch-up is over below this"),
  microStepMilliA: amount.describe("a lasting step above the baseline of the same state that does not trip"),
  absolute: z
    .strictObject({ milliV: amount, milliA: amount })
    .default({})
    .describe("what the board stands: no setting may go beyond"),
});
export type RailSpec = z.infer<typeof railSchema>;

/** A bench box has one rail a board: its name is enough. */
const supplySchema = z.union([
  name.transform((device): RailSpec[] => [{ device, channel: 1, rail: "main", absolute: {} }]),
  railSchema.transform((rail) => [rail]),
  z.array(railSchema).min(1),
]);

const thermalPlace = z.strictObject({
  device: name,
  channel,
  lowestC: z.number().optional().describe("this rig goes no colder"),
  highestC: z.number().optional().describe("this rig goes no hotter"),
  fastestCPerMinute: z.number().positive().optional().describe("this rig heats and cools no faster"),
  absolute: z
    .strictObject({ lowestC: z.number().optional(), highestC: z.number().optional() })
    .default({})
    .describe("what the board stands: no limit may go beyond"),
  dewPointC: z
    .number()
    .default(15)
    .describe("of the air around the board: a colder set point is a warning (condensation)"),
  jumpCPerSecond: z
    .number()
    .positive()
    .default(20)
    .describe("a sensor that changes faster than this is not believed"),
});
const thermalSchema = z.union([
  name.transform((device): z.infer<typeof thermalPlace> => ({
    device,
    channel: 1,
    absolute: {},
    dewPointC: 15,
    jumpCPerSecond: 20,
  })),
  thermalPlace,
]);

const beamPlace = z.strictObject({
  counter: name,
  shutter: z
    .strictObject({ device: name, channel })
    .optional()
    .describe("a contact that opens the shutter; without one the facility opens it"),
  onAboveFluxPerCm2PerSecond: z
    .number()
    .min(0)
    .default(1)
    .describe("more flux than this means that beam is on"),
});
const beamSchema = z.union([
  name.transform((counter): z.infer<typeof beamPlace> => ({ counter, onAboveFluxPerCm2PerSecond: 1 })),
  beamPlace,
]);

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
  thermal: thermalSchema.optional(),
  supply: supplySchema.optional(),
  beam: beamSchema.optional(),
  limits: z
    .strictObject({
      dieWarnC: z.number().optional().describe("a hotter die is a warning in the record"),
      dieCutC: z.number().optional().describe("a hotter die ends the run: heater and rails off"),
    })
    .default({}),
  absolute: z
    .strictObject({ dieC: z.number().optional() })
    .default({})
    .describe("what the part stands: no plan and no limit may go beyond"),
  priorDoseRadSi: z.number().min(0).default(0).describe("dose this part took before this campaign, rad(Si)"),
});

const boxSchema = z.strictObject({
  protocol: z.literal("radrig").describe("a bench box that speaks the firmware protocol"),
  serial: z.string(),
  link: linkSchema,
  answerMs: z.number().int().min(10).default(2_000),
});

/** An instrument: what every device has, and the keys of its driver. */
function instrumentSchema({ protocol, title, schema }: Driver) {
  return z.strictObject({
    protocol: z.literal(protocol).describe(title),
    serial: z.string().optional().describe("serial number it must answer with, where its protocol tells one"),
    link: linkSchema,
    answerMs: z
      .number()
      .int()
      .min(10)
      .default(1_000)
      .describe("deadline for an answer, beside the time on the wire"),
    ...schema.shape,
  });
}

const deviceSchema = z.discriminatedUnion("protocol", [boxSchema, ...drivers.map(instrumentSchema)]);

export const rigSchema = z.strictObject({
  rig: name,
  title: z.string().default(""),
  captureQuotaMB: z.number().int().min(2).default(256).describe("raw capture kept per port"),
  stations: z.record(name, stationSchema),
  devices: z.record(name, deviceSchema).default({}),
});
export type RigSpec = z.infer<typeof rigSchema>;
export type StationSpec = z.infer<typeof stationSchema>;
export type BoxSpec = z.infer<typeof boxSchema>;
export type InstrumentSpec = Omit<BoxSpec, "protocol" | "serial"> & {
  readonly protocol: string;
  readonly serial?: string | undefined;
};
export type DeviceSpec = BoxSpec | InstrumentSpec;

export function isBox(device: DeviceSpec): device is BoxSpec {
  return device.protocol === "radrig";
}
