import type { Canvas } from "../report/line.ts";
import { canvasOf } from "../report/terminal.ts";
import type { Screen } from "../report/terminal.ts";

/**
 * Data goes to standard output, all else to standard error, so that `radrig … --json | jq` works whatever is said beside.
 * A reader that goes away (`| head`) ends what is printed and nothing else: a campaign runs on, and its record is whole.
 */
export interface Output {
  /** A line or several of data. */
  readonly data: (text: string) => void;
  /** A line of news for the person at the terminal. */
  readonly say: (text: string) => void;
  /** What standard output can show. */
  readonly canvas: () => Canvas;
  /** Standard error, for what is drawn again and again; a terminal that went away takes it in silence. */
  readonly screen: Screen;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Everything written so far is out, or nobody reads it any more. */
  readonly flush: () => Promise<void>;
  /** Why data did not get where it was to go though somebody wants it: a full disk behind `>`; null: it did, or its reader has gone. */
  readonly lost: () => string | null;
}

export function createOutput(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
  colour: boolean,
): Output {
  const asked = colour ? environment : { ...environment, NO_COLOR: "1" };
  const out = lineWriter(stdout);
  const err = lineWriter(stderr);
  return {
    data: out.line,
    say: err.line,
    canvas: () => canvasOf(stdout, asked),
    screen: stderr,
    environment: asked,
    flush: async () => {
      await Promise.all([out.flush(), err.flush()]);
    },
    lost: out.lost,
  };
}

function lineWriter(stream: NodeJS.WriteStream): {
  readonly line: (text: string) => void;
  readonly flush: () => Promise<void>;
  readonly lost: () => string | null;
} {
  let gone = false;
  let full: string | null = null;
  // EPIPE, EIO (a terminal that hung up): nobody is there to be told.
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    gone = true;
    if (code === "ENOSPC") full = "no room left on its disk";
    if (code === "EDQUOT") full = "its disk quota is used up";
  });
  return {
    lost: () => full,
    line: (text) => {
      if (!gone) stream.write(`${text}\n`);
    },
    flush: () =>
      new Promise((resolve) => {
        if (gone || stream.destroyed) resolve();
        else stream.write("", () => resolve());
      }),
  };
}

/** Numbers and names in columns, two spaces between, none at a line's end. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
