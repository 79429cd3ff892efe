import { statSync, watch } from "node:fs";
import { join } from "node:path";
import type { Running } from "./radrig.ts";

/** Bytes in the journal of this record; none yet: 0. */
export function journalBytes(record: string): number {
  return statSync(join(record, "journal.jsonl"), { throwIfNoEntry: false })?.size ?? 0;
}

/** Resolves when the journal in this folder, which is there, holds so many bytes; rejects when the program ends before. */
export async function grownTo(record: string, bytes: number, running: Running): Promise<void> {
  const watcher = watch(record);
  const ended = running.ended.then(({ stderr }) => {
    throw new Error(`radrig ended before its journal held ${bytes} bytes: ${stderr}`);
  });
  ended.catch(() => undefined);
  try {
    while (journalBytes(record) < bytes)
      await Promise.race([new Promise<void>((changed) => watcher.once("change", () => changed())), ended]);
  } finally {
    watcher.close();
  }
}
