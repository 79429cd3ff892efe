import { constants, openSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { ReadStream } from "node:tty";
import { open } from "@lydell/node-pty";
import { RigError } from "../domain/errors.ts";
import type { Port } from "../domain/link.ts";
import { chunkQueue } from "../link/chunk-queue.ts";

/**
 * A pseudo-terminal with a device behind it; a host opens `path` as it would open a serial port.
 *
 *   host ─open path→ slave ═ kernel ═ master ─→ chunks
 *                                     master ←─ write, again in a moment when the kernel's buffer is full
 *
 * Raw and echo-free from the start. The slave is held open here, never read: so the port outlives any host that comes and goes.
 */
export interface Pty {
  readonly path: string;
  /** The device's end. Closing it takes the terminal away, and the host sees its line hang up. */
  readonly port: Port;
}

declare module "@lydell/node-pty" {
  /** A pair without a process, as `openpty(3)` gives it. The package has this, its types do not. */
  export function open(options: { readonly encoding: null }): {
    readonly fd: number;
    readonly ptsName: string;
    readonly master: Socket;
    readonly slave: Socket;
  };
}

/** A full kernel buffer (some 20 KB) is tried again after this long: a PTY tells nobody when it has room. */
const retryMs = 2;

export function openPty(): Pty {
  const { fd, ptsName, master, slave } = openPair();
  const held = new ReadStream(openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY));
  held.setRawMode(true);
  // Before it reads what is meant for the host.
  slave.destroy();

  const queue = chunkQueue(() => void master.resume());
  let waiting: { bytes: Uint8Array; readonly done: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (queue.ended) return;
    clearTimeout(timer);
    queue.end();
    held.destroy();
    master.destroy();
    for (const { done } of waiting) done();
    waiting = [];
  };
  const send = (): void => {
    timer = undefined;
    for (let first = waiting[0]; first !== undefined && !queue.ended; first = waiting[0]) {
      const sent = sendNow(fd, first.bytes);
      if (sent < first.bytes.length) {
        first.bytes = first.bytes.subarray(sent);
        timer = setTimeout(send, retryMs);
        return;
      }
      first.done();
      waiting.shift();
    }
  };
  master.on("data", (chunk: Buffer) => {
    if (!queue.push(chunk)) master.pause();
  });
  master.on("error", end);
  master.on("close", end);
  const port: Port = {
    name: `pty:${ptsName}`,
    chunks: queue.chunks,
    write: (bytes) =>
      new Promise((done) => {
        if (queue.ended) {
          done();
          return;
        }
        waiting.push({ bytes, done });
        if (timer === undefined) send();
      }),
    close: () => {
      end();
      return Promise.resolve();
    },
  };
  return { path: ptsName, port };
}

function openPair(): ReturnType<typeof open> {
  try {
    return open({ encoding: null });
  } catch (cause) {
    throw new RigError(
      "environment",
      "no pseudo-terminal to be had; look for /dev/pts (`mount -t devpts devpts /dev/pts`) and its limit",
      { cause },
    );
  }
}

/** How many of the bytes the kernel took: not always all. */
function sendNow(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch {
    // Full (EAGAIN), or going away: then the close that follows ends the wait.
    return 0;
  }
}
