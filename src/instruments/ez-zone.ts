import type { InstrumentIdentity } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import type { Driver, ThermalInstrument, ThermalZone } from "./driver.ts";
import { advisory, agreeOnUnit, ezZoneLoop, processValue } from "./ez-zone-loop.ts";
import { ezZoneRegisters } from "./ez-zone-registers.ts";
import type { EzZoneRegisters } from "./ez-zone-registers.ts";
import { ezZoneSchema } from "./ez-zone-schema.ts";
import type { EzZoneSettings } from "./ez-zone-schema.ts";
import { modbusBus } from "./modbus-bus.ts";

/**
 * Controllers of Watlow's EZ-ZONE family (PM, RM) over Modbus RTU: chambers, plates, ovens.
 * See docs/instruments/ez-zone.md for what is confirmed.
 */
export const ezZone: Driver<"thermal"> = {
  protocol: "ez-zone",
  kind: "thermal",
  title: "Watlow EZ-ZONE controller (Modbus RTU)",
  schema: ezZoneSchema,
  open(port, settings, clock): ThermalInstrument {
    const { baud, answerMs } = settings;
    const its = settings as typeof settings & EzZoneSettings;
    const values = ezZoneRegisters(modbusBus(port, { baud, answerMs }, clock), its);
    const loops = new Map<number, ThermalZone>();
    return {
      kind: "thermal",
      lacks: [
        "no dead-man: it holds its set point while the host is silent",
        "no judgement of its own whether the temperature is stable",
        "no part number on the bus: any device with these registers answers alike",
        ...(its.ramp === "none" ? ["no ramp: it goes to its set point as fast as it can"] : []),
      ],
      identify: () => identify(values, its),
      prove: () => prove(values, its),
      zone: (channel) => {
        if (!(Number.isInteger(channel) && channel >= 1 && channel <= its.loops))
          throw new RangeError(
            `no loop ${channel}: this controller has ${its.loops} (key 'loops' of the device)`,
          );
        const zone = loops.get(channel) ?? ezZoneLoop(values, channel, its);
        loops.set(channel, zone);
        return zone;
      },
    };
  },
};

/** Its part number is not on the bus; where it has a serial number there, that tells one from another. */
async function identify(values: EzZoneRegisters, its: EzZoneSettings): Promise<Reply<InstrumentIdentity>> {
  for (let loop = 1; loop <= its.loops; loop++) {
    const agreed = await agreeOnUnit(values, its, loop);
    if (agreed.kind !== "ok") return agreed;
  }
  // A device without this register is no EZ-ZONE.
  const process = await values.readFloat(processValue);
  if (process.kind !== "ok") return process;
  const serial = await advisory(values.readInt.bind(values), its.registers.serial);
  if (serial.kind === "silence") return serial;
  const firmware = await advisory(values.readInt.bind(values), its.registers.firmware);
  if (firmware.kind === "silence") return firmware;
  return {
    kind: "ok",
    value: {
      model: "EZ-ZONE",
      serial: serial.kind === "ok" ? String(serial.value) : null,
      firmware: firmware.kind === "ok" ? String(firmware.value) : null,
    },
  };
}

async function prove(values: EzZoneRegisters, its: EzZoneSettings): Promise<Reply<readonly string[]>> {
  const lines: string[] = [];
  for (let loop = 1; loop <= its.loops; loop++) {
    const reading = await ezZoneLoop(values, loop, its).read();
    if (reading.kind !== "ok") return reading;
    const { objectC, setC, on, faults } = reading.value;
    lines.push(
      `loop ${loop} reads ${objectC.toFixed(2)} °C, set to ${setC?.toFixed(2) ?? "nothing"} °C, ${on ? "on" : "off"}`,
      ...faults,
    );
  }
  return { kind: "ok", value: lines };
}
