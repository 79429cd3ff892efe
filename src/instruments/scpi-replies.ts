import type { InstrumentIdentity } from "../domain/equipment.ts";

/**
 * What a SCPI device's answers mean, whatever form its firmware gives them; null for anything else.
 */

/** NR1, NR2 or NR3: `5.0114`, `+4.99900000E+00`. What stands for overflow or no number (`+9.9E37`, `+9.91E37`) is none. */
export function scpiNumber(text: string): number | null {
  if (!/^[+-]?(?:\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE][+-]?\d{1,3})?$/.test(text)) return null;
  const value = Number(text);
  return Math.abs(value) < 1e7 ? value : null;
}

/** In V or A, as mV or mA; null beyond what the supply could ever show. A little below nothing is nothing. */
export function scpiMilli(text: string, mostMilli: number): number | null {
  const value = scpiNumber(text);
  if (value === null) return null;
  const milli = Math.round(value * 1000);
  return milli < -0.05 * mostMilli - 50 || milli > 1.2 * mostMilli + 50 ? null : Math.max(0, milli);
}

/** `ON`/`OFF`, `YES`/`NO` or `1`/`0`, signed or not. */
export function scpiTruth(text: string): boolean | null {
  if (/^(?:ON|YES|\+?1)$/i.test(text)) return true;
  if (/^(?:OFF|NO|\+?0)$/i.test(text)) return false;
  return null;
}

/** `+0,"No error"` or `0,"No error"` is code 0. */
export function scpiError(text: string): { readonly code: number; readonly words: string } | null {
  const parts = /^([+-]?\d{1,5}),\s*"([ -~]*)"$/.exec(text);
  return parts === null ? null : { code: Number(parts[1]), words: parts[2]! };
}

/** Maker, model, serial number and firmware, four fields (IEEE 488.2, 10.14); `0` or nothing where a field is not known. */
export function scpiIdentity(text: string): (InstrumentIdentity & { readonly maker: string }) | null {
  const fields = text.split(",").map((field) => field.trim());
  const [maker, model, serial, firmware] = fields;
  if (fields.length !== 4 || !maker || !model || !/^[ -~]+$/.test(text)) return null;
  const known = (field: string | undefined): string | null =>
    field === undefined || field === "" || field === "0" ? null : field;
  return { maker, model, serial: known(serial), firmware: known(firmware) };
}
