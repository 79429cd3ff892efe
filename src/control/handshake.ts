import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { RigError } from "../domain/errors.ts";

/**
 * How a process finds the campaign that runs into a record folder: `control.json` there, readable by its owner alone,
 * names a port on 127.0.0.1 and the token that must be shown at it. It exists only while the campaign runs.
 */
export interface Handshake {
  readonly port: number;
  readonly token: string;
  readonly pid: number;
}

const mostBytes = 1_000;

export function handshakePath(folder: string): string {
  return join(folder, "control.json");
}

export function newToken(): string {
  return randomBytes(24).toString("hex");
}

/** The time this takes tells nothing about how much of the token was right. */
export function sameToken(shown: string, token: string): boolean {
  const [a, b] = [Buffer.alloc(64), Buffer.alloc(64)];
  a.write(shown, "latin1");
  b.write(token, "latin1");
  return timingSafeEqual(a, b) && shown.length === token.length;
}

/** Written beside and moved into place: a reader sees a whole file, and at no moment one that others may read. */
export function writeHandshake(path: string, handshake: Handshake): void {
  const beside = `${path}.${handshake.pid}`;
  rmSync(beside, { force: true });
  const file = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeSync(file, `${JSON.stringify(handshake)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(beside, 0o600);
  renameSync(beside, path);
}

/** Throws RigError `environment` where no campaign can be reached through this folder. */
export function readHandshake(folder: string): Handshake {
  const path = handshakePath(folder);
  const found = handshakeAt(path);
  if (found === "absent")
    throw new RigError(
      "environment",
      `${path}: not found or not readable: no campaign is running into ${folder} (or it belongs to another user)`,
    );
  if (found === "malformed")
    throw new RigError(
      "environment",
      `${path}: not a control file of a running campaign: remove it if none is running`,
    );
  return found;
}

/** What this file says, whoever wrote it. */
export function handshakeAt(path: string): Handshake | "absent" | "malformed" {
  try {
    if (statSync(path).size > mostBytes) return "malformed";
    return parse(readFileSync(path, "utf8")) ?? "malformed";
  } catch {
    return "absent";
  }
}

function parse(text: string): Handshake | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { port, token, pid } = value as Readonly<Record<string, unknown>>;
  return typeof port === "number" &&
    Number.isInteger(port) &&
    port > 0 &&
    port < 65536 &&
    typeof token === "string" &&
    /^[0-9a-f]{48}$/.test(token) &&
    typeof pid === "number"
    ? { port, token, pid }
    : null;
}
