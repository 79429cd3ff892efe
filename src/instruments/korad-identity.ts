import type { InstrumentIdentity } from "../domain/equipment.ts";

/**
 * Who a Korad says it is, and how it wants its commands ended. One device is sold under a dozen names (Tenma, Velleman, RND,
 * Stamos), and its firmware decides the line ends: V2.x has none in either direction, a few units want a line feed and send one
 * (libsigrok pull requests 219 and 269).
 */
export type KoradLineEnd = "" | "\n";

/** Units known to want `\n` after each command and to answer with it. */
const wantNewline = /KA3005PS|KKG305P|LABPS3005DN/;

const named = /^(\S.*?)\s*V(\d+\.\d+)(?: +SN:(\w+))?$/;

/** Null where these bytes are no identity. A last byte of 0x01 or 0xBC, or a line end, is no part of it (libsigrok, api.c). */
export function koradIdentity(bytes: Uint8Array): InstrumentIdentity | null {
  const text = /^([\x20-\x7e]{5,56})[^\x20-\x7e]{0,3}$/.exec(Buffer.from(bytes).toString("latin1"))?.[1];
  if (text === undefined) return null;
  const parts = named.exec(text.trim());
  // Every published one tells a version: without it, it is a piece of one.
  return parts === null ? null : { model: parts[1]!, firmware: parts[2]!, serial: parts[3] ?? null };
}

export function koradLineEnd({ model }: InstrumentIdentity): KoradLineEnd {
  return wantNewline.test(model) ? "\n" : "";
}
