import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { RigError } from "../domain/errors.ts";
import { listPorts } from "../link/serial-identity.ts";
import { openPort } from "../link/open.ts";
import type { ReadRig } from "./files.ts";

/** One thing a campaign needs, as it is on this machine. `mend` is the line that puts it right; null where nothing is wrong. */
export interface Finding {
  readonly name: string;
  /** `warning`: campaigns run, but something is less than it could be. */
  readonly state: "ok" | "warning" | "failure";
  readonly found: string;
  readonly mend: string | null;
}

export interface Surveyed {
  readonly nodeVersion: string;
  /** Where records go. */
  readonly folder: string;
  readonly rig: ReadRig | null;
  /** Where device files lie: `/dev`. */
  readonly devices: string;
}

/** Looks at everything in order; a check that fails stops none of the others. */
export async function* diagnose(surveyed: Surveyed): AsyncGenerator<Finding, void> {
  yield node(surveyed.nodeVersion);
  yield cores();
  yield disk(surveyed.folder);
  yield pseudoTerminals(surveyed.devices);
  yield await serialPorts(surveyed.devices);
  if (surveyed.rig !== null) yield* links(surveyed.rig);
}

const ok = (name: string, found: string): Finding => ({ name, state: "ok", found, mend: null });
const warning = (name: string, found: string, mend: string): Finding => ({
  name,
  state: "warning",
  found,
  mend,
});
const failure = (name: string, found: string, mend: string): Finding => ({
  name,
  state: "failure",
  found,
  mend,
});

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok("Node", version)
    : failure(
        "Node",
        `${version}, 20.19 or later is needed`,
        "install Node 20 or 22: https://nodejs.org, or `nvm install 22`",
      );
}

function cores(): Finding {
  const count = availableParallelism();
  return count >= 2
    ? ok("cores", String(count))
    : warning(
        "cores",
        "1",
        "a core for the host and one for the rest: with one, expect late time stamps at high rates",
      );
}

const leastFreeGB = 1;
const slowFsyncMs = 50;

/** A journal is made durable event by event: a folder that takes no fsync, or takes it slowly, decides what a run can keep. */
function disk(folder: string): Finding {
  const place = nearestFolder(folder);
  const probe = join(place, `.radrig-doctor-${process.pid}`);
  try {
    const { bavail, bsize } = statfsSync(place);
    const freeGB = (bavail * bsize) / 1e9;
    const file = openSync(probe, "w", 0o600);
    const from = process.hrtime.bigint();
    writeSync(file, "radrig\n");
    fsyncSync(file);
    const fsyncMs = Number(process.hrtime.bigint() - from) / 1e6;
    closeSync(file);
    rmSync(probe);
    const found = `${folder}: ${freeGB.toFixed(1)} GB free, a durable write takes ${fsyncMs.toFixed(1)} ms`;
    if (freeGB < leastFreeGB)
      return failure(
        "disk",
        found,
        `free at least ${leastFreeGB} GB, or give \`radrig run --out\` a folder on another disk`,
      );
    return fsyncMs > slowFsyncMs
      ? warning(
          "disk",
          found,
          "give `radrig run --out` a folder on a local disk: every event waits for one such write",
        )
      : ok("disk", found);
  } catch (error) {
    return failure(
      "disk",
      `${folder}: ${wordsOf(error)}`,
      `make it a folder that you may write to, or give \`radrig run --out\` another`,
    );
  }
}

function pseudoTerminals(devices: string): Finding {
  const path = join(devices, "ptmx");
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_NOCTTY));
    return ok("pseudo-terminals", path);
  } catch (error) {
    return warning(
      "pseudo-terminals",
      `${path}: ${wordsOf(error)}`,
      "`radrig emulate` needs them: `mount -t devpts devpts /dev/pts`",
    );
  }
}

async function serialPorts(devices: string): Promise<Finding> {
  const tty = existsSync(devices)
    ? readdirSync(devices).filter((name) => /^tty(USB|ACM|AMA|XRUSB)\d+$/.test(name))
    : [];
  const barred = tty.filter((name) => !mayUse(join(devices, name)));
  if (barred.length > 0)
    return failure(
      "serial ports",
      `no permission for ${barred.join(", ")}`,
      "`sudo usermod -aG dialout $USER`, then log in again",
    );
  const ports = await listPorts();
  return ports.length > 0
    ? ok("serial ports", ports.map(({ path }) => path).join(", "))
    : warning(
        "serial ports",
        "none",
        "plug a board in (in a container: `--device /dev/ttyUSB0`); the emulated rig needs none",
      );
}

/** Every link of a rig file opened and closed again. Nothing is written: a board is not disturbed. */
async function* links({ file, rig }: ReadRig): AsyncGenerator<Finding, void> {
  for (const [name, { link }] of [...Object.entries(rig.stations), ...Object.entries(rig.devices)]) {
    if ("memory" in link) continue;
    try {
      const port = await openPort(link, { memory: null })();
      await port.close();
      yield ok(`link ${name}`, port.name);
    } catch (error) {
      yield failure(
        `link ${name}`,
        wordsOf(error),
        error instanceof RigError
          ? `then, if need be, correct the link of '${name}' in ${file.name}`
          : `correct the link of '${name}' in ${file.name}`,
      );
    }
  }
}

/** The folder itself, or the one it will be made in. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
