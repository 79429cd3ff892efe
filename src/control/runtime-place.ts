import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RigError } from "../domain/errors.ts";

/**
 * Where processes that work with one rig find each other: a folder of this user alone, and names in it made of the rig file's path.
 *
 *   guard-<rig>.json    the guard that holds the rig's safety devices: port, token, process
 *   guard-<rig>.jsonl   what it did, and when
 *   run-<rig>.json      the record folder that a campaign on this rig is running into
 */
export interface RigPlace {
  readonly folder: string;
  readonly guard: string;
  readonly guardLog: string;
  readonly run: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `RADRIG_RUNTIME` overrides; else the session's runtime folder, else one of this user under the temporary folder. */
export function runtimeFolder(environment: Environment): string {
  const { RADRIG_RUNTIME: own = "", XDG_RUNTIME_DIR: session = "" } = environment;
  if (own !== "") return resolve(own);
  return session !== "" ? join(session, "radrig") : join(tmpdir(), `radrig-${process.getuid?.() ?? "user"}`);
}

/** Makes the folder where it is missing. RigError `environment` where it is not this user's alone: a token in it would be no secret. */
export function rigPlace(rigPath: string, environment: Environment): RigPlace {
  const folder = runtimeFolder(environment);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    const stranger = process.getuid !== undefined && uid !== process.getuid();
    if (stranger || (process.platform !== "win32" && (mode & 0o077) !== 0))
      throw new RigError(
        "environment",
        `${folder}: others can get at it (mode ${(mode & 0o777).toString(8)}): \`chmod 700\` it, or name another folder in RADRIG_RUNTIME`,
      );
  } catch (error) {
    if (error instanceof RigError) throw error;
    throw new RigError(
      "environment",
      `${folder}: cannot be made or looked at: name another folder in RADRIG_RUNTIME`,
      { cause: error },
    );
  }
  const key = createHash("sha256").update(realpathSync(rigPath)).digest("hex").slice(0, 16);
  return {
    folder,
    guard: join(folder, `guard-${key}.json`),
    guardLog: join(folder, `guard-${key}.jsonl`),
    run: join(folder, `run-${key}.json`),
  };
}
