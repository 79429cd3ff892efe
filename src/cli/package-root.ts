import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where radrig's own files lie (rigs, schemas, protocol): the folder of package.json, from the sources and from the build alike. */
export const packageRoot = findRoot(import.meta.dirname);

/** `radrig 0.1.0`, as it stands in every record. */
export const toolName = readTool();

function findRoot(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("package.json of radrig not found");
  return findRoot(parent);
}

function readTool(): string {
  const { name, version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
  };
  return `${name} ${version}`;
}
