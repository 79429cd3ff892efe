/**
 * Bytes of a SEM controller to lines and prompts. A prompt (`I> `, `O> `, `D> `, `U> `) has no line end: it is told as soon as it
 * stands, though nothing may come after it for hours, and the echo of the next command is glued to it.
 *
 *   bytes ─→ [ line under way, at most 80 ] ─CR, LF or CRLF→ line
 *                                           ─three characters of a prompt→ prompt
 */
export type Token =
  | { readonly is: "line"; readonly text: string }
  | { readonly is: "prompt"; readonly state: PromptState }
  /** Too long for a line, or a prompt came where a line end was due. What was meant cannot be known. */
  | { readonly is: "torn"; readonly text: string };

export type PromptState = "idle" | "observation" | "detect" | "diagnostic";

const promptStates: Readonly<Record<string, PromptState>> = {
  "I> ": "idle",
  "O> ": "observation",
  "D> ": "detect",
  "U> ": "diagnostic",
};
const promptLength = 3;
/** The longest line of the protocol has 17 characters. */
const mostCharacters = 80;

export class SemFraming {
  #open = "";
  #torn = false;

  push(chunk: Uint8Array): Token[] {
    const tokens: Token[] = [];
    for (const byte of chunk) {
      if (byte === 0x0d || byte === 0x0a) this.#endLine(tokens);
      else this.#add(byte, tokens);
    }
    return tokens;
  }

  #endLine(tokens: Token[]): void {
    if (this.#torn) tokens.push({ is: "torn", text: this.#open });
    else if (this.#open !== "") tokens.push({ is: "line", text: this.#open });
    this.#open = "";
    this.#torn = false;
  }

  #add(byte: number, tokens: Token[]): void {
    this.#open += String.fromCharCode(byte);
    if (byte === 0x20) {
      const state = promptStates[this.#open.slice(-promptLength)];
      if (state !== undefined) {
        const before = this.#open.slice(0, -promptLength);
        if (before !== "" || this.#torn) tokens.push({ is: "torn", text: before });
        tokens.push({ is: "prompt", state });
        this.#open = "";
        this.#torn = false;
        return;
      }
    }
    if (this.#open.length < mostCharacters) return;
    if (!this.#torn) tokens.push({ is: "torn", text: this.#open });
    this.#torn = true;
    // Its last characters may be a prompt's first.
    this.#open = this.#open.slice(-promptLength);
  }
}
