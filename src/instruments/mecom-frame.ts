import { crcOfText } from "./checksum/crc16.ts";

/**
 * Frames of MeCom, the protocol of Meerstetter's controllers (pyMeCom, the maker's own client).
 *
 *   query   '#' address(2) sequence(4) payload crc(4) CR
 *   reply   '!' address(2) sequence(4) payload crc(4) CR         acknowledgement: no payload, and the CRC of the query
 *
 * All numbers are upper-case hexadecimal; the CRC is over everything before it.
 */
export interface MeComQuery {
  /** 0 is answered by whatever device is there. */
  readonly address: number;
  readonly sequence: number;
  readonly payload: string;
}

export type MeComReply =
  | { readonly kind: "acknowledged" }
  | { readonly kind: "error"; readonly code: number }
  | { readonly kind: "payload"; readonly payload: string };

/** A query as it goes out, without its CR. */
export function encodeQuery({ address, sequence, payload }: MeComQuery): string {
  const body = `#${upperHex(address, 2)}${upperHex(sequence, 4)}${payload}`;
  return body + upperHex(crcOfText(body), 4);
}

const head = 1 + 2 + 4;
const crcLength = 4;

/**
 * The reply to this query that ends a line, whatever garbage stands before it; null where there is none: noise, a wrong CRC, the late
 * reply to an earlier query, another device's.
 */
export function decodeReply(line: string, query: MeComQuery): MeComReply | null {
  for (let at = line.indexOf("!"); at >= 0; at = line.indexOf("!", at + 1)) {
    const reply = decodeFrame(line.slice(at), query);
    if (reply !== null) return reply;
  }
  return null;
}

function decodeFrame(frame: string, query: MeComQuery): MeComReply | null {
  if (frame.length < head + crcLength) return null;
  const from = frame.slice(1, 3);
  // Which address answers a query to 0 is not documented.
  if (query.address !== 0 && from !== upperHex(query.address, 2)) return null;
  if (query.address === 0 && !/^[0-9A-F]{2}$/.test(from)) return null;
  if (frame.slice(3, head) !== upperHex(query.sequence, 4)) return null;
  const payload = frame.slice(head, -crcLength);
  const crc = frame.slice(-crcLength);
  const itsOwn = crc === upperHex(crcOfText(frame.slice(0, -crcLength)), 4);
  if (payload === "")
    // Devices repeat the query's CRC here; one with its own is as good.
    return itsOwn || crc === encodeQuery(query).slice(-crcLength) ? { kind: "acknowledged" } : null;
  if (!itsOwn) return null;
  const error = /^\+([0-9A-F]{2})$/.exec(payload);
  return error === null
    ? { kind: "payload", payload }
    : { kind: "error", code: Number.parseInt(error[1]!, 16) };
}

/** Eight digits of two's complement. */
export function hexOfInt32(value: number): string {
  return upperHex(value >>> 0, 8);
}

/** null where these are not eight upper-case digits. */
export function int32OfHex(digits: string): number | null {
  const bytes = bytesOf(digits);
  return bytes === null ? null : bytes.getInt32(0);
}

/** Eight digits of IEEE 754, most significant first. */
export function hexOfFloat32(value: number): string {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value);
  return upperHex(bytes.getUint32(0), 8);
}

/** null where these are not eight upper-case digits; NaN and infinities are numbers that a device may send. */
export function float32OfHex(digits: string): number | null {
  const bytes = bytesOf(digits);
  return bytes === null ? null : bytes.getFloat32(0);
}

function bytesOf(digits: string): DataView | null {
  if (!/^[0-9A-F]{8}$/.test(digits)) return null;
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, Number.parseInt(digits, 16));
  return bytes;
}

function upperHex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

const errorWords: Readonly<Record<number, string>> = {
  1: "command not available",
  2: "device busy",
  3: "general communication error",
  4: "format error",
  5: "parameter not available",
  6: "parameter is read only",
  7: "value out of range",
  8: "instance not available",
  9: "general failure of the parameter",
};

export function wordsOfError(code: number): string {
  return `error ${code} (${errorWords[code] ?? "not in the maker's list"})`;
}
