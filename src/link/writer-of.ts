import type { Writable } from "node:stream";

/**
 * Writes to a stream with back-pressure: resolves at once while the stream takes more, else when it has drained.
 * A stream that closes swallows what is written to it and lets all who wait go on.
 */
export function writerOf(stream: Writable): (bytes: Uint8Array) => Promise<void> {
  let draining: Promise<void> | null = null;
  return async (bytes) => {
    if (stream.destroyed || stream.writableEnded || stream.write(bytes)) return;
    draining ??= new Promise((resolve) => {
      const go = (): void => {
        stream.off("drain", go).off("close", go);
        draining = null;
        resolve();
      };
      stream.on("drain", go).on("close", go);
    });
    await draining;
  };
}
