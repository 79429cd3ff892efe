import type { z } from "zod";
import { nearest } from "./did-you-mean.ts";
import { at, expected, isMap, show, wrongType, wrongWord } from "./problem-words.ts";
import type { JsonSchema } from "./schema-walk.ts";
import { keysAt, kindsWith, valuesAt } from "./schema-walk.ts";
import { otherUnit } from "./unit-hints.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Something wrong with a file's content: where in the tree, and what was found, what was expected, how to mend it. */
export interface Problem {
  readonly path: Path;
  /** The key itself is at fault, not its value. */
  readonly atKey: boolean;
  readonly text: string;
  /** The key that an unknown one was taken for. */
  readonly meant?: string;
  /** The key that is missing in the map at `path`. */
  readonly lacks?: string;
}

/** What zod found, in words a person at a beam can act on. `root` is the schema, `value` what the file holds. */
export function problemsOf(issues: readonly Issue[], root: JsonSchema, value: unknown): readonly Problem[] {
  const all = issues.flatMap((issue) => explain(issue, [], root, value));
  const told = all.flatMap(({ path, meant }) =>
    meant === undefined ? [] : [[...path.slice(0, -1), meant].join("\n")],
  );
  // A key that stands there misspelt is not missing as well.
  return all.filter(({ path, lacks }) => lacks === undefined || !told.includes([...path, lacks].join("\n")));
}

function explain(issue: Issue, base: Path, root: JsonSchema, value: unknown): readonly Problem[] {
  const path = [...base, ...issue.path];
  const found = at(value, path);
  const here = (text: string): Problem[] => [{ path, atKey: false, text }];
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownKeys(issue.keys, path, root, found);
    case "invalid_union":
      return union(issue, path, root, value);
    case "invalid_type":
      return found === undefined ? missing(path, root) : here(wrongType(found, path, root));
    case "invalid_value":
      return found === undefined ? missing(path, root) : here(wrongWord(found, valuesAt(root, path)));
    case "too_small":
    case "too_big":
      return here(
        `found ${show(found)}: ${/^[a-z].*\d/.test(issue.message) ? issue.message : bounds(issue)}`,
      );
    case "invalid_key":
      return [{ path, atKey: true, text: `'${String(path.at(-1))}' is no name: ${messageOf(issue.issues)}` }];
    case "invalid_format":
      return here(
        `found ${show(found)}, expected ${issue.message.startsWith("Invalid") ? formatOf(issue) : issue.message}`,
      );
    case "custom":
      return here(issue.message);
    case "not_multiple_of":
    case "invalid_element":
      return here(`found ${show(found)}: ${issue.message}`);
  }
}

/** The branch that was most likely meant speaks; where none stands out, all are named. */
function union(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: Path,
  root: JsonSchema,
  value: unknown,
): readonly Problem[] {
  const found = at(value, path);
  if (found === undefined) return missing(path, root);
  if (issue.errors.length === 0)
    return [{ path, atKey: false, text: wrongWord(found, valuesAt(root, path)) }];
  const meant = issue.errors.filter(
    (branch) => !branch.some((inner) => inner.path.length === 0 && isMismatch(inner, found)),
  );
  const deepest = meant.find((branch) =>
    branch.every((inner) => at(value, [...path, ...inner.path]) !== undefined),
  );
  const chosen = deepest ?? meant[0];
  if (chosen !== undefined) return chosen.flatMap((inner) => explain(inner, path, root, value));
  if (!isMap(found)) return [{ path, atKey: false, text: wrongType(found, path, root) }];
  const known = keysAt(root, path);
  const keys = Object.keys(found);
  const unknown = keys.filter((key) => !known.includes(key));
  if (unknown.length > 0) return unknownKeys(unknown, path, root, found);
  return [
    {
      path,
      atKey: false,
      text: `found ${keys.length === 0 ? "nothing" : keys.join(" and ")}, expected exactly one of ${known.join(", ")}`,
    },
  ];
}

/** Says that another branch was meant: not this kind of value at all. A wrong word among words is a slip. */
function isMismatch(issue: Issue, found: unknown): boolean {
  if (issue.code === "invalid_value") return !issue.values.some((word) => typeof word === typeof found);
  return issue.code === "invalid_type" || issue.code === "unrecognized_keys";
}

function missing(path: Path, root: JsonSchema): readonly Problem[] {
  const lacks = String(path.at(-1) ?? "");
  const text =
    path.length === 0
      ? "found nothing, expected a map"
      : `key '${lacks}' is missing: add '${lacks}: …' ${expected(root, path)}`;
  return [{ path: path.slice(0, -1), atKey: false, text, lacks }];
}

function unknownKeys(
  keys: readonly string[],
  path: Path,
  root: JsonSchema,
  map: unknown,
): readonly Problem[] {
  const known = keysAt(root, path, isMap(map) ? map : {});
  const present = isMap(map) ? Object.keys(map) : [];
  const free = known.filter((candidate) => !present.includes(candidate));
  return keys.map((key) => {
    const short = key.slice(0, 40);
    const here = { path: [...path, key], atKey: true } as const;
    const kinds = known.includes(key) ? [] : kindsWith(root, path, key);
    if (kinds.length > 0)
      return { ...here, text: `key '${short}' belongs to ${kinds.join(" or ")}: leave it out here` };
    const unit = otherUnit(key, at(map, [key]), free);
    if (unit !== null) {
      const write = unit.value === null ? "" : `; write '${unit.key}: ${unit.value}'`;
      return {
        ...here,
        text: `unknown key '${short}': this quantity is given as ${unit.key}${write}`,
        meant: unit.key,
      };
    }
    const guess = key.length > 40 ? null : (nearest(key, free) ?? nearest(key, known));
    if (guess !== null)
      return { ...here, text: `unknown key '${short}': did you mean '${guess}'?`, meant: guess };
    return {
      ...here,
      text: `unknown key '${short}': expected one of ${known.join(", ") || "no key at all"}`,
    };
  });
}

function bounds(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const side =
    issue.code === "too_small"
      ? issue.inclusive === false
        ? "more than"
        : "at least"
      : issue.inclusive === false
        ? "less than"
        : "at most";
  const what = issue.origin === "array" ? " entries" : issue.origin === "string" ? " characters" : "";
  return `expected ${side} ${String(limit)}${what}`;
}

function formatOf(issue: Extract<Issue, { code: "invalid_format" }>): string {
  return issue.pattern === undefined ? issue.format : `text like ${issue.pattern}`;
}

function messageOf(issues: readonly Issue[]): string {
  return issues[0]?.message ?? "expected another";
}
