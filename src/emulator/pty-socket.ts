import { lstatSync, mkdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { RigError } from "../domain/errors.ts";
import { openPty } from "./pty.ts";
import type { Pty } from "./pty.ts";
import type { Wire } from "./wire.ts";

/** A wire behind a pseudo-terminal under a stable name: the symlink is there exactly while the terminal is. */
export interface PtySocket {
  readonly name: string;
  /** The terminal hangs up and its name is gone. Also the last act of this process: synchronous. */
  close(): void;
}

export function ptySocket(name: string, wire: Wire): PtySocket {
  const pty = openPty();
  place(name, pty);
  wire.plug(pty.port);
  return {
    name,
    close: () => {
      if (linkTarget(name) === pty.path) unlinkSync(name);
      wire.unplug();
    },
  };
}

/** A symlink left behind by an emulation that was killed is replaced; anything else that stands there is not touched. */
function place(name: string, pty: Pty): void {
  try {
    mkdirSync(dirname(name), { recursive: true });
    if (linkTarget(name) !== null) unlinkSync(name);
    symlinkSync(pty.path, name);
  } catch (cause) {
    void pty.port.close();
    throw new RigError(
      "config",
      `cannot put an emulated port at ${name}: ${(cause as Error).message}; move what is there, or change the folder`,
      { cause },
    );
  }
}

function linkTarget(name: string): string | null {
  return lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(name) : null;
}
