import { RigError } from "../domain/errors.ts";

/** Words for what a disk refuses, with the mend. */
const known: Readonly<Record<string, string>> = {
  ENOSPC: "no room left on its disk: free some, then go on with --resume",
  EDQUOT: "its disk quota is used up: free some, then go on with --resume",
  EFBIG: "the file may not grow further (a file size limit): lift it, then go on with --resume",
  EIO: "its disk fails to write: copy the folder to another disk, then go on there with --resume",
  EROFS: "its file system is read-only: give --out a folder on another disk",
  EACCES: "it may not be written to: give --out a folder of your own",
  EPERM: "it may not be written to: give --out a folder of your own",
  ENOENT: "the folder it would stand in is not there: make it first, or name another",
  ENOTDIR: "a part of its path is a file: give --out another folder",
};

/** The record cannot be kept safe: RigError `storage`, with what the disk said. */
export function storageError(path: string, error: unknown): RigError {
  if (error instanceof RigError) return error;
  const code = codeOf(error);
  const why = (code !== null && known[code]) || (error instanceof Error ? error.message : String(error));
  return new RigError("storage", `${path} cannot be written: ${why}`, { cause: error });
}

export function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : null;
}
