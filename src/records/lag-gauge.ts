/**
 * How old the oldest byte is that is durable and not yet delivered. Whoever comes by notes how far the journal is durable; from
 * those notes the age is read off, exact to the time between two of them. Bounded: of too many notes two become one, which
 * dates the bytes of both by the earlier, so that the age may come out too large and never too small.
 */
export class LagGauge {
  #notes: readonly Note[] = [];

  note(durableOffset: number, nowMs: number): void {
    const last = this.#notes.at(-1);
    if (last !== undefined && last.offset >= durableOffset) return;
    const notes = [...this.#notes, { offset: durableOffset, atMs: nowMs }];
    this.#notes = notes.length > mostNotes ? merged(notes) : notes;
  }

  seconds(deliveredOffset: number, nowMs: number): number {
    this.#notes = this.#notes.filter(({ offset }) => offset > deliveredOffset);
    const oldest = this.#notes[0];
    return oldest === undefined ? 0 : Math.max(0, nowMs - oldest.atMs) / 1000;
  }
}

interface Note {
  readonly offset: number;
  readonly atMs: number;
}

const mostNotes = 128;

function merged(notes: readonly Note[]): readonly Note[] {
  return notes
    .filter((_, index) => index % 2 === 0)
    .map(({ offset, atMs }, pair) => ({ offset: notes[2 * pair + 1]?.offset ?? offset, atMs }));
}
