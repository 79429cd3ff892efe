import { z } from "zod";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { Contact, Driver, SwitchInstrument } from "./driver.ts";
import { modbusBus } from "./modbus-bus.ts";
import type { ModbusBus } from "./modbus-bus.ts";

/**
 * A relay board or PDU whose contacts are coils of a Modbus RTU device.
 *
 *   set ─→ write single coil (05), its echo ─→ read coils (01), the coil as told
 *
 * What it reports is the state of its output register: what drives the relay's coil. A welded or burnt contact looks the same.
 */
const relaySchema = z.object({
  unit: z.number().int().min(1).max(247).default(1).describe("Modbus address of the board"),
  contacts: z.number().int().min(1).max(256).default(8).describe("how many contacts it has"),
  firstCoil: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe("coil address of contact 1, counted from 0"),
  closedWhen: z
    .enum(["on", "off"])
    .default("on")
    .describe("off: the load hangs on normally closed contacts, and goes on when the board loses its supply"),
});
type RelaySettings = z.infer<typeof relaySchema>;

const lacks: readonly string[] = [
  "no measurement: a latch-up is not detected on what it switches",
  "no over-current trip",
  "no dead-man: contacts stay as they are when the host falls silent",
  "it reports its output register, not the contact: a welded contact is not seen",
  "no identity: any Modbus device with these coils answers alike",
];

export const modbusRelayDriver: Driver<"switch"> = {
  protocol: "modbus-relay",
  kind: "switch",
  title: "relay board or PDU with Modbus RTU coils",
  schema: relaySchema,
  open: (port, settings, clock) =>
    instrument(
      modbusBus(port, { baud: settings.baud, answerMs: settings.answerMs }, clock),
      relaySchema.parse(settings),
    ),
};

function instrument(bus: ModbusBus, its: RelaySettings): SwitchInstrument {
  const readAll = (): Promise<Reply<readonly boolean[]>> =>
    bus.readCoils(its.unit, its.firstCoil, its.contacts);
  return {
    kind: "switch",
    reports: true,
    lacks,
    identify: async () => {
      const reply = await readAll();
      if (reply.kind !== "ok") return reply;
      const model = `Modbus relay board of ${its.contacts} contacts at address ${its.unit}`;
      return { kind: "ok", value: { model, serial: null, firmware: null } };
    },
    prove: async () => {
      const reply = await readAll();
      if (reply.kind !== "ok") return reply;
      const closed = reply.value.flatMap((on, index) => (isClosed(on, its) ? [index + 1] : []));
      return { kind: "ok", value: [`closed contacts: ${closed.join(", ") || "none"} of ${its.contacts}`] };
    },
    contact: (channel) => {
      if (!Number.isInteger(channel) || channel < 1 || channel > its.contacts)
        throw new RangeError(`this board has contacts 1 to ${its.contacts}, not ${channel}`);
      return contactOf(bus, its, its.firstCoil + channel - 1);
    },
  };
}

function contactOf(bus: ModbusBus, its: RelaySettings, coil: number): Contact {
  const read = async (): Promise<Reply<boolean>> => {
    const reply = await bus.readCoils(its.unit, coil, 1);
    return reply.kind === "ok" ? { kind: "ok", value: isClosed(reply.value[0] ?? false, its) } : reply;
  };
  return {
    read,
    set: async (closed) => {
      const told = await bus.writeCoil(its.unit, coil, closed === (its.closedWhen === "on"));
      if (told.kind !== "ok") return told;
      const seen = await read();
      if (seen.kind === "ok" && seen.value !== closed)
        return refused(`coil ${coil} was told to change, and reads back as it was before`);
      return seen;
    },
  };
}

function isClosed(on: boolean, { closedWhen }: RelaySettings): boolean {
  return on === (closedWhen === "on");
}
