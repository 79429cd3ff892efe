import type { Clock } from "../../domain/clock.ts";
import { nsPerMs } from "../../domain/clock.ts";
import type { Port } from "../../domain/link.ts";
import type { RandomStream } from "../../domain/random.ts";

/**
 * The UART shim of a SEM controller: no flow control, 32 bytes of receive FIFO, bytes at the configured pace both ways.
 *
 *   host ─chunks→ on the wire (10 bits a byte) ─→ FIFO (32, then lost) ─→ line     line ─echo→ host
 *   host ←─── paced ──── report of the controller, which stands still until it is out (PG036 Sources-of-Additional-Latency)
 */
export interface SemUart {
  /** A whole command, as soon as its CR has come and was echoed; null: there is none yet, and `wake` is called when bytes come. One that does not listen takes no notice. */
  line(listens: boolean): Promise<string | null>;
  /** Resolves when all of it is on its way. */
  say(text: string): Promise<void>;
  /** Bytes that found the FIFO full. */
  readonly lost: number;
  readonly ended: boolean;
}

export interface UartQuirks {
  readonly baud: number;
  readonly echo: boolean;
  /** Of a hundred blocks sent, so many have one byte that is another. */
  readonly garbagePercent: number;
  readonly lostCrPercent: number;
}

const fifoBytes = 32;
/** Nothing that a command could be is longer. */
const mostCharacters = 64;
/** Sent as one chunk: a report is paced in pieces of this size. */
const blockBytes = 128;
const carriageReturn = 0x0d;

export function semUart(
  port: Port,
  quirks: UartQuirks,
  clock: Clock,
  random: RandomStream,
  wake: () => void,
): SemUart {
  const msPerByte = 10_000 / quirks.baud;
  /** Not yet at the FIFO. */
  const wire: { readonly byte: number; readonly atNs: number }[] = [];
  const fifo: number[] = [];
  let typed = "";
  let lineFreeNs = 0;
  const state = { lost: 0, ended: false };

  const listen = async (): Promise<void> => {
    for await (const chunk of port.chunks) {
      for (const byte of chunk) {
        lineFreeNs = Math.max(lineFreeNs, clock.nowNs()) + msPerByte * nsPerMs;
        wire.push({ byte, atNs: lineFreeNs });
      }
      wake();
    }
    state.ended = true;
    wake();
  };
  void listen();

  /** What came while the controller was at other work. */
  const receive = (): void => {
    const nowNs = clock.nowNs();
    while (wire.length > 0 && wire[0]!.atNs <= nowNs) {
      const { byte } = wire.shift()!;
      if (fifo.length < fifoBytes) fifo.push(byte);
      else state.lost++;
    }
  };

  const write = (text: string): Promise<void> => port.write(Buffer.from(text, "latin1"));

  return {
    get lost() {
      return state.lost;
    },
    get ended() {
      return state.ended;
    },
    line: async (listens) => {
      receive();
      // From now on the controller takes each byte as it comes.
      const waiting = [...fifo, ...wire.map(({ byte }) => byte)];
      const end = waiting.indexOf(carriageReturn);
      const count = end === -1 ? waiting.length : end + 1;
      if (count === 0) return null;
      const inFifo = Math.min(count, fifo.length);
      const last = count > inFifo ? wire[count - inFifo - 1]! : null;
      fifo.splice(0, inFifo);
      wire.splice(0, count - inFifo);
      if (last !== null) await clock.sleep((last.atNs - clock.nowNs()) / nsPerMs);
      const taken = Buffer.from(waiting.slice(0, count)).toString("latin1");
      if (listens && quirks.echo) await write(taken);
      typed = (typed + taken).slice(-mostCharacters);
      if (end === -1) return null;
      const line = typed.slice(0, -1);
      typed = "";
      return line;
    },
    say: async (text) => {
      for (let from = 0; from < text.length && !state.ended; from += blockBytes) {
        const block = text.slice(from, from + blockBytes);
        await clock.sleep(block.length * msPerByte);
        await write(spoilt(block, quirks, random));
      }
    },
  };
}

function spoilt(text: string, { garbagePercent, lostCrPercent }: UartQuirks, random: RandomStream): string {
  let out = text;
  if (garbagePercent > 0 && random.nextFloat() * 100 < garbagePercent) {
    const at = random.nextBelow(out.length);
    out = `${out.slice(0, at)}${String.fromCharCode(random.nextBelow(256))}${out.slice(at + 1)}`;
  }
  if (lostCrPercent > 0 && random.nextFloat() * 100 < lostCrPercent) out = out.replace("\r", "");
  return out;
}
