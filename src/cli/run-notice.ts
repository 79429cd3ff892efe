import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { rigPlace } from "../control/runtime-place.ts";
import { inMemory } from "./assemble.ts";
import type { ReadRig } from "./files.ts";

/**
 * Which record a campaign on this rig is running into, for whoever knows the rig alone (`radrig kill bench.yaml`).
 * A bench in memory has as many campaigns as anybody likes, and none of them is told of.
 */
export interface Notice {
  takeDown(): void;
}

export function postNotice(rig: ReadRig, folder: string): Notice {
  if (inMemory(rig.rig)) return { takeDown: () => undefined };
  try {
    const { run } = rigPlace(rig.file.path, process.env);
    writeFileSync(run, `${JSON.stringify({ folder: resolve(folder) })}\n`, { mode: 0o600 });
    return {
      takeDown: () => {
        rmSync(run, { force: true });
      },
    };
  } catch {
    // Who can be found by the record's folder alone runs all the same.
    return { takeDown: () => undefined };
  }
}

/** The record folder of the campaign that runs on this rig, or did until it was killed; null where none is known. */
export function noticeOf(rigPath: string): string | null {
  try {
    const { folder } = JSON.parse(readFileSync(rigPlace(rigPath, process.env).run, "utf8")) as {
      readonly folder?: unknown;
    };
    return typeof folder === "string" ? folder : null;
  } catch {
    return null;
  }
}
