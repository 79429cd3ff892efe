import { appendFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Refused } from "./influx-delivery.ts";

/**
 * Lines that a server refused for good, in line protocol, each group under a comment that tells the server's reason. They can
 * be sent to another database as they are. Beyond the quota they are only counted: the journal has them anyway.
 */
const quotaBytes = 16 * 1024 * 1024;

export function rejectedPath(folder: string): string {
  return join(folder, "influx-rejected.lp");
}

/** Throws where the disk refuses. */
export async function keepRefused(folder: string, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  const path = rejectedPath(folder);
  let size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  for (const { reason, lines } of refused) {
    const text = `# ${reason}\n${lines.join("\n")}\n`;
    size += Buffer.byteLength(text);
    if (size > quotaBytes) return;
    await appendFile(path, text);
  }
}
