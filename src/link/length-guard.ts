const lineEnd = 0x0a;

/**
 * Puts a line end after every `maxLineBytes` bytes that came without one, so that the readline parser behind it never
 * holds more than that (alone it is unbounded and O(n²): 8 MB without a line end block the event loop for seconds).
 * Nothing is lost by it: all bytes go on, the pieces of an overlong line as lines of their own.
 */
export class LengthGuard {
  /** Bytes that stood in pieces cut off here. */
  bytesCut = 0;
  readonly #max: number;
  #sinceEnd = 0;

  constructor(maxLineBytes: number) {
    if (!Number.isInteger(maxLineBytes) || maxLineBytes < 1)
      throw new RangeError(`maxLineBytes must be a whole number above 0, not ${maxLineBytes}`);
    this.#max = maxLineBytes;
  }

  /** Bytes of the line now under way. */
  get open(): number {
    return this.#sinceEnd;
  }

  /** The chunk with line ends put in where they are due; the same object where none is. O(n), whatever comes. */
  pass(chunk: Uint8Array): Uint8Array {
    let pieces: Uint8Array[] | null = null;
    let from = 0;
    let at = 0;
    while (chunk.length - at > this.#max - this.#sinceEnd) {
      // One look per `max` bytes, backwards, finds the last line end in reach.
      const reach = at + this.#max - this.#sinceEnd;
      const end = chunk.subarray(at, reach + 1).lastIndexOf(lineEnd);
      if (end >= 0) {
        at += end + 1;
      } else {
        pieces ??= [];
        pieces.push(chunk.subarray(from, reach), cut);
        from = at = reach;
        this.bytesCut += this.#max;
      }
      this.#sinceEnd = 0;
    }
    const rest = chunk.subarray(at);
    const last = rest.lastIndexOf(lineEnd);
    this.#sinceEnd = last >= 0 ? rest.length - last - 1 : this.#sinceEnd + rest.length;
    if (pieces === null) return chunk;
    pieces.push(chunk.subarray(from));
    return Buffer.concat(pieces);
  }
}

const cut = Uint8Array.of(lineEnd);
