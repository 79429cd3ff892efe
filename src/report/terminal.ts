import { plainCanvas } from "./line.ts";
import type { Canvas } from "./line.ts";

/** The part of a stream that a terminal needs; `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a stream can show: colour on a terminal only, and never where `NO_COLOR` is set (no-color.org) or TERM is dumb. */
export function canvasOf(screen: Screen, environment: Readonly<Record<string, string | undefined>>): Canvas {
  const live = screen.isTTY === true && environment["TERM"] !== "dumb";
  if (!live) return plainCanvas;
  const colour = (environment["NO_COLOR"] ?? "") === "";
  return { columns: Math.max(20, screen.columns ?? 80), colour, marks: true };
}

/** Rewrites a few lines in place on a terminal; on anything else it writes nothing and leaves that to plain lines. */
export class LiveLines {
  readonly #screen: Screen;
  #shown = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Shows these lines in place of the ones shown before. */
  show(lines: readonly string[]): void {
    const up = this.#shown === 0 ? "" : `\x1b[${this.#shown}A`;
    // Each line is cleared behind itself, and what is left below the last, so nothing flickers.
    this.#screen.write(`${up}\r${lines.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`);
    this.#shown = lines.length;
  }

  /** Takes the lines away, so that others can follow. */
  clear(): void {
    if (this.#shown > 0) this.#screen.write(`\x1b[${this.#shown}A\r\x1b[J`);
    this.#shown = 0;
  }
}
