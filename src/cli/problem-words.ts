import { nearest } from "./did-you-mean.ts";
import type { JsonSchema } from "./schema-walk.ts";
import { describedAt, kindsAt, valuesAt } from "./schema-walk.ts";
import { plainNumber } from "./unit-hints.ts";

/** What was found and what was expected, in words. */
type Path = readonly PropertyKey[];

export function wrongType(found: unknown, path: Path, root: JsonSchema): string {
  const key = path.findLast((step) => typeof step === "string") ?? "";
  const kinds = kindsAt(root, path);
  const numeric = kinds.includes("a number") || kinds.includes("a whole number");
  if (typeof found === "string" && numeric) {
    const plain = plainNumber(key, found);
    if (plain !== null)
      return `found ${show(found)}, expected a plain number: '${key}' has its unit in its name, write '${key}: ${plain.value}'`;
  }
  return `found ${show(found)}, expected ${kinds.join(" or ") || "something else"}${hint(root, path)}`;
}

export function wrongWord(found: unknown, words: readonly string[]): string {
  const guess = typeof found === "string" && found.length <= 40 ? nearest(found, words) : null;
  const list = words.length === 1 ? words.join("") : `one of ${words.join(", ")}`;
  return `found ${show(found)}, expected ${list}${guess === null || words.length === 1 ? "" : `: did you mean '${guess}'?`}`;
}

export function expected(root: JsonSchema, path: Path): string {
  const words = valuesAt(root, path);
  return words.length > 0
    ? `(${words.join(", ")})`
    : `(${kindsAt(root, path).join(" or ")})${hint(root, path)}`;
}

function hint(root: JsonSchema, path: Path): string {
  const text = describedAt(root, path);
  return text === null ? "" : `: ${text}`;
}

/** A value as it stands in the file, cut to what fits a line. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isMap(value)) return "a map";
  const text =
    typeof value === "number"
      ? String(value)
      : ((JSON.stringify(value) as string | undefined) ?? "something odd");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return here;
}
