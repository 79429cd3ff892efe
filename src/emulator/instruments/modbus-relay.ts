import { z } from "zod";
import { hasCrc, withCrc } from "../../instruments/checksum/crc16.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";
import { FedChannel } from "./fed-channel.ts";

/**
 * A relay board on Modbus RTU: read coils (01), write single coil (05), an exception for all else. It hears every request on its line
 * and answers those to its own address alone; a broken one is answered by silence.
 *
 *   bytes ─→ [ eight of them with their CRC ] ─→ output register ─→ contacts ─→ world's rails, or its shutter
 *
 * Modbus Application Protocol V1.1b3, 6.1, 6.5, 7.
 */
const relayQuirks = z.object({
  starts: z
    .enum(["as-found", "off"])
    .default("as-found")
    .describe("coils when the bench starts: as somebody left them, or as after mains on"),
  welded: z
    .array(z.number().int().min(1))
    .default([])
    .describe("contacts that stay closed whatever their coil does; the board does not know"),
  replyMs: z.number().min(0).max(10_000).default(2),
});

/** As the board itself is set up; alike to what the rig file says of it, unless that is wrong. */
const wiring = z.object({
  unit: z.number().default(1),
  contacts: z.number().default(8),
  firstCoil: z.number().default(0),
  closedWhen: z.enum(["on", "off"]).default("on"),
});

const requestLength = 8;
const longestWait = 256;

export const emulatedModbusRelay: EmulatedInstrument = {
  protocol: "modbus-relay",
  schema: relayQuirks,
  live: async (uart, its) => {
    const { unit } = wiring.parse(its.settings);
    const { replyMs } = relayQuirks.parse(its.quirks);
    const coils = coilsOf(its);
    let buffer: Uint8Array = new Uint8Array();
    for await (const chunk of uart.chunks) {
      buffer = Buffer.concat([buffer, chunk.subarray(-longestWait)]).subarray(-longestWait);
      for (let at = 0; at + requestLength <= buffer.length; at++) {
        const request = buffer.subarray(at, at + requestLength);
        if (!hasCrc(request)) continue;
        buffer = buffer.subarray(at + requestLength);
        at = -1;
        if (request[0] !== unit) continue;
        const reply = withCrc(obey(request, coils));
        await its.clock.sleep(replyMs);
        await uart.write(reply);
      }
    }
  },
};

interface Coils {
  readonly first: number;
  readonly states: boolean[];
  readonly act: (index: number) => void;
}

function coilsOf(its: InstrumentCircumstances): Coils {
  const { contacts, firstCoil, closedWhen } = wiring.parse(its.settings);
  const { starts, welded } = relayQuirks.parse(its.quirks);
  const rails = Array.from(
    { length: contacts },
    (_, index) => new FedChannel(its.world, its.serves, index + 1),
  );
  const isServed = (index: number, role: string): boolean =>
    its.serves.some((served) => served.channel === index + 1 && served.role === role);
  const kept = its.memory.get("coils") as boolean[] | undefined;
  const states =
    kept ??
    rails.map((rail, index) => {
      const found = isServed(index, "rail") && rail.state().output;
      return starts === "as-found" && found === (closedWhen === "on") && isServed(index, "rail");
    });
  its.memory.set("coils", states);
  const act = (index: number): void => {
    const closed = states[index] === (closedWhen === "on") || welded.includes(index + 1);
    if (isServed(index, "rail")) rails[index]!.feed({ output: closed });
    if (isServed(index, "shutter")) its.world.shutter(closed);
  };
  if (kept === undefined) for (const index of states.keys()) act(index);
  return { first: firstCoil, states, act };
}

/** Without its CRC. */
function obey(request: Uint8Array, { first, states, act }: Coils): Uint8Array {
  const [unit = 0, code = 0] = request;
  const address = ((request[2]! << 8) | request[3]!) - first;
  const value = (request[4]! << 8) | request[5]!;
  const refuse = (exception: number): Uint8Array => Uint8Array.of(unit, code | 0x80, exception);
  switch (code) {
    case 1: {
      if (value < 1 || value > 2000) return refuse(3);
      if (address < 0 || address + value > states.length) return refuse(2);
      const bytes = new Uint8Array(Math.ceil(value / 8));
      for (let i = 0; i < value; i++) if (states[address + i]!) bytes[i >> 3]! |= 1 << (i & 7);
      return Uint8Array.of(unit, code, bytes.length, ...bytes);
    }
    case 5:
      if (value !== 0 && value !== 0xff00) return refuse(3);
      if (address < 0 || address >= states.length) return refuse(2);
      states[address] = value !== 0;
      act(address);
      return request.subarray(0, 6);
    default:
      return refuse(1);
  }
}
