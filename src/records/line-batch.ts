/**
 * Lines as the bytes that go over the wire, with their ends noted: encoded once however often they are sent, and cut apart
 * again where a server wants it.
 */
export interface Lines {
  readonly count: number;
  /** All of them, a line end after each. */
  readonly bytes: Buffer;
  /** Where each line ends in `bytes`, behind its line end. */
  readonly ends: readonly number[];
}

export class LineBuilder {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #ends: number[] = [];
  #length = 0;

  get count(): number {
    return this.#ends.length;
  }

  add(line: string): void {
    // No UTF-16 unit takes more than three bytes.
    const most = this.#length + 3 * line.length + 1;
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(most, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(line, this.#length);
    this.#bytes[this.#length++] = 0x0a;
    this.#ends.push(this.#length);
  }

  /** What was added since the last time. */
  take(): Lines {
    const taken = {
      count: this.#ends.length,
      bytes: this.#bytes.subarray(0, this.#length),
      ends: this.#ends,
    };
    this.#bytes = Buffer.allocUnsafe(Math.max(64 * 1024, this.#length));
    this.#ends = [];
    this.#length = 0;
    return taken;
  }
}

export function linesOf(texts: readonly string[]): Lines {
  const builder = new LineBuilder();
  for (const text of texts) builder.add(text);
  return builder.take();
}

export function textsOf(lines: Lines): readonly string[] {
  return lines.ends.map((end, index) => lines.bytes.toString("utf8", lines.ends[index - 1] ?? 0, end - 1));
}

export function halves({ count, bytes, ends }: Lines): readonly Lines[] {
  const middle = count >> 1;
  const at = ends[middle - 1] ?? 0;
  return [
    { count: middle, bytes: bytes.subarray(0, at), ends: ends.slice(0, middle) },
    { count: count - middle, bytes: bytes.subarray(at), ends: ends.slice(middle).map((end) => end - at) },
  ];
}

/** Apart by measurement, the first word of a line; one group where there is only one. */
export function byMeasurement(lines: Lines): readonly Lines[] {
  const groups = new Map<string, LineBuilder>();
  for (const text of textsOf(lines)) {
    const name = /^[^, ]*/.exec(text)![0];
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = new LineBuilder()));
    group.add(text);
  }
  return [...groups.values()].map((group) => group.take());
}
