import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RigError } from "../domain/errors.ts";
import { chunkQueue } from "../link/chunk-queue.ts";
import type { PtySocket } from "./pty-socket.ts";
import type { Wire } from "./wire.ts";

/**
 * A wire that ends in a file: what the device says is written down, and nobody can say anything to it.
 *
 *   device ─→ wire ─→ end of the file
 *
 * What stands in the file stays there: it may be a real log.
 */
export function fileSocket(path: string, wire: Wire): PtySocket {
  const file = openToAppend(path);
  const queue = chunkQueue(() => undefined);
  const end = (): void => {
    if (queue.ended) return;
    queue.end();
    closeSync(file);
  };
  wire.plug({
    name: `file:${path}`,
    chunks: queue.chunks,
    write: (bytes) => {
      if (!queue.ended) writeSync(file, bytes);
      return Promise.resolve();
    },
    close: () => {
      end();
      return Promise.resolve();
    },
  });
  return { name: path, close: () => wire.unplug() };
}

function openToAppend(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "a");
  } catch (cause) {
    throw new RigError(
      "config",
      `cannot write an emulated log to ${path}: ${(cause as Error).message}; change the link's file`,
      { cause },
    );
  }
}
