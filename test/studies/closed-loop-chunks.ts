import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Runs a script once for each list of arguments, so many at once (WORKERS), and answers what each printed. What a folder (CHUNKS) has already is not done again. */
export async function runChunks(
  script: string,
  lists: readonly (readonly (string | number)[])[],
): Promise<string[]> {
  const folder = process.env["CHUNKS"];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const printed = lists.map(() => "");
  const run = async (args: readonly string[]): Promise<string> => {
    const path = folder === undefined ? null : join(folder, `${args.join("-")}.json`);
    if (path !== null && existsSync(path)) return readFileSync(path, "utf8");
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
    if (path !== null) writeFileSync(path, stdout);
    return stdout;
  };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < lists.length) {
      const place = next++;
      printed[place] = await run(lists[place]!.map(String));
    }
  };
  await Promise.all(Array.from({ length: Number(process.env["WORKERS"] ?? 2) }, work));
  return printed;
}

/** Seeds 1 to `seeds` in lists of FROM and TO. */
export function chunksOf(seeds: number, size: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: Math.ceil(seeds / size) }, (_, i) => [
    i * size + 1,
    Math.min(seeds, (i + 1) * size),
  ]);
}
