import type { FileHandle } from "node:fs/promises";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "./write-atomically.ts";
import { codeOf } from "./storage-error.ts";

/**
 * The bytes of a write that was cut short are evidence too: they go to `raw/torn-N.bin`, are durable there, and only then
 * leave the journal.
 */
export async function setTornAside(
  journal: FileHandle,
  offset: number,
  bytes: number,
  folder: string,
): Promise<string> {
  const raw = join(folder, "raw");
  await mkdir(raw, { recursive: true });
  const { path, file } = await newFile(raw);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(bytes, 1024 * 1024));
    for (let done = 0; done < bytes;) {
      const { bytesRead } = await journal.read(
        buffer,
        0,
        Math.min(buffer.length, bytes - done),
        offset + done,
      );
      if (bytesRead === 0) break;
      await file.writeFile(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(raw);
  await journal.truncate(offset);
  await journal.sync();
  return path;
}

async function newFile(raw: string): Promise<{ readonly path: string; readonly file: FileHandle }> {
  for (let number = 1; ; number++) {
    const path = join(raw, `torn-${number}.bin`);
    try {
      return { path, file: await open(path, "wx") };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}
