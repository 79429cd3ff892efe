import { piece } from "./line.ts";
import type { Line, Piece } from "./line.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** Names may be cut where the page is too narrow; numbers never are. */
  readonly shrinks?: true;
  /** What does not fit goes on in the next line, in place of being cut: for names that differ at their ends. */
  readonly wraps?: true;
}

const gap = 2;
const leastName = 6;

/** Rows under their titles, each column as wide as its widest cell, names cut with `…`, or wrapped, until `most` columns hold them. */
export function columns(
  titles: readonly Column[],
  rows: readonly (readonly Piece[])[],
  most: number,
): Line[] {
  const widths = titles.map((title, index) =>
    Math.max(title.title.length, ...rows.map((row) => row[index]?.text.length ?? 0)),
  );
  const names = titles.flatMap((title, index) => (title.shrinks || title.wraps ? [index] : []));
  for (;;) {
    const excess = widths.reduce((sum, width) => sum + width + gap, -gap) - most;
    const [widest] = names.toSorted((a, b) => widths[b]! - widths[a]!);
    if (excess <= 0 || widest === undefined || widths[widest]! <= leastName) break;
    widths[widest]!--;
  }
  const lay = (cells: readonly Piece[]): Line[] => {
    const texts = cells.map(({ text }, index) =>
      titles[index]!.wraps ? broken(text, widths[index]!) : [text],
    );
    return Array.from({ length: Math.max(...texts.map(({ length }) => length)) }, (_, line) =>
      cells.map(({ paint }, index) => {
        const text = fit(texts[index]![line] ?? "", widths[index]!, titles[index]!.align);
        return piece(index === 0 ? text : " ".repeat(gap) + text, paint);
      }),
    );
  };
  return [...lay(titles.map(({ title }) => piece(title, "dim"))), ...rows.flatMap(lay)];
}

/** Words on as many lines as they take, the following ones indented; a word that is wider than a line stays whole, to be cut. */
function broken(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function fit(text: string, width: number, align: Column["align"]): string {
  if (text.length > width) return `${text.slice(0, width - 1)}…`;
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}

/** Columns that such rows take. */
export function widthOf(lines: readonly Line[]): number {
  return Math.max(0, ...lines.map((line) => line.reduce((sum, { text }) => sum + text.length, 0)));
}
