import type { FieldKind, Point } from "./influx-schema.ts";
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
  const kinds: Readonly<Record<string, FieldKind>> = measurements[point.measurement].fields;
  let line = `${point.measurement}${tagSet(point.tags)} seq=${point.seq}i`;
  for (const key in point.fields) {
    const value = fieldValue(kinds[key]!, point.fields[key]!);
    if (value !== null) line += `,${key}=${value}`;
  }
  return `${line} ${point.timestampNs}`;
}

const tagSets = new WeakMap<Point["tags"], string>();

function tagSet(tags: Point["tags"]): string {
  let text = tagSets.get(tags);
  if (text === undefined) {
    text = "";
    for (const [key, value] of Object.entries(tags)) if (value !== "") text += `,${key}=${tagValue(value)}`;
    tagSets.set(tags, text);
  }
  return text;
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

function fieldValue(kind: FieldKind, value: number | boolean | string | null): string | null {
  if (value === null) return null;
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
