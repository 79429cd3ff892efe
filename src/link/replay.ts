import { createReadStream, existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { RigError } from "../domain/errors.ts";
import type { OpenPort, Port } from "../domain/link.ts";
import { captureFiles } from "./capture.ts";
import { maxBody } from "./capture-format.ts";
import { isCapture, readCapture } from "./capture-reader.ts";

/**
 * A port that plays back what was once received: a raw capture (one file of it, or the folder that holds it), or any
 * other file as plain bytes. As fast as it is read; what is written to it goes nowhere.
 *
 *   raw/NAME.1.raw … ─→ entries ─→ counts become runs again ─→ chunks
 */
export function replayPort(path: string): OpenPort {
  return async () => {
    if (!existsSync(path))
      throw new RigError(
        "port_missing",
        `replay: no file or folder '${path}'; name a raw capture, as in RECORD/raw/`,
      );
    const paths = statSync(path).isDirectory() ? captureFiles(path) : [path];
    const first = paths[0];
    if (first === undefined)
      throw new RigError(
        "port_missing",
        `replay: folder '${path}' holds no raw capture (NAME.1.raw); name one that does`,
      );
    const asCapture = await startsAsCapture(first);
    let closed = false;
    const port: Port = {
      name: `replay:${path}`,
      chunks: until(() => closed, asCapture ? capturedChunks(paths) : plainChunks(first)),
      write: () => Promise.resolve(),
      ended: () => "end of the replay",
      close: () => {
        closed = true;
        return Promise.resolve();
      },
    };
    return port;
  };
}

async function startsAsCapture(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return isCapture(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

async function* capturedChunks(paths: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for await (const step of readCapture(paths)) {
    if (step.kind === "bytes") yield step.bytes;
    if (step.kind !== "run") continue;
    const piece = Buffer.alloc(Math.min(step.count, maxBody), step.byte);
    for (let left = step.count; left > 0; left -= piece.length)
      yield piece.subarray(0, Math.min(left, piece.length));
  }
}

async function* plainChunks(path: string): AsyncGenerator<Uint8Array, void> {
  yield* createReadStream(path, { highWaterMark: maxBody }) as AsyncIterable<Buffer>;
}

async function* until(
  closed: () => boolean,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    if (closed()) return;
    yield chunk;
  }
}
