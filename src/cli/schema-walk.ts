import { z } from "zod";

/** A schema as it is written for editors: what a file may hold, before defaults. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made = written.get(schema);
  if (made !== undefined) return made;
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", target: "draft-7" });
  written.set(schema, json);
  return json;
}

/** Writing one takes longer than reading a file. */
const written = new WeakMap<z.ZodType, JsonSchema>();

/** All schemas that may hold at this place; several where a union leaves it open. */
export function schemasAt(root: JsonSchema, path: readonly PropertyKey[]): readonly JsonSchema[] {
  let here = branches(root, root);
  for (const step of path)
    here = here.flatMap((schema) => children(schema, step)).flatMap((schema) => branches(schema, root));
  return here;
}

/** The keys a map may have at this place; with `map` those of its own kind, where a word in it tells which of several it is. */
export function keysAt(
  root: JsonSchema,
  path: readonly PropertyKey[],
  map: JsonSchema = {},
): readonly string[] {
  const all = schemasAt(root, path);
  const own = all.filter((schema) => kindOf(schema).every(([key, word]) => (map[key] ?? word) === word));
  return unique((own.length > 0 ? own : all).flatMap(keysOf));
}

/** Which kinds of map have this key at this place, by the word that tells them apart: `kind: beam`. */
export function kindsWith(root: JsonSchema, path: readonly PropertyKey[], key: string): readonly string[] {
  return unique(
    schemasAt(root, path)
      .filter((schema) => keysOf(schema).includes(key))
      .flatMap((schema) => kindOf(schema).map(([name, word]) => `${name}: ${String(word)}`)),
  );
}

function keysOf(schema: JsonSchema): readonly string[] {
  return Object.keys(record(schema["properties"]));
}

/** Keys that hold one word alone. */
function kindOf(schema: JsonSchema): readonly (readonly [string, unknown])[] {
  return Object.entries(record(schema["properties"])).flatMap(([key, value]) =>
    "const" in record(value) ? [[key, record(value)["const"]] as const] : [],
  );
}

/** The values a closed list allows at this place. */
export function valuesAt(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  return unique(
    schemasAt(root, path).flatMap((schema) =>
      "const" in schema ? [String(schema["const"])] : list(schema["enum"]).map(String),
    ),
  );
}

/** Kinds of value that fit at this place, in words. */
export function kindsAt(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const words: Readonly<Record<string, string>> = {
    object: "a map",
    array: "a list",
    string: "text",
    number: "a number",
    integer: "a whole number",
    boolean: "true or false",
    null: "null",
  };
  return unique(
    schemasAt(root, path).flatMap((schema) => {
      const type = schema["type"];
      return typeof type === "string" ? [words[type] ?? type] : [];
    }),
  );
}

/** What the schema says of this place in prose, if it says anything. */
export function describedAt(root: JsonSchema, path: readonly PropertyKey[]): string | null {
  const texts = schemasAt(root, path).map((schema) => schema["description"]);
  return texts.find((text) => typeof text === "string") ?? null;
}

function branches(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const ref = schema["$ref"];
  if (typeof ref === "string") return branches(referred(root, ref), root);
  const inner = [...list(schema["anyOf"]), ...list(schema["oneOf"])].map(record);
  return inner.length === 0 ? [schema] : inner.flatMap((one) => branches(one, root));
}

/** What a schema that holds itself calls by a JSON pointer: `#/definitions/step`. */
function referred(root: JsonSchema, ref: string): JsonSchema {
  return ref
    .split("/")
    .slice(1)
    .reduce<JsonSchema>((here, step) => record(here[step]), root);
}

function children(schema: JsonSchema, step: PropertyKey): JsonSchema[] {
  if (typeof step === "number") return "items" in schema ? [record(schema["items"])] : [];
  const properties = record(schema["properties"]);
  if (typeof step === "string" && Object.hasOwn(properties, step)) return [record(properties[step])];
  const rest = schema["additionalProperties"];
  return typeof rest === "object" && rest !== null ? [record(rest)] : [];
}

function record(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? (value as JsonSchema) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
