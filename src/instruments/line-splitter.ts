/** Bytes to lines, whichever of CR, LF or both ends them; empty ones are left out, and one too long is none. Holds one line at most. */
const longestLine = 512;

export class LineSplitter {
  #line = "";
  #tooLong = false;

  /** The lines, latin1, that this chunk completed. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    for (const [index, piece] of Buffer.from(chunk)
      .toString("latin1")
      .split(/[\r\n]/)
      .entries()) {
      if (index > 0) {
        if (!this.#tooLong && this.#line !== "") lines.push(this.#line);
        this.forget();
      }
      if (this.#tooLong || this.#line.length + piece.length > longestLine) {
        this.#tooLong = true;
        this.#line = "";
      } else this.#line += piece;
    }
    return lines;
  }

  /** The line under way is none. */
  forget(): void {
    this.#line = "";
    this.#tooLong = false;
  }
}
