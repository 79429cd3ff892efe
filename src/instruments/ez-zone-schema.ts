import { z } from "zod";

/** Keys of a Watlow EZ-ZONE controller in a rig file. Registers are relative, of map 1; those that are not confirmed can be changed or left out. */
const register = (is: number, what: string) => z.number().int().min(0).max(65_534).default(is).describe(what);
const optionalRegister = (is: number, what: string) =>
  z.number().int().min(0).max(65_534).nullable().default(is).describe(`${what}; null: it is not asked`);

const registers = z
  .strictObject({
    mode: register(1880, "control mode"),
    activeMode: register(1882, "control mode in force"),
    inputError: optionalRegister(362, "error of the analog input"),
    heatPower: optionalRegister(1904, "heat power, %"),
    coolPower: optionalRegister(1906, "cool power, %"),
    rampAction: register(2186, "when the set point ramps"),
    rampScale: register(2188, "unit of time of the ramp rate"),
    rampRate: register(2192, "ramp rate"),
    deviceStatus: optionalRegister(30, "hardware failure"),
    serial: optionalRegister(12, "serial number, 32 bits"),
    firmware: optionalRegister(4, "software revision, 32 bits"),
  })
  .prefault({});

export const ezZoneSchema = z.strictObject({
  unit: z.number().int().min(1).max(247).default(1).describe("Modbus address of the controller"),
  loops: z.number().int().min(1).max(2).default(1).describe("how many control loops it has"),
  busUnit: z
    .enum(["F", "C"])
    .default("F")
    .describe(
      "unit of temperatures on the bus, whatever the display shows; C is switched on by the driver (PM firmware 2.0 or newer)",
    ),
  setPointUnit: z
    .enum(["same", "F", "C"])
    .default("same")
    .describe("unit of the set point, should it not follow that of the analog input"),
  wordOrder: z
    .enum(["low-first", "high-first"])
    .default("low-first")
    .describe("which half of a 32-bit value has the lower register (a set-up choice on the RMC)"),
  lowestC: z.number().default(-55).describe("coldest set point of chamber or plate, °C"),
  highestC: z.number().default(150).describe("hottest set point of chamber or plate, °C"),
  fastestCPerMinute: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("fastest ramp of chamber or plate, °C/min; null: as fast as it can"),
  ramp: z
    .enum(["set-point-change", "none"])
    .default("set-point-change")
    .describe(
      "none: the controller has no ramp, and a campaign that asks for a rate walks the set point itself",
    ),
  registers,
});
export type EzZoneSettings = z.infer<typeof ezZoneSchema>;
