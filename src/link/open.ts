import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import { childPort } from "./child.ts";
import { followedFile } from "./followed-file.ts";
import { replayPort } from "./replay.ts";
import type { SerialAddress } from "./serial-identity.ts";
import { ptyPort, serialPort } from "./serial.ts";
import { tcpPort } from "./tcp.ts";

/** Where a device is reached: the `link` of a rig file, with its paths resolved. */
export type PortAddress =
  | { readonly serial: SerialAddress }
  | { readonly pty: string }
  | { readonly tcp: string }
  | { readonly command: readonly string[] }
  | { readonly memory: string }
  | { readonly replay: string }
  | { readonly file: string };

export interface OpenContext {
  /** Emulated devices inside this process, by name; null where there are none. */
  readonly memory: ((name: string) => OpenPort | null) | null;
  /** Where commands are started. */
  readonly cwd?: string;
  readonly onErrorText?: (text: string) => void;
}

/** How the port at this address is opened, as often as need be. */
export function openPort(address: PortAddress, context: OpenContext): OpenPort {
  if ("serial" in address) return serialPort(address.serial);
  if ("pty" in address) return ptyPort(address.pty);
  if ("tcp" in address) return tcpPort(address.tcp);
  if ("command" in address) return childPort(address.command, context);
  if ("file" in address) return followedFile(address.file);
  if ("replay" in address) return replayPort(address.replay);
  const open = context.memory?.(address.memory) ?? null;
  if (open !== null) return open;
  throw new RigError(
    "config",
    `link { memory: ${address.memory} } names no emulated device of this rig: add it under emulation, or give the link another kind`,
  );
}
