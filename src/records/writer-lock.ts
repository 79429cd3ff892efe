import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { RigError } from "../domain/errors.ts";
import { codeOf, storageError } from "./storage-error.ts";

/**
 * One writer a journal. The lock is a file that names its process; `link` makes it appear whole or not at all. A process
 * that was killed leaves its lock behind: it is known to be gone by its number, and, where the system tells, by the time it
 * was started and the boot it belonged to, so that a number given to another process later keeps nobody out.
 */
export interface WriterLock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  /** Start time and boot of the process; "" where the system does not tell. */
  readonly birth: string;
}

let attempts = 0;

export async function lockForWriting(path: string): Promise<WriterLock> {
  const mine = JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) } satisfies Owner);
  const draft = `${path}.${process.pid}.${attempts++}`;
  try {
    await writeFile(draft, mine, { flag: "wx" });
    while (!(await linked(draft, path))) await clearStale(path, `${draft}.stale`);
  } catch (error) {
    throw storageError(path, error);
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => rm(path, { force: true }) };
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Takes a dead owner's lock away, or throws. Of two that try at once, one moves it; what was moved is looked at again. */
async function clearStale(path: string, aside: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(absent);
  if (text === null) return;
  const owner = ownerIn(text);
  if (owner !== null && isAlive(owner)) throw taken(path, owner);
  if ((await rename(path, aside).catch(absent)) === null) return;
  const moved = await readFile(aside, "utf8");
  if (moved !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function absent(error: unknown): null {
  if (codeOf(error) === "ENOENT") return null;
  throw error;
}

function taken(path: string, { pid }: Owner): RigError {
  return new RigError(
    "storage",
    `${path}: process ${pid} is writing this record: wait for it or end it; if it is no radrig, remove that file`,
  );
}

function ownerIn(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    return Number.isSafeInteger(owner?.pid) && owner!.pid! > 0 && typeof owner?.birth === "string"
      ? (owner as Owner)
      : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, birth }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  const now = birthOf(pid);
  return birth === "" || now === "" || birth === now;
}

/** Linux: boot id and start time in ticks since that boot; `ended` for one that was killed and not buried by its parent. */
function birthOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The process's name stands in brackets and may hold anything; the start time is the 20th word behind it.
    const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return words[0] === "Z" ? "ended" : `${boot} ${words[19] ?? ""}`;
  } catch {
    return "";
  }
}
