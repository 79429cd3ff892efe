import { z } from "zod";
import { nsPerMs } from "../../domain/clock.ts";
import { hasCrc, withCrc } from "../../instruments/checksum/crc16.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";
import { ezZoneQuirks } from "./ez-zone-quirks.ts";
import type { EzZoneQuirks } from "./ez-zone-quirks.ts";
import { ezZoneMap } from "./ez-zone-registers.ts";
import type { EzZoneMap } from "./ez-zone-registers.ts";

/**
 * A Watlow EZ-ZONE controller made of software: functions 3, 4, 6 and 16 of Modbus RTU, an exception for all else.
 *
 *   bytes ─→ [ a request with its CRC ] ─→ to this unit? ─→ registers ─→ reply, or exception
 *
 * Modbus Application Protocol V1.1b3, 6.3, 6.4, 6.6, 6.12, 7.
 */
export const emulatedEzZone: EmulatedInstrument = {
  protocol: "ez-zone",
  schema: ezZoneQuirks,
  async live(uart, its) {
    const quirks = its.quirks as EzZoneQuirks;
    const unit = quirks.unit ?? wiring.parse(its.settings).unit;
    const over = new AbortController();
    const map = ezZoneMap(its, quirks);
    const troubles = troubleInTime(map, quirks, its, over.signal);
    let buffer: Uint8Array = new Uint8Array();
    for await (const chunk of uart.chunks) {
      buffer = Buffer.concat([buffer, chunk.subarray(-longestFrame)]).subarray(-longestFrame);
      for (let found = firstRequest(buffer); found !== null; found = firstRequest(buffer)) {
        buffer = buffer.subarray(found.end);
        if (found.request[0] !== unit) continue;
        const busy = its.random.nextFloat() < quirks.busyShare;
        const reply = withCrc(busy ? refusal(found.request, deviceBusy) : obey(found.request, map));
        await its.clock.sleep(quirks.replyMs);
        await uart.write(reply);
      }
    }
    over.abort();
    await troubles;
  },
};

/** As the controller is set up; alike to what the rig file says of it. */
const wiring = z.object({ unit: z.number().default(1) });

const longestFrame = 256;
const shortestFrame = 8;
const mostRegisters = 125;
const illegalFunction = 1;
const illegalAddress = 2;
const illegalValue = 3;
const deviceBusy = 6;

/** Noise before a request is passed over: only a right CRC makes one. */
function firstRequest(bytes: Uint8Array): { readonly request: Uint8Array; readonly end: number } | null {
  for (let at = 0; at + shortestFrame <= bytes.length; at++) {
    const length = bytes[at + 1] === 16 ? 9 + bytes[at + 6]! : shortestFrame;
    const request = bytes.subarray(at, at + length);
    if (request.length === length && hasCrc(request)) return { request, end: at + length };
  }
  return null;
}

/** The reply without its CRC. */
function obey(request: Uint8Array, map: EzZoneMap): Uint8Array {
  const [unit = 0, code = 0] = request;
  const word = (at: number): number => (request[at]! << 8) | request[at + 1]!;
  const address = word(2);
  switch (code) {
    case 3:
    case 4: {
      const count = word(4);
      if (count < 1 || count > mostRegisters) return refusal(request, illegalValue);
      const words = Array.from({ length: count }, (_, index) => map.read(address + index));
      const known = words.filter((one) => one !== null);
      if (known.length < count) return refusal(request, illegalAddress);
      return Uint8Array.of(unit, code, 2 * count, ...known.flatMap((one) => [one >> 8, one & 0xff]));
    }
    case 6: {
      const exception = map.write(address, [word(4)]);
      return exception === 0 ? request.subarray(0, 6) : refusal(request, exception);
    }
    case 16: {
      const count = word(4);
      if (count < 1 || count * 2 !== request[6]) return refusal(request, illegalValue);
      const exception = map.write(
        address,
        Array.from({ length: count }, (_, index) => word(7 + 2 * index)),
      );
      return exception === 0 ? request.subarray(0, 6) : refusal(request, exception);
    }
    default:
      return refusal(request, illegalFunction);
  }
}

function refusal(request: Uint8Array, exception: number): Uint8Array {
  return Uint8Array.of(request[0]!, request[1]! | 0x80, exception);
}

/** A lost sensor or a failure turns outputs off when it happens, not when somebody asks. */
async function troubleInTime(
  map: EzZoneMap,
  { failsAtSeconds, sensorOpen }: EzZoneQuirks,
  { clock }: InstrumentCircumstances,
  signal: AbortSignal,
): Promise<void> {
  const times = [failsAtSeconds, sensorOpen?.atSeconds ?? null].filter((at) => at !== null);
  for (const at of times.sort((a, b) => a - b)) {
    await clock.sleep(at * 1_000 - clock.nowNs() / nsPerMs, signal);
    if (signal.aborted) return;
    map.drive();
  }
}
