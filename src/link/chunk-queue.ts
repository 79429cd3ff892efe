/**
 * Chunks on their way from a transport's callbacks to the one reader of a port.
 *
 *   transport ─push→ [ chunks waiting ] ─for await→ reader
 *             ←room─
 *
 * Holds little: `push` answers false once more than `mark` bytes wait, and `onRoom` tells when the reader has taken
 * them. Whoever pushes on regardless fills memory, so every transport pauses its source on false.
 */
export interface ChunkQueue {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** False: hold back until `onRoom` is called. Chunks pushed after the end are dropped. */
  push(chunk: Uint8Array): boolean;
  /** What waits is still read, then the reader's loop ends. Calling it again does nothing. */
  end(): void;
  readonly ended: boolean;
  /** All bytes ever pushed. */
  readonly bytesPushed: number;
}

export const queueMark = 256 * 1024;

export function chunkQueue(onRoom: () => void, mark: number = queueMark): ChunkQueue {
  return new WaitingChunks(onRoom, mark);
}

class WaitingChunks implements ChunkQueue, AsyncIterableIterator<Uint8Array> {
  ended = false;
  bytesPushed = 0;
  readonly #onRoom: () => void;
  readonly #mark: number;
  #waiting: Uint8Array[] = [];
  #next = 0;
  #bytes = 0;
  #held = false;
  #wake: ((result: IteratorResult<Uint8Array>) => void) | null = null;

  constructor(onRoom: () => void, mark: number) {
    this.#onRoom = onRoom;
    this.#mark = mark;
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this;
  }

  push(chunk: Uint8Array): boolean {
    if (this.ended || chunk.length === 0) return true;
    this.bytesPushed += chunk.length;
    const wake = this.#wake;
    if (wake !== null) {
      this.#wake = null;
      wake({ done: false, value: chunk });
      return true;
    }
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#mark) return true;
    this.#held = true;
    return false;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#wake?.({ done: true, value: undefined });
    this.#wake = null;
    this.#release();
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#waiting[this.#next];
    if (chunk === undefined) {
      if (this.ended) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => (this.#wake = resolve));
    }
    this.#next++;
    this.#bytes -= chunk.length;
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    } else if (this.#next >= 1024) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    if (this.#bytes <= this.#mark / 2) this.#release();
    return Promise.resolve({ done: false, value: chunk });
  }

  /** The reader has left its loop: nothing more is wanted. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#waiting = [];
    this.#next = 0;
    this.#bytes = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#onRoom();
  }
}
