import type { Port } from "../domain/link.ts";
import { chunkQueue } from "../link/chunk-queue.ts";
import type { ChunkQueue } from "../link/chunk-queue.ts";

/**
 * The cable between a device and whatever host is plugged in. The device goes on when the cable is pulled, and the host's port stays
 * when the device reboots: each end may be renewed while the other lives.
 *
 *   device port (one a boot) ─write→ wire ─→ host port (one a plugging)     nobody plugged in: the bytes are gone
 *   device port ←─chunks── wire ←─────────── host port                      no device: the bytes are gone
 *
 * A device never waits for a host that does not read: beyond 64 KiB under way its lines are dropped, as a UART drops them.
 */
export interface Wire {
  /** The device's end for one boot. The end of the boot before hears and says nothing from now on. */
  device(): Port;
  /** What was plugged in before is pulled. Returns how to pull this one; later calls of it do nothing. */
  plug(host: Port): () => void;
  unplug(): void;
  readonly plugged: boolean;
  /** Bytes to the host whatever the device does, waiting for a slow host: a babbling line. */
  pour(bytes: Uint8Array): Promise<void>;
}

const mostUnderWay = 64 * 1024;

export function wire(name: string): Wire {
  return new Cable(name);
}

class Cable implements Wire {
  readonly #name: string;
  #host: Port | null = null;
  #toDevice: ChunkQueue | null = null;
  #room: (() => void) | null = null;
  #underWay = 0;

  constructor(name: string) {
    this.#name = name;
  }

  get plugged(): boolean {
    return this.#host !== null;
  }

  device(): Port {
    this.#toDevice?.end();
    const queue = chunkQueue(() => {
      this.#room?.();
      this.#room = null;
    });
    this.#toDevice = queue;
    return {
      name: this.#name,
      chunks: queue.chunks,
      write: (bytes) => {
        if (this.#toDevice === queue && !queue.ended) this.#send(bytes);
        return Promise.resolve();
      },
      close: () => {
        queue.end();
        return Promise.resolve();
      },
    };
  }

  plug(host: Port): () => void {
    this.unplug();
    this.#host = host;
    this.#underWay = 0;
    const pull = (): void => {
      if (this.#host === host) this.unplug();
    };
    void this.#listen(host).then(pull);
    return pull;
  }

  unplug(): void {
    const host = this.#host;
    this.#host = null;
    void host?.close();
  }

  async pour(bytes: Uint8Array): Promise<void> {
    await this.#host?.write(bytes);
  }

  #send(bytes: Uint8Array): void {
    const host = this.#host;
    if (host === null || this.#underWay > mostUnderWay) return;
    this.#underWay += bytes.length;
    void host.write(bytes).then(() => {
      if (this.#host === host) this.#underWay -= bytes.length;
    });
  }

  async #listen(host: Port): Promise<void> {
    for await (const chunk of host.chunks) {
      const queue = this.#toDevice;
      if (queue === null || queue.push(chunk)) continue;
      await new Promise<void>((resolve) => (this.#room = resolve));
    }
  }
}
