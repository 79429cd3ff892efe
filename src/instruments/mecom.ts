import type { InstrumentIdentity } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { Driver, ThermalInstrument, ThermalZone } from "./driver.ts";
import { meComLine } from "./mecom-line.ts";
import type { MeComLine } from "./mecom-line.ts";
import { meComSchema } from "./mecom-schema.ts";
import type { MeComSettings } from "./mecom-schema.ts";
import { meComZone, parameters, unconnected, wordsOfStatus } from "./mecom-zone.ts";

/**
 * Thermoelectric controllers of Meerstetter (TEC-1089, -1090, -1091, -1122 …) over MeCom, on serial, USB or TCP.
 * See docs/instruments/mecom.md for what is confirmed.
 */
export const meCom: Driver<"thermal"> = {
  protocol: "mecom",
  kind: "thermal",
  title: "Meerstetter TEC controller (MeCom)",
  schema: meComSchema,
  open(port, settings, clock): ThermalInstrument {
    const { baud, answerMs } = settings;
    const its = settings as typeof settings & MeComSettings;
    const line = meComLine(port, { address: its.address, baud, answerMs }, clock);
    const zones = new Map<number, ThermalZone>();
    return {
      kind: "thermal",
      lacks: ["no dead-man: it holds its set point while the host is silent"],
      identify: () => identify(line, its),
      prove: () => prove(line),
      zone: (channel) => {
        if (!(Number.isInteger(channel) && channel >= 1 && channel <= its.channels))
          throw new RangeError(
            `no channel ${channel}: this controller has ${its.channels} (key 'channels' of the device)`,
          );
        const zone = zones.get(channel) ?? meComZone(line, channel, its);
        zones.set(channel, zone);
        return zone;
      },
    };
  },
};

async function identify(line: MeComLine, its: MeComSettings): Promise<Reply<InstrumentIdentity>> {
  const model = await line.identify();
  if (model.kind !== "ok") return model;
  if (!/^[\x20-\x7e]*$/.test(model.value) || model.value.trim() === "")
    return refused("its identification is no text: is another device on this line?");
  const serial = await numberOf(line, its.serialParameter);
  if (serial.kind === "silence") return serial;
  const firmware = await numberOf(line, its.firmwareParameter);
  if (firmware.kind === "silence") return firmware;
  return {
    kind: "ok",
    value: {
      model: model.value.trim(),
      serial: serial.kind === "ok" ? serial.value : null,
      firmware: firmware.kind === "ok" ? firmware.value : null,
    },
  };
}

/** Refused where it is not to be asked. */
async function numberOf(line: MeComLine, parameter: number | null): Promise<Reply<string>> {
  if (parameter === null) return refused("not asked");
  const reply = await line.readInt(parameter, 1);
  return reply.kind === "ok" ? { kind: "ok", value: String(reply.value) } : reply;
}

async function prove(line: MeComLine): Promise<Reply<readonly string[]>> {
  const status = await line.readInt(parameters.status, 1);
  if (status.kind !== "ok") return status;
  const address = await line.readInt(parameters.address, 1);
  if (address.kind === "silence") return address;
  const object = await line.readFloat(parameters.objectC, 1);
  if (object.kind !== "ok") return object;
  if (!Number.isFinite(object.value)) return refused(unconnected(object.value));
  return {
    kind: "ok",
    value: [
      `the controller is ${wordsOfStatus(status.value)}`,
      ...(address.kind === "ok" ? [`MeCom address ${address.value}`] : []),
      `channel 1 reads ${object.value.toFixed(2)} °C`,
    ],
  };
}
