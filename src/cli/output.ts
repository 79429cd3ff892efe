/**
 * Data goes to standard output, all else to standard error, so that `radrig … --json | jq` works whatever is said beside.
 * A reader that goes away (`| head`) ends what is printed and nothing else: a campaign runs on, and its record is whole.
 */
export interface Output {
  /** A line or several of data. */
  readonly data: (text: string) => void;
  /** A line of news for the person at the terminal. */
  readonly say: (text: string) => void;
  /** Whether colour and lines that are drawn again are welcome on standard error, and on standard output. */
  readonly style: { readonly stdout: boolean; readonly stderr: boolean };
  /** Everything written so far is out, or nobody reads it any more. */
  readonly flush: () => Promise<void>;
}

export function createOutput(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
  colour: boolean,
): Output {
  const wanted = colour && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  const out = lineWriter(stdout);
  const err = lineWriter(stderr);
  return {
    data: out.line,
    say: err.line,
    style: { stdout: wanted && isTerminal(stdout), stderr: wanted && isTerminal(stderr) },
    flush: async () => {
      await Promise.all([out.flush(), err.flush()]);
    },
  };
}

/** Node leaves the property out where the stream is a file or a pipe. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}

function lineWriter(stream: NodeJS.WriteStream): {
  readonly line: (text: string) => void;
  readonly flush: () => Promise<void>;
} {
  let gone = false;
  // EPIPE, EIO (a terminal that hung up): nobody is there to be told.
  stream.on("error", () => (gone = true));
  return {
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

/** Numbers and names in columns, two spaces between, the last column unpadded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!))).join("  "),
    )
    .join("\n");
}
