import pc from "picocolors";

/** A line of a terminal before anything is known of colours: pieces of text, each with how it would be painted. */
export type Paint = "plain" | "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

export interface Piece {
  readonly text: string;
  readonly paint: Paint;
}

export type Line = readonly Piece[];

/** What the terminal can show. Without `marks` bars and other drawing are left out. */
export interface Canvas {
  readonly columns: number;
  readonly colour: boolean;
  readonly marks: boolean;
}

export const plainCanvas: Canvas = { columns: 100, colour: false, marks: false };

export function piece(text: string, paint: Paint = "plain"): Piece {
  return { text, paint };
}

/** The line as it is written, cut to the terminal's width; what a device put into a text cannot steer the terminal. */
export function paintLine(line: Line, canvas: Canvas): string {
  const colours = pc.createColors(canvas.colour);
  let room = canvas.columns;
  let out = "";
  for (const { text, paint } of line) {
    const clean = harmless(text);
    const shown = clean.slice(0, room);
    room -= Math.min(room, clean.length);
    out += paint === "plain" || shown === "" ? shown : colours[paint](shown);
  }
  return canvas.colour ? out : out.trimEnd();
}

/** Control characters, an escape among them, become a dot. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, "·");
}

/** A bar of `cells` cells for a share from 0 to 1, in eighths of a cell. */
export function bar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
  const whole = Math.floor(eighths / 8);
  const part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]!;
  return ("█".repeat(whole) + part).padEnd(cells, " ");
}
