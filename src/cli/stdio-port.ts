import type { OpenPort } from "../domain/link.ts";
import { chunkQueue } from "../link/chunk-queue.ts";
import { writerOf } from "../link/writer-of.ts";

/** This process's own standard streams as a port: how a host that started it as its child speaks to it. */
export function stdioPort(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): OpenPort {
  return () => {
    const queue = chunkQueue(() => void stdin.resume());
    stdin.on("data", (chunk: Buffer) => {
      if (!queue.push(chunk)) stdin.pause();
    });
    stdin.on("end", () => queue.end());
    stdin.on("error", () => queue.end());
    stdout.on("error", () => queue.end());
    return Promise.resolve({
      name: "standard streams",
      chunks: queue.chunks,
      write: writerOf(stdout),
      close: () => {
        queue.end();
        return Promise.resolve();
      },
    });
  };
}
