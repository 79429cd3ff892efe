import { piece } from "./line.ts";
import type { Line, Piece } from "./line.ts";

/** What stands around one board, in words: the drawing knows nothing of rig files. */
export interface DrawnStation {
  readonly board: string;
  readonly serial: string;
  readonly link: string;
  /** What strikes, heats, powers and watches it, in that order. */
  readonly around: readonly DrawnPart[];
}

export interface DrawnPart {
  /** `strikes`, `heats`, `powers`, `beam`. */
  readonly does: string;
  readonly device: string;
  readonly what: string;
  readonly link: string;
  /** What the rig file allows; "" where it says nothing. */
  readonly limits: string;
}

/**
 * One board a picture: the board in a box, its instruments beside it, each with its link.
 *
 *   ╭───────────────╮
 *   │ cpu-f32       │◀─ strikes ── bench-box  control      radrig · in memory
 *   │ EMU-F32-0001  │◀─ powers ─── psu        rail core    korad · serial A50285BI at 9600 Bd
 *   │ in memory     │                         5000 mV, trip 900 mA
 *   ╰───────────────╯
 */
export function benchDrawing(stations: readonly DrawnStation[]): Line[] {
  const parts = stations.flatMap(({ around }) => around);
  const widths = {
    does: Math.max(0, ...parts.map(({ does }) => does.length)),
    device: Math.max(0, ...parts.map(({ device }) => device.length)),
    what: Math.max(0, ...parts.map(({ what }) => what.length)),
  };
  const inside = Math.max(
    ...stations.flatMap(({ board, serial, link }) => [board, serial, link].map(lengthOf)),
  );
  return stations.flatMap((station, index) => [
    ...(index === 0 ? [] : [[]]),
    ...drawn(station, inside, widths),
  ]);
}

type Widths = Readonly<Record<"does" | "device" | "what", number>>;

function drawn({ board, serial, link, around }: DrawnStation, inside: number, widths: Widths): Line[] {
  const texts: readonly Piece[] = [piece(board, "bold"), piece(serial), piece(link, "dim")];
  const beside = around.flatMap((part) => arrow(part, widths));
  const rows = Math.max(texts.length, beside.length);
  const lines: Line[] = [[piece(`╭${"─".repeat(inside + 2)}╮`, "cyan")]];
  for (let row = 0; row < rows; row++) {
    const text = texts[row] ?? piece("");
    lines.push([
      piece("│ ", "cyan"),
      text,
      piece(`${" ".repeat(inside - lengthOf(text.text))} │`, "cyan"),
      ...(beside[row] ?? []),
    ]);
  }
  return [...lines, [piece(`╰${"─".repeat(inside + 2)}╯`, "cyan")]];
}

/** A strike and heat go in, a rail feeds, a beam falls: the arrow always points at the board. Limits stand below. */
function arrow({ does, device, what, link, limits }: DrawnPart, widths: Widths): Line[] {
  const line = [
    piece(`◀─ ${does} ${"─".repeat(widths.does - does.length + 2)} `, "dim"),
    piece(device.padEnd(widths.device + 2), "bold"),
    piece(what.padEnd(widths.what + 2)),
    piece(link, "dim"),
  ];
  const indent = " ".repeat(widths.does + widths.device + 9);
  return limits === "" ? [line] : [line, [piece(`${indent}${limits}`, "yellow")]];
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
