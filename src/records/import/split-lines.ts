/**
 * Lines of a byte stream, never more than `longest` bytes of one held: of a longer line only its length is known.
 *
 *   chunks ─▶ [line][line][li      keep the tail, or only its length once it is too long
 */
export interface RawLine {
  /** Without its line end; null where the line was longer than is kept. */
  readonly bytes: Buffer | null;
  /** Bytes it takes in the file, line end included. */
  readonly size: number;
}

const lineFeed = 0x0a;

export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<RawLine> {
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer): void => {
    length += piece.length;
    if (length <= longest) pieces.push(piece);
    else pieces = [];
  };
  const line = (end: number): RawLine => {
    const whole = length <= longest ? Buffer.concat(pieces) : null;
    const size = length + end;
    pieces = [];
    length = 0;
    return { bytes: whole, size };
  };
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let to = buffer.indexOf(lineFeed); to >= 0; to = buffer.indexOf(lineFeed, from)) {
      take(buffer.subarray(from, to));
      yield line(1);
      from = to + 1;
    }
    if (from < buffer.length) take(buffer.subarray(from));
  }
  if (length > 0) yield line(0);
}
