import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import { chunkQueue } from "./chunk-queue.ts";

/**
 * A file that another program writes, followed as it grows: a port that only brings.
 *
 *   file ─look twice a second→ what is new → chunks
 *
 * It begins with the last whole line that stands there: what is older is over. A file that shrank was begun anew, and is read from
 * its start; one that was replaced (a log turned over) is read to its end, and then the new one from its start, with a line end
 * between them. One that is gone for ten seconds ends the port, and is opened again by whoever keeps it.
 */
const lookEveryMs = 500;
const goneAfterMs = 10_000;
const pieceBytes = 64 * 1024;

export function followedFile(path: string, everyMs = lookEveryMs, goneMs = goneAfterMs): OpenPort {
  return () =>
    new Promise((resolve, reject) => {
      let file: number;
      let at: number;
      try {
        file = openSync(path, "r");
        at = lastLineBegins(file);
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
      let [held, why, missing] = [false, null as string | null, 0];
      const queue = chunkQueue(() => (held = false));
      const end = (reason: string): void => {
        if (queue.ended) return;
        why = reason;
        clearInterval(timer);
        closeSync(file);
        queue.end();
      };
      /** Everything this file has beyond `at`, as long as the reader takes it. */
      const bring = (): void => {
        const { size } = fstatSync(file);
        if (size < at) at = 0;
        while (!held && at < size) {
          const piece = Buffer.alloc(Math.min(pieceBytes, size - at));
          const bytes = readSync(file, piece, 0, piece.length, at);
          if (bytes === 0) return;
          at += bytes;
          held = !queue.push(piece.subarray(0, bytes));
        }
      };
      const look = (): void => {
        bring();
        if (held) return;
        const found = statSync(path, { throwIfNoEntry: false });
        missing = found === undefined ? missing + 1 : 0;
        if (missing * everyMs >= goneMs) end("the file is gone");
        if (found === undefined || found.ino === fstatSync(file).ino) return;
        const next = openSync(path, "r");
        closeSync(file);
        [file, at] = [next, 0];
        queue.push(Buffer.from("\n"));
        bring();
      };
      const lookOrEnd = (): void => {
        try {
          look();
        } catch (error) {
          end((error as Error).message);
        }
      };
      const timer = setInterval(lookOrEnd, everyMs);
      lookOrEnd();
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

/** Where the last line that has its end begins, if it is among the last 64 KiB; there is no going back farther. */
function lastLineBegins(file: number): number {
  const { size } = fstatSync(file);
  const from = Math.max(0, size - pieceBytes);
  const tail = Buffer.alloc(size - from);
  const bytes = readSync(file, tail, 0, tail.length, from);
  const end = tail.subarray(0, bytes).lastIndexOf(0x0a);
  if (end < 0) return from;
  return from + tail.subarray(0, end).lastIndexOf(0x0a) + 1;
}
