import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { dirname } from "node:path";
import { RigError } from "../domain/errors.ts";
import { storageError } from "../records/storage-error.ts";

/** Where a model goes. */
export interface ModelPlace {
  /** What a link leads to, where `--out` names a link. */
  readonly path: string;
  /** A model is there already, and gives way to the new one. */
  readonly replaces: boolean;
}

/**
 * Where `--out` leads, known before anything is computed. An earlier model is replaced; whatever else is there (a record's journal, a published file, a device) is never
 * written over. RigError `config` then, and `storage` where nothing can be written.
 */
export function modelPlace(out: string): ModelPlace {
  const refuse = (found: string): RigError =>
    new RigError("config", `--out ${out}: ${found}; name a new file, such as model.json`);
  if (out.trim() === "") throw refuse("no name");
  const there = statOf(out);
  if (there === undefined) {
    folderCanBeWritten(out);
    return { path: out, replaces: false };
  }
  if (!there.isFile()) throw refuse(there.isDirectory() ? "it is a folder" : "it is no plain file");
  const path = realpathSync(out);
  if (there.size > 0 && !beginsAsModel(path))
    throw refuse("a file is there that is no model, and would be lost");
  folderCanBeWritten(path);
  return { path, replaces: there.size > 0 };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw storageError(path, error);
  }
}

function folderCanBeWritten(path: string): void {
  const folder = dirname(path);
  if (statOf(folder) === undefined)
    throw new RigError("storage", `--out ${path}: there is no folder ${folder}; make it first`);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw storageError(path, error);
  }
}

/** As every version of `modelJson` begins: a journal, a result or a rig file begins otherwise. */
function beginsAsModel(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(500);
    const text = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)).toString("utf8");
    return /^\s*\{\s*"schemaVersion":\s*\d+,\s*"tool":\s*"[^"]*",\s*"emulated":\s*(?:true|false),\s*"device":/.test(
      text,
    );
  } finally {
    closeSync(file);
  }
}
