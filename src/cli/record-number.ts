import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { RigError } from "../domain/errors.ts";
import { journalPath } from "../records/journal.ts";

/** A folder for a record. `made`: it was not there before, so it may go again if nothing comes of it. */
export interface NewFolder {
  readonly folder: string;
  readonly made: boolean;
}

/** The folder for a new record: the one asked for, which must hold no record yet, else `records/<campaign>-<n>` with the next free number. */
export function newRecordFolder(asked: string | undefined, campaign: string, base = "records"): NewFolder {
  if (asked !== undefined) return askedFolder(resolve(asked), asked);
  for (let number = highestNumber(base, campaign) + 1; ; number++) {
    const folder = resolve(base, `${campaign}-${number}`);
    made(resolve(base), { recursive: true });
    // Two campaigns begun at once must not share a folder: whoever makes it has it.
    if (!existsSync(folder)) return { folder: made(folder, { recursive: false }), made: true };
  }
}

function askedFolder(folder: string, asked: string): NewFolder {
  if (existsSync(journalPath(folder)))
    throw new RigError(
      "config",
      `${asked} holds a record already: go on with it by --resume ${asked}, or give --out another folder`,
    );
  const isNew = !existsSync(folder);
  return { folder: made(folder, { recursive: true }), made: isNew };
}

function highestNumber(base: string, campaign: string): number {
  if (!existsSync(base)) return 0;
  const numbers = readdirSync(base).map((name) =>
    name.startsWith(`${campaign}-`)
      ? Number(/^[1-9]\d{0,8}$/.exec(name.slice(campaign.length + 1))?.[0] ?? 0)
      : 0,
  );
  return Math.max(0, ...numbers);
}

function made(folder: string, options: { readonly recursive: boolean }): string {
  try {
    mkdirSync(folder, options);
  } catch (error) {
    throw new RigError(
      "storage",
      `${join(folder)}: cannot be made (${error instanceof Error ? error.message : String(error)}): give --out a folder that you may write to`,
      { cause: error },
    );
  }
  return folder;
}
