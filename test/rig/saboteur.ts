import type { OpenPort, Port } from "../../src/domain/link.ts";
import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { Message } from "../../firmware-protocol/messages.ts";

/** What becomes of one message on its way: itself changed, several, or none. */
export type Sabotage = (message: Message) => readonly Message[];
export interface Saboteur {
  readonly fromBoard?: Sabotage;
  readonly toBoard?: Sabotage;
  /** Whole lines, whatever they are, on their way to the board. */
  readonly linesToBoard?: (line: string) => readonly string[];
}

/** A board with a fault: what it says or hears passes through the saboteur. Lines are numbered anew, unless one is dropped or doubled on purpose by `seq`. */
export function sabotaged(open: OpenPort, saboteur: () => Saboteur): OpenPort {
  const { fromBoard, toBoard, linesToBoard } = saboteur();
  return async (signal) => {
    const port = await open(signal);
    const through = (sabotage: Sabotage | undefined, lines: readonly string[]): string =>
      lines
        .flatMap((line) => {
          const message = decode(line);
          if (sabotage === undefined || message.kind === "garbled") return [line];
          return sabotage(message).map((changed) => encode(changed, changed));
        })
        .map((line) => `${line}\n`)
        .join("");
    const toPort = splitter((lines) =>
      through(toBoard, linesToBoard === undefined ? lines : lines.flatMap(linesToBoard)),
    );
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      const fromPort = splitter((lines) => through(fromBoard, lines));
      for await (const chunk of port.chunks) yield fromPort(chunk);
    };
    const faulty: Port = { ...port, chunks: chunks(), write: (bytes) => port.write(toPort(bytes)) };
    return faulty;
  };
}

function splitter(convert: (lines: readonly string[]) => string): (bytes: Uint8Array) => Buffer {
  let held = "";
  return (bytes) => {
    const lines = (held + Buffer.from(bytes).toString("latin1")).split("\n");
    held = lines.pop()!;
    return Buffer.from(convert(lines), "latin1");
  };
}

/** A saboteur that changes the messages of one name. */
export function change<N extends Message["name"]>(
  name: N,
  how: (message: Extract<Message, { readonly name: N }>) => object | null,
): Sabotage {
  return (message) => {
    if (message.name !== name) return [message];
    const changes = how(message as Extract<Message, { readonly name: N }>);
    return changes === null ? [] : [{ ...message, ...changes }];
  };
}
