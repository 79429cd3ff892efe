import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Files that git knows or would take: what a clone of this tree holds. */
export function trackedFiles(): readonly string[] {
  return execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
    .split("\0")
    .filter((path) => path !== "");
}

/** A clone of this tree in a folder of its own, with what `npm ci` made here: commands that write, write there. */
export function cloneHere(): string {
  const folder = mkdtempSync(join(tmpdir(), "radrig-clone-"));
  for (const path of trackedFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { dereference: false, errorOnExist: false });
  }
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true });
  // A link to the whole folder would be resolved: the compiler would know none of its types again and check everything anew.
  linkTree(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** The same files under other names, as `npm ci` lays them out; copies where the two folders are on different disks. */
function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
    copyFileSync(source, target);
  }
}
