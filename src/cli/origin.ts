import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { writeAtomically } from "../records/write-atomically.ts";

/**
 * Which files a record was made from: how `--resume` finds its rig again. No part of the truth, so not in the journal; paths
 * stand in the file relative to the record's folder.
 */
export interface Origin {
  readonly campaign: string | null;
  readonly rig: string;
  readonly seed: number;
}

const originPath = (folder: string): string => join(folder, "origin.json");

export async function writeOrigin(folder: string, origin: Origin): Promise<void> {
  await writeAtomically(
    originPath(folder),
    `${JSON.stringify(
      {
        ...origin,
        campaign: origin.campaign === null ? null : relative(folder, origin.campaign),
        rig: relative(folder, origin.rig),
      },
      null,
      2,
    )}\n`,
  );
}

/** null where there is none, or none that can be read. */
export function readOrigin(folder: string): Origin | null {
  if (!existsSync(originPath(folder))) return null;
  try {
    const { campaign, rig, seed } = JSON.parse(readFileSync(originPath(folder), "utf8")) as Partial<Origin>;
    if (typeof rig !== "string" || typeof seed !== "number") return null;
    return {
      campaign: typeof campaign === "string" ? resolve(folder, campaign) : null,
      rig: resolve(folder, rig),
      seed,
    };
  } catch {
    return null;
  }
}
