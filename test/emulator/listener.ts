import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { Answer, Garbled, Message, MessageOf, Payload } from "../../firmware-protocol/messages.ts";
import type { Port } from "../../src/domain/link.ts";
import { linesOf } from "../../src/link/lines.ts";

/** The host's end of a port in a test: says commands, keeps all lines and bytes, waits for a message. */
export interface Listener {
  readonly lines: readonly string[];
  readonly heard: readonly (Message | Garbled)[];
  readonly bytes: () => number;
  readonly ended: Promise<void>;
  say(payload: Payload, boot?: number): Promise<number>;
  /** The first message of this name after those it gave before, whenever it comes. */
  next<N extends Payload["name"]>(name: N, where?: (message: MessageOf<N>) => boolean): Promise<MessageOf<N>>;
  /** The first that fits, of whatever name, after those given before. */
  nextThat(fits: (message: Message) => boolean): Promise<Message>;
  /** The answer to the command of this number. */
  answer(re: number): Promise<Message & Answer>;
  close(): Promise<void>;
}

export function listenOn(port: Port): Listener {
  const link = linesOf(port);
  const lines: string[] = [];
  const heard: (Message | Garbled)[] = [];
  const waiting = new Set<() => void>();
  const given = new Set<object>();
  let seq = 0;
  let over = false;
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const listen = async (): Promise<void> => {
    for await (const batch of link.batches) {
      lines.push(...batch);
      heard.push(...batch.map(decode));
      wakeAll();
    }
    over = true;
    wakeAll();
  };
  const nextThat = async (fits: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      for (const message of heard) {
        if (message.kind === "garbled" || given.has(message) || !fits(message)) continue;
        given.add(message);
        return message;
      }
      if (over) throw new Error(`the port closed before it came; last: ${lines.slice(-3).join(" | ")}`);
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return {
    lines,
    heard,
    bytes: () => link.counts().bytesIn,
    ended: listen(),
    say: async (payload, boot = 0) => {
      await link.write([encode({ seq: ++seq, boot, uptimeMs: seq }, payload)]);
      return seq;
    },
    next: async (name, where = () => true) => {
      type Wanted = MessageOf<typeof name>;
      return (await nextThat((message) => message.name === name && where(message as Wanted))) as Wanted;
    },
    nextThat,
    answer: async (re) => {
      for (;;) {
        for (const message of heard) if (message.kind === "a" && message.re === re) return message;
        if (over) throw new Error(`the port closed before command ${re} was answered`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    close: () => link.close(),
  };
}
