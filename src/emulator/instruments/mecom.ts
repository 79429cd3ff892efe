import type { Port } from "../../domain/link.ts";
import { nsPerMs } from "../../domain/clock.ts";
import { crcOfText } from "../../instruments/checksum/crc16.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";
import { tecParameters } from "./mecom-parameters.ts";
import type { TecParameters } from "./mecom-parameters.ts";
import { meComQuirks } from "./mecom-quirks.ts";
import type { MeComQuirks } from "./mecom-quirks.ts";

/**
 * A Meerstetter TEC controller made of software.
 *
 *   '#' … CR ─→ CRC right? meant for it? ─no→ silence
 *                                        └yes→ command ─→ parameters ─→ '!' … CR
 */
export const emulatedMeCom: EmulatedInstrument = {
  protocol: "mecom",
  schema: meComQuirks,
  async live(uart, its) {
    const quirks = its.quirks as MeComQuirks;
    const over = new AbortController();
    const device = tecParameters(its, quirks);
    const failing = failInTime(device, quirks, its, over.signal);
    for await (const query of queries(uart)) {
      const reply = replyTo(query, device, quirks, its);
      if (reply === null) continue;
      await its.clock.sleep(quirks.replyMs);
      await uart.write(Buffer.from(`${reply}\r`, "latin1"));
    }
    over.abort();
    await failing;
  },
};

const broadcast = 255;
const longestQuery = 64;

/** What stands between the last '#' of a line and its CR, with the '#'. */
async function* queries(uart: Port): AsyncGenerator<string> {
  let pending = "";
  for await (const chunk of uart.chunks) {
    for (const byte of chunk) {
      const character = String.fromCharCode(byte);
      if (character === "\r") {
        if (pending !== "") yield pending;
        pending = "";
      } else if (character === "#") pending = "#";
      else if (pending !== "") pending = pending.length < longestQuery ? pending + character : "";
    }
  }
}

function replyTo(
  query: string,
  device: TecParameters,
  quirks: MeComQuirks,
  its: InstrumentCircumstances,
): string | null {
  const fields = /^#([0-9A-F]{2})([0-9A-F]{4})(.*)([0-9A-F]{4})$/.exec(query);
  if (fields === null) return null;
  const [, to = "", sequence = "", payload = "", crc = ""] = fields;
  // A query with a wrong CRC has no answer (assumed: the maker's documents at hand do not say).
  if (crcDigits(query.slice(0, -4)) !== crc) return null;
  const address = Number.parseInt(to, 16);
  if (address !== broadcast && address !== 0 && address !== quirks.address) return null;
  const answer = its.random.nextFloat() < quirks.busyShare ? "+02" : answerTo(payload, device, quirks);
  if (address === broadcast) return null;
  const from = address === 0 && quirks.echoesZero ? "00" : hex(quirks.address, 2);
  const frame = `!${from}${sequence}${answer}`;
  const repeats = answer === "" && quirks.acknowledgesWith === "query-crc";
  return frame + (repeats ? crc : crcDigits(frame));
}

/** The payload of the reply; an empty one acknowledges. */
function answerTo(payload: string, device: TecParameters, quirks: MeComQuirks): string {
  if (payload === "?IF") return quirks.identification.padEnd(20);
  if (payload === "SP") return "";
  if (payload === "RS") {
    device.reset();
    return "";
  }
  const op = /^(\?VR|VS)(.*)$/.exec(payload);
  if (op === null) return "+01";
  const fields = (
    op[1] === "VS" ? /^([0-9A-F]{4})([0-9A-F]{2})([0-9A-F]{8})$/ : /^([0-9A-F]{4})([0-9A-F]{2})()$/
  ).exec(op[2]!);
  if (fields === null) return "+04";
  const parameter = Number.parseInt(fields[1]!, 16);
  const instance = Number.parseInt(fields[2]!, 16);
  const result =
    op[1] === "VS" ? device.write(parameter, instance, fields[3]!) : device.read(parameter, instance);
  if (result === null) return "";
  return typeof result === "number" ? `+${hex(result, 2)}` : result;
}

async function failInTime(
  device: TecParameters,
  { error }: MeComQuirks,
  { clock }: InstrumentCircumstances,
  signal: AbortSignal,
): Promise<void> {
  if (error === null) return;
  await clock.sleep(error.atSeconds * 1_000 - clock.nowNs() / nsPerMs, signal);
  if (!signal.aborted) device.fail(error.number);
}

function crcDigits(text: string): string {
  return hex(crcOfText(text), 4);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
