import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * How far a record has been brought to which server, in `influx-cursor.json`. It may be old, torn or gone: points sent again are
 * the same points. So it costs no fsync, and what is no cursor of this record and server counts as none.
 */
export interface Cursor {
  readonly server: string;
  readonly record: string;
  readonly seq: number;
  readonly offset: number;
}

export async function readCursor(folder: string, server: string, record: string): Promise<Cursor | null> {
  try {
    const cursor = JSON.parse(await readFile(pathIn(folder), "utf8")) as Partial<Cursor> | null;
    const fits =
      cursor?.server === server &&
      cursor.record === record &&
      Number.isSafeInteger(cursor.seq) &&
      Number.isSafeInteger(cursor.offset) &&
      cursor.seq! >= 0 &&
      cursor.offset! >= 0;
    return fits ? (cursor as Cursor) : null;
  } catch {
    return null;
  }
}

/** Throws where the disk refuses. */
export async function writeCursor(folder: string, cursor: Cursor): Promise<void> {
  const draft = `${pathIn(folder)}.new`;
  await writeFile(draft, `${JSON.stringify(cursor)}\n`);
  await rename(draft, pathIn(folder));
}

function pathIn(folder: string): string {
  return join(folder, "influx-cursor.json");
}
