import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Process } from "../records/record-folder.ts";
import { packageRoot, toolName } from "./package-root.ts";

/** What host.json says of this process. */
export function thisProcess(): Process {
  return { tool: toolName, gitSha: gitSha(packageRoot), wallStartUtc: new Date().toISOString() };
}

/** The commit that is checked out, read from git's own files: git itself need not be there. null where this is no clone. */
export function gitSha(root: string): string | null {
  const head = textOf(join(root, ".git/HEAD"));
  const ref = /^ref: (refs\/[\w./-]+)$/.exec(head)?.[1];
  const sha = ref === undefined ? head : textOf(join(root, ".git", ref)) || packedRef(root, ref);
  return /^[0-9a-f]{40,64}$/.test(sha) ? sha : null;
}

function packedRef(root: string, ref: string): string {
  const line = textOf(join(root, ".git/packed-refs"))
    .split("\n")
    .find((entry) => entry.endsWith(` ${ref}`));
  return line?.split(" ", 1).join("") ?? "";
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}
