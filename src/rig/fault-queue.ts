import type { BenchFault } from "../domain/equipment.ts";

/**
 * What befalls the instruments, on its way up to whoever asks. Bounded: while nobody asks, the oldest goes first.
 */
export class FaultQueue implements AsyncIterableIterator<BenchFault> {
  #waiting: BenchFault[] = [];
  #wake: ((result: IteratorResult<BenchFault>) => void) | null = null;
  #ended = false;

  push(fault: BenchFault): void {
    if (this.#ended) return;
    const wake = this.#wake;
    this.#wake = null;
    if (wake !== null) {
      wake({ done: false, value: fault });
      return;
    }
    this.#waiting.push(fault);
    if (this.#waiting.length > capacity) this.#waiting.shift();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.({ done: true, value: undefined });
    this.#wake = null;
  }

  next(): Promise<IteratorResult<BenchFault>> {
    const fault = this.#waiting.shift();
    if (fault !== undefined) return Promise.resolve({ done: false, value: fault });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => (this.#wake = resolve));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const capacity = 256;
