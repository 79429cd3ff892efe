/**
 * The kept events that follow a `resend-ok`, in order. The line straight after the answer is the oldest event the board
 * still keeps: where it lies beyond the one asked for, those between are gone for good. A later gap means lines lost on the way.
 */
export class ResentSeries {
  #seq = 0;
  #left = 0;
  #over: () => void = () => undefined;

  begin(answerSeq: number, events: number): void {
    this.end();
    this.#seq = answerSeq;
    this.#left = events;
  }

  get isRunning(): boolean {
    return this.#left > 0;
  }

  isFirst(seq: number): boolean {
    return this.isRunning && seq === (this.#seq + 1) >>> 0;
  }

  /** One event of it has come. */
  count(): void {
    if (this.#left > 0 && --this.#left === 0) this.end();
  }

  end(): void {
    this.#left = 0;
    this.#over();
    this.#over = () => undefined;
  }

  /** Resolves when it has come whole, or has been ended. */
  over(): Promise<void> {
    return this.isRunning ? new Promise((resolve) => (this.#over = resolve)) : Promise.resolve();
  }
}
