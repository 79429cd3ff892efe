import type { FieldKind, Measurement, Point } from "./influx-schema.ts";
import { measurements } from "./influx-schema.ts";

/**
 * A point as a line of InfluxDB's line protocol:
 *
 *   measurement,tag=value,… field=1i,field=0.5,field=true,field="text",… nanoseconds
 *
 * Written for the record's own points: their names need no escaping and their kinds are known. What the device or a person
 * put into values may be anything and does no harm: control characters become spaces, long texts are cut.
 */
export function toLine(point: Point): string {
  const { fields } = point;
  let line = `${headOf(point)}${point.seq}i`;
  for (const { name, head, kind } of printed.get(point.measurement)!) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    const text = fieldValue(kind, value);
    if (text !== null) line += head + text;
  }
  return `${line} ${point.timestampNs}`;
}

interface PrintedField {
  readonly name: string;
  readonly head: string;
  readonly kind: FieldKind;
}

const printed = new Map<Measurement, readonly PrintedField[]>(
  Object.entries(measurements).map(([measurement, { fields }]) => [
    measurement as Measurement,
    Object.entries(fields)
      .filter(([name]) => name !== "seq")
      .map(([name, kind]) => ({ name, head: `,${name}=`, kind })),
  ]),
);

const heads = new WeakMap<Point["tags"], string>();

/** Measurement and tags, up to the first field's value: the same text for all points of a series. */
function headOf({ measurement, tags }: Point): string {
  let head = heads.get(tags);
  if (head === undefined) {
    head = measurement;
    for (const [key, value] of Object.entries(tags)) if (value !== "") head += `,${key}=${tagValue(value)}`;
    head += " seq=";
    heads.set(tags, head);
  }
  return head;
}

const plainWord = /^[\w.:;+\-#@()/]{0,128}$/;
const longestTag = 128;
const longestText = 2048;

function tagValue(value: string): string {
  if (plainWord.test(value)) return value;
  // A backslash at the end would swallow what follows, and a line end cannot be escaped.
  return cut(value.replaceAll(/[\p{Cc}\\]/gu, "_"), longestTag).replaceAll(/[,= ]/g, "\\$&");
}

const plainText = /^[^"\\\x00-\x1f\x7f-\x9f]*$/;

function fieldValue(kind: FieldKind, value: number | boolean | string): string | null {
  switch (kind) {
    case "integer":
      return Number.isSafeInteger(value) ? `${value as number}i` : null;
    case "float":
      return Number.isFinite(value) ? String(value) : null;
    case "flag":
      return String(value);
    case "text": {
      if (value === "") return null;
      const text = cut(String(value), longestText);
      return plainText.test(text)
        ? `"${text}"`
        : `"${text.replaceAll(/\p{Cc}/gu, " ").replaceAll(/["\\]/g, "\\$&")}"`;
    }
  }
}

/** At most so many UTF-16 units, no surrogate pair cut in two. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return text.slice(0, (text.charCodeAt(longest - 1) & 0xfc00) === 0xd800 ? longest - 1 : longest);
}
