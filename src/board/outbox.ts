import { encode } from "../../firmware-protocol/codec.ts";
import type { Payload } from "../../firmware-protocol/messages.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Link } from "../domain/link.ts";

/**
 * Lines on their way out. All that arise in one turn go as one write; while a write is held up, lines wait, and beyond
 * `mostWaiting` they are dropped: a board must not stand still because nobody reads (PROTOCOL.md, "Bounds and robustness").
 * A dropped line has used up its number, so the host sees that it is missing.
 */
export interface Outbox {
  send(payload: Payload): void;
  /** Resolves when everything sent so far is with the link, or the link is gone. */
  flushed(): Promise<void>;
  uptimeMs(): number;
}

const mostWaiting = 4096;
const uptimeRange = 2 ** 40;

export function outbox(link: Link, clock: Clock, boot: number): Outbox {
  const startNs = clock.nowNs();
  const uptimeMs = (): number => Math.floor((clock.nowNs() - startNs) / nsPerMs) % uptimeRange;
  // The empty line ends whatever the reset tore (PROTOCOL.md, "Lines").
  let waiting: string[] = [""];
  let seq = 0;
  let writing: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    await Promise.resolve();
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      await link.write(lines);
    }
    writing = null;
  };
  return {
    send: (payload) => {
      seq = (seq + 1) >>> 0;
      if (waiting.length >= mostWaiting) return;
      waiting.push(encode({ seq, boot, uptimeMs: uptimeMs() }, payload));
      writing ??= drain();
    },
    flushed: () => writing ?? Promise.resolve(),
    uptimeMs,
  };
}
