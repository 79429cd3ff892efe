import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { sendCommand } from "../control/client.ts";
import { handshakeAt, handshakePath } from "../control/handshake.ts";
import { userName } from "./user-name.ts";

/** A campaign's process, found by its record folder. */
export interface LiveRun {
  readonly folder: string;
  readonly pid: number;
}

/** null: none is running into this folder. What a killed one left behind is none. */
export function liveRun(folder: string | null): LiveRun | null {
  if (folder === null) return null;
  const handshake = handshakeAt(handshakePath(folder));
  if (typeof handshake !== "object" || !isRadrigRun(handshake.pid)) return null;
  return { folder, pid: handshake.pid };
}

/** A number may belong to another program by now: that one is never touched. */
export function isRadrigRun(pid: number): boolean {
  const words = commandOf(pid);
  return /radrig|cli[/\\]main\.js/.test(words) && /(^|\s)run(\s|$)/.test(words);
}

function commandOf(pid: number): string {
  const path = `/proc/${pid}/cmdline`;
  try {
    if (existsSync("/proc/self/cmdline")) return readFileSync(path, "utf8").replaceAll("\0", " ").trim();
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** A run that hears this answers within a disk write; longer than this it is hung. */
const answerMs = 300;
const endMs = 10_000;
const lookMs = 20;

export type Ending = "aborted" | "killed" | "stays";

/**
 * Ends a campaign at once: by command (beam shut, rails off, an end in its record), or, where it does not answer, by the
 * kernel. `stays`: it is another user's, or in a sleep that nothing wakes.
 */
export async function endRun({ folder, pid }: LiveRun): Promise<Ending> {
  const verdict = await sendCommand(folder, { verb: "abort", by: userName() }, answerMs).catch(() => null);
  if (verdict !== null && (await isGone(pid, endMs))) return "aborted";
  if (hasEnded(pid) || !isRadrigRun(pid)) return "aborted";
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return hasEnded(pid) ? "killed" : "stays";
  }
  return (await isGone(pid, endMs)) ? "killed" : "stays";
}

/** Its memory goes before its ports do: only one that is buried, or waits to be, has let go of them. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

async function isGone(pid: number, withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += lookMs) {
    if (hasEnded(pid)) return true;
    await new Promise((next) => setTimeout(next, lookMs));
  }
  return false;
}
