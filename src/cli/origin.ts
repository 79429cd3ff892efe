import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../records/write-atomically.ts";

/** Which files a record was made from, on this host: how `--resume` finds its rig again. No part of the truth, so not in the journal. */
export interface Origin {
  readonly campaign: string | null;
  readonly rig: string;
  readonly seed: number;
}

const originPath = (folder: string): string => join(folder, "origin.json");

export async function writeOrigin(folder: string, origin: Origin): Promise<void> {
  await writeAtomically(originPath(folder), `${JSON.stringify(origin, null, 2)}\n`);
}

/** null where there is none, or none that can be read. */
export function readOrigin(folder: string): Origin | null {
  if (!existsSync(originPath(folder))) return null;
  try {
    const { campaign, rig, seed } = JSON.parse(readFileSync(originPath(folder), "utf8")) as Partial<Origin>;
    if (typeof rig !== "string" || typeof seed !== "number") return null;
    return { campaign: typeof campaign === "string" ? campaign : null, rig, seed };
  } catch {
    return null;
  }
}
