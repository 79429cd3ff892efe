import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { LineCounter, isCollection, isMap, isPair, isScalar, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import type { z } from "zod";
import { RigError } from "../domain/errors.ts";
import { jsonSchemaOf } from "./schema-walk.ts";
import { shortPath } from "./short-path.ts";
import { problemsOf } from "./yaml-problems.ts";

/**
 *   file ─bytes→ size, UTF-8 ─text→ YAML ─tree→ schema ─→ value
 *                     └──────────────┴─────────────┴─→ RigError `config`: every problem as file:line:column
 */
export interface YamlFile {
  /** As it is named in messages: relative to the working folder where that is shorter. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly sha256: string;
  readonly value: unknown;
  readonly tree: Document;
  readonly lines: LineCounter;
}

/** A rig of a thousand stations fits ten times over. */
const mostBytes = 1_000_000;
/** Aliases may repeat a block of settings, not breed. */
const mostAliases = 100;

/** Reads the file as YAML. Throws RigError `config` with every problem located. */
export function readYaml(path: string): YamlFile {
  const name = shortPath(path);
  const bytes = readBytes(path, name);
  const text = decodeUtf8(bytes, name);
  const lines = new LineCounter();
  let tree: Document.Parsed;
  try {
    tree = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
      logLevel: "error",
    });
  } catch (error) {
    throw new RigError("config", `${name}:1:1: this YAML cannot be read (nested too deeply?)`, {
      cause: error,
    });
  }
  if (tree.errors.some(({ message }) => message.includes("call stack")))
    throw new RigError("config", `${name}:1:1: this YAML cannot be read: nested too deeply`);
  if (tree.errors.length > 0 || tree.warnings.length > 0)
    throw complain(
      [...tree.errors, ...tree.warnings].slice(0, 20).map(({ pos, code, message }) => ({
        ...position(lines, pos[0]),
        text: syntaxHint(code, message, text, pos[0]),
      })),
      name,
    );
  let value: unknown;
  try {
    value = tree.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    throw new RigError(
      "config",
      `${name}:1:1: more than ${mostAliases} repetitions by alias: write the values out`,
      {
        cause: error,
      },
    );
  }
  return { name, path, text, sha256: createHash("sha256").update(bytes).digest("hex"), value, tree, lines };
}

/** Holds the file against a schema. Throws RigError `config` with every problem located. */
export function checkYaml<T>(file: YamlFile, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(file.value);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error.issues, jsonSchemaOf(schema), file.value);
  throw complain(
    problems.map((problem) => ({ ...locate(file, problem.path, problem.atKey), text: problem.text })),
    file.name,
  );
}

/** A problem found after the schema: the cross checks. */
export function located(
  file: YamlFile,
  path: readonly PropertyKey[],
  text: string,
): { readonly line: number; readonly column: number; readonly text: string } {
  return { ...locate(file, path, false), text };
}

/** As `located`, where the last key of the path is itself at fault. */
export function locatedKey(
  file: YamlFile,
  path: readonly PropertyKey[],
  text: string,
): ReturnType<typeof located> {
  return { ...locate(file, path, true), text };
}

/** `file:line:column: `, for a message that is about this place. */
export function placeOf(file: YamlFile, path: readonly PropertyKey[]): string {
  const { line, column } = locate(file, path, false);
  return `${file.name}:${line}:${column}: `;
}

/** One error for all problems, in the order of the file. */
export function complain(
  problems: readonly { readonly line: number; readonly column: number; readonly text: string }[],
  name: string,
): RigError {
  const unique = new Map(
    problems.map((problem) => [`${problem.line}:${problem.column}:${problem.text}`, problem]),
  );
  const sorted = [...unique.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  return new RigError(
    "config",
    sorted.map(({ line, column, text }) => `${name}:${line}:${column}: ${text}`).join("\n"),
  );
}

/** Where a place in the tree stands in the file; the nearest thing above it where it is not there. */
function locate(
  file: YamlFile,
  path: readonly PropertyKey[],
  atKey: boolean,
): { line: number; column: number } {
  let node: unknown = file.tree.contents;
  let start = offsetOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    if (!isCollection(node)) break;
    const last = index === path.length - 1;
    if (isMap(node) && last && atKey) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      start = offsetOf(pair?.key) ?? start;
      break;
    }
    node = node.get(step, true);
    start = offsetOf(node) ?? start;
  }
  return position(file.lines, start);
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function syntaxHint(code: string, message: string, text: string, offset: number): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "this key stands twice in one map: keep one of them";
    case "TAB_AS_INDENT":
      return "a tab where YAML wants spaces: indent with spaces";
    case "MULTIPLE_DOCS":
      return "a second document ('---'): one file holds one rig or one campaign";
    case "UNEXPECTED_TOKEN":
    case "MISSING_CHAR":
    case "BAD_INDENT":
      return `${text[offset] === "\t" ? "a tab where YAML wants spaces: " : ""}${firstLine(message)}`;
    default:
      return firstLine(message);
  }
}

function firstLine(message: string): string {
  return message.split("\n", 1).join("").slice(0, 200);
}

function readBytes(path: string, name: string): Buffer {
  let handle: number;
  try {
    // Without waiting: a named pipe that nobody writes to must not hang the host.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new RigError(
      "config",
      code === "ENOENT" ? `${name}: no such file` : `${name}: cannot be opened (${code ?? String(error)})`,
      { cause: error },
    );
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile())
      throw new RigError(
        "config",
        `${name}: expected a YAML file, found ${stat.isDirectory() ? "a folder" : "something else"}`,
      );
    if (stat.size > mostBytes)
      throw new RigError(
        "config",
        `${name}: ${stat.size} bytes; a rig or campaign file has at most ${mostBytes}`,
      );
    const bytes = Buffer.alloc(stat.size);
    return bytes.subarray(0, readSync(handle, bytes, 0, stat.size, 0));
  } finally {
    closeSync(handle);
  }
}

function decodeUtf8(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RigError("config", `${name}: this is not UTF-8 text: save it as UTF-8`, { cause: error });
  }
}
