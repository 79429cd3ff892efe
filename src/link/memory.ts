import type { Port } from "../domain/link.ts";
import { chunkQueue } from "./chunk-queue.ts";
import type { ChunkQueue } from "./chunk-queue.ts";

/**
 * Two ports joined back to back inside this process: what one writes, the other reads.
 *
 *   host.write ─→ [ queue ] ─→ device.chunks        host.chunks ←─ [ queue ] ←─ device.write
 *
 * Delivered in microtasks alone, without timers, so that the order of everything depends on nothing but the order of
 * the calls (law 3). A write waits while the far end has more than 256 KiB unread. Closing either end ends both,
 * like a pulled cable; what was already written can still be read.
 * The bytes handed to `write` are not copied: they belong to the reader from then on.
 */
export function memoryPair(name: string): readonly [host: Port, device: Port] {
  const toHost = direction();
  const toDevice = direction();
  const close = (): Promise<void> => {
    toHost.queue.end();
    toDevice.queue.end();
    return Promise.resolve();
  };
  return [
    { name, chunks: toHost.queue.chunks, write: toDevice.write, close },
    { name, chunks: toDevice.queue.chunks, write: toHost.write, close },
  ];
}

interface Direction {
  readonly queue: ChunkQueue;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

function direction(): Direction {
  let room: (() => void) | null = null;
  const queue = chunkQueue(() => {
    room?.();
    room = null;
  });
  // Writers that found no room stand in line here, so that none overtakes another.
  let line: Promise<void> | null = null;
  const push = (bytes: Uint8Array): Promise<void> | null =>
    queue.push(bytes) ? null : new Promise((resolve) => (room = resolve));
  return {
    queue,
    async write(bytes) {
      const ahead = line;
      const mine = ahead === null ? push(bytes) : ahead.then(() => push(bytes) ?? undefined);
      if (mine === null) return;
      line = mine;
      await mine;
      if (line === mine) line = null;
    },
  };
}
