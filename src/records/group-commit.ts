import type { FileHandle } from "node:fs/promises";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { Growth } from "./journal-reader.ts";
import { storageError } from "./storage-error.ts";

/**
 *   take(text) ─→ waiting ─ one write + one fdatasync for all that wait ─→ durable
 *                    ↑ what is taken meanwhile waits for the next
 *
 * After a failed write or fdatasync nobody knows what the disk holds (a second fdatasync may well say "fine"), so the first
 * failure is the last: nothing more is taken, and nothing of it is ever called durable.
 */
export interface CommitOptions {
  readonly path: string;
  /** Bytes that are in the file already, and durable. */
  readonly offset: number;
  readonly clock: Clock | null;
}

/** What nobody waits for is on disk after this long. */
const latestMs = 1000;
const mostWaiting = 64 * 1024 * 1024;

export class GroupCommit implements Growth {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #clock: Clock | null;
  #durable: number;
  #waiting: string[] = [];
  #waitingLength = 0;
  #failed: RigError | null = null;
  #closed = false;
  #committing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(file: FileHandle, options: CommitOptions) {
    this.#file = file;
    this.#path = options.path;
    this.#clock = options.clock;
    this.#durable = options.offset;
  }

  get durableOffset(): number {
    return this.#durable;
  }

  /** Throws RigError `storage` after a failure, or when the disk has fallen 64 MiB behind. */
  take(text: string): void {
    if (this.#failed !== null) throw this.#failed;
    if (this.#closed) throw new RigError("storage", `${this.#path} is closed`);
    if (this.#waitingLength + text.length > mostWaiting)
      throw new RigError(
        "storage",
        `${this.#path}: the disk is ${mostWaiting >> 20} MiB behind: give --out a folder on a faster disk`,
      );
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    this.#timer ??= setTimeout(() => void this.#commitAll().catch(() => undefined), latestMs);
  }

  /** Resolves when all that was taken before is on disk. */
  durable(): Promise<void> {
    if (this.#failed !== null) return Promise.reject(this.#failed);
    return this.#waitingLength === 0 ? (this.#committing ?? Promise.resolve()) : this.#commitAll();
  }

  async grown(offset: number, signal?: AbortSignal): Promise<boolean> {
    while (this.#durable <= offset) {
      if (this.#closed || this.#failed !== null || signal?.aborted === true) return false;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#watchers.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        this.#watchers.add(wake);
        signal?.addEventListener("abort", wake, { once: true });
      });
    }
    return true;
  }

  /** Commits what waits and closes the file, whatever the disk says; then throws what it said. */
  async close(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.durable();
    } finally {
      this.#closed = true;
      clearTimeout(this.#timer);
      this.#wake();
      await this.#file.close();
    }
  }

  /** After the commit that is under way, one more for all that waits now. Everybody who asks meanwhile shares it. */
  #next: Promise<void> | null = null;
  #commitAll(): Promise<void> {
    this.#next ??= (async () => {
      const held = this.#clock?.hold();
      try {
        await this.#committing;
        this.#next = null;
        this.#committing = this.#commit();
        await this.#committing;
      } finally {
        held?.[Symbol.dispose]();
      }
    })();
    return this.#next;
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.from(this.#waiting.join(""));
    this.#waiting = [];
    this.#waitingLength = 0;
    try {
      for (let at = 0; at < bytes.length;)
        at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
      await this.#file.datasync();
      this.#durable += bytes.length;
    } catch (error) {
      this.#failed = storageError(this.#path, error);
      throw this.#failed;
    } finally {
      this.#committing = null;
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of [...this.#watchers]) wake();
  }
}
