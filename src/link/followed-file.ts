import { closeSync, openSync, readSync, statSync } from "node:fs";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import { chunkQueue } from "./chunk-queue.ts";

/**
 * A file that another program writes, followed as it grows: a port that only brings. A file that shrank was begun anew, and
 * is read from its start; one that was replaced ends the port, and is opened again by whoever keeps it.
 *
 *   file ─look twice a second→ what is new → chunks
 */
const lookMs = 500;
const pieceBytes = 64 * 1024;

export function followedFile(path: string): OpenPort {
  return () =>
    new Promise((resolve, reject) => {
      let file: number;
      try {
        file = openSync(path, "r");
      } catch (cause) {
        const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
        reject(
          new RigError(
            "port_missing",
            `no file ${path} to follow (${why}): name the log that the facility writes`,
            {
              cause,
            },
          ),
        );
        return;
      }
      const inode = statSync(path).ino;
      let [at, held, why] = [0, false, null as string | null];
      const queue = chunkQueue(() => (held = false));
      const end = (reason: string): void => {
        if (queue.ended) return;
        why = reason;
        clearInterval(timer);
        closeSync(file);
        queue.end();
      };
      const look = (): void => {
        const found = statSync(path, { throwIfNoEntry: false });
        if (found?.ino !== inode) {
          end("the file was replaced");
          return;
        }
        if (found.size < at) at = 0;
        while (!held && at < found.size) {
          const piece = Buffer.alloc(Math.min(pieceBytes, found.size - at));
          const bytes = readSync(file, piece, 0, piece.length, at);
          if (bytes === 0) return;
          at += bytes;
          held = !queue.push(piece.subarray(0, bytes));
        }
      };
      const timer = setInterval(() => {
        try {
          look();
        } catch (error) {
          end((error as Error).message);
        }
      }, lookMs);
      resolve({
        name: `file:${path}`,
        chunks: queue.chunks,
        write: () => Promise.resolve(),
        ended: () => why,
        close: () => {
          end("closed here");
          return Promise.resolve();
        },
      });
    });
}
