import type { Clock } from "../../src/domain/clock.ts";
import type { Port } from "../../src/domain/link.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import { memoryPair } from "../../src/link/memory.ts";

/**
 * A wire between a driver and an emulated instrument that does to the instrument's replies what bad cables, hubs and busy hosts do.
 *
 *   driver ─command→ [ noted ] ─────────────────────────────→ instrument
 *   driver ←pieces─ [ noted ] ←─ in order ←─ rough ←─ gathered ←─ instrument
 *
 * What reached the driver after each command is kept, for an oracle to judge. Delays run on the clock given; pieces never overtake one another.
 */
export interface RoughWire {
  /** The driver's end. */
  readonly host: Port;
  /** The instrument's end. */
  readonly device: Port;
  /** What is done to replies from now on. */
  rough: Rough;
  /** Commands since the start, oldest first, each with the bytes that were delivered until the next one. The first has no command. */
  readonly exchanges: Exchange[];
  /** Bytes to the driver that no instrument sent. */
  pour(bytes: Uint8Array): Promise<void>;
  /** The cable is pulled: the driver's chunks end. */
  pull(): void;
}

export interface Exchange {
  readonly command: Uint8Array;
  readonly delivered: Uint8Array[];
}

export interface Rough {
  /** A reply is what comes with no longer pause than this; null: every chunk is taken by itself, at once. */
  readonly gatherMs: number | null;
  /** What becomes of one reply. */
  readonly shape: (reply: Uint8Array) => readonly Piece[];
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** After the piece before it, or after the reply. */
  readonly waitMs: number;
}

export function roughWire(name: string, clock: Clock, rough: Rough = smooth): RoughWire {
  const [host, hostEnd] = memoryPair(name);
  const [device, deviceEnd] = memoryPair(name);
  const exchanges: Exchange[] = [{ command: new Uint8Array(), delivered: [] }];
  let gathered: Uint8Array[] = [];
  let generation = 0;
  let inOrder: Promise<void> = Promise.resolve();
  const deliver = async ({ bytes, waitMs }: Piece): Promise<void> => {
    if (waitMs > 0) await clock.sleep(waitMs);
    if (bytes.length > 0) exchanges.at(-1)!.delivered.push(bytes);
    await hostEnd.write(bytes);
  };
  const shape = (reply: Uint8Array): void => {
    for (const piece of wire.rough.shape(reply)) inOrder = inOrder.then(() => deliver(piece));
  };
  const gather = async (chunk: Uint8Array, gatherMs: number): Promise<void> => {
    gathered.push(chunk);
    const mine = ++generation;
    await clock.sleep(gatherMs);
    if (mine !== generation) return;
    const reply = joined(gathered);
    gathered = [];
    shape(reply);
  };
  const close = (): void => {
    void hostEnd.close();
    void deviceEnd.close();
  };
  const wire: RoughWire = {
    host: {
      ...host,
      write: (bytes) => {
        exchanges.push({ command: Uint8Array.from(bytes), delivered: [] });
        return host.write(bytes);
      },
    },
    device,
    rough,
    exchanges,
    pour: (bytes) => hostEnd.write(bytes),
    pull: close,
  };
  const carryReplies = async (): Promise<void> => {
    for await (const chunk of deviceEnd.chunks) {
      const { gatherMs } = wire.rough;
      if (gatherMs === null) shape(chunk);
      else void gather(chunk, gatherMs);
    }
    close();
  };
  const carryCommands = async (): Promise<void> => {
    for await (const chunk of hostEnd.chunks) await deviceEnd.write(chunk);
    close();
  };
  void carryReplies();
  void carryCommands();
  return wire;
}

const wholeReplyMs = 20;

export const smooth: Rough = { gatherMs: null, shape: (bytes) => [{ bytes, waitMs: 0 }] };

/** Every byte a chunk of its own, so long after the one before. */
export function byteByByte(waitMs = 0): Rough {
  return {
    gatherMs: null,
    shape: (reply) => Array.from(reply, (byte) => ({ bytes: Uint8Array.of(byte), waitMs })),
  };
}

/** Two chunks, cut before byte `at`, with a pause between them; a shorter reply stays whole. */
export function cutAt(at: number, waitMs: number): Rough {
  return {
    gatherMs: wholeReplyMs,
    shape: (reply) => [
      { bytes: reply.subarray(0, at), waitMs: 0 },
      { bytes: reply.subarray(at), waitMs: reply.length > at ? waitMs : 0 },
    ],
  };
}

/** All of a reply in one chunk, whatever chunks it was sent in: prompts glued to echoes, lines to lines. */
export const glued: Rough = { gatherMs: wholeReplyMs, shape: (bytes) => [{ bytes, waitMs: 0 }] };

export function delayed(waitMs: number): Rough {
  return { gatherMs: null, shape: (bytes) => [{ bytes, waitMs }] };
}

export const doubled: Rough = {
  gatherMs: wholeReplyMs,
  shape: (reply) => [{ bytes: joined([reply, reply]), waitMs: 0 }],
};

export const dropped: Rough = { gatherMs: null, shape: () => [] };

/** Random bytes before every reply, in the same chunk. */
export function afterGarbage(random: RandomStream): Rough {
  return {
    gatherMs: wholeReplyMs,
    shape: (reply) => [{ bytes: joined([garbage(random, 1 + random.nextBelow(24)), reply]), waitMs: 0 }],
  };
}

/** Some replies reach the driver changed: see `mutate`. */
export function mutating(random: RandomStream, share = 0.5): Rough {
  let before: Uint8Array = new Uint8Array();
  return {
    gatherMs: wholeReplyMs,
    shape: (reply) => {
      const bytes = random.nextFloat() < share ? mutate(reply, before, random) : reply;
      before = reply;
      return [{ bytes, waitMs: 0 }];
    },
  };
}

export function garbage(random: RandomStream, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.nextBelow(256));
}

/** One to three of: a bit flipped, a byte changed, gone, put in or said twice; the end cut off; garbage behind it; the reply before instead. */
export function mutate(reply: Uint8Array, before: Uint8Array, random: RandomStream): Uint8Array {
  let bytes = [...reply];
  for (let times = 1 + random.nextBelow(3); times > 0; times--) {
    const at = random.nextBelow(Math.max(1, bytes.length));
    const changes: readonly (() => void)[] = [
      () => (bytes[at] = (bytes[at] ?? 0) ^ (1 << random.nextBelow(8))),
      () => (bytes[at] = random.nextBelow(256)),
      () => bytes.splice(at, 1),
      () => bytes.splice(at, 0, random.nextBelow(256)),
      () => bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random.nextBelow(8))),
      () => bytes.splice(at),
      () => bytes.push(...garbage(random, 1 + random.nextBelow(16))),
      () => (bytes = [...before]),
    ];
    changes[random.nextBelow(changes.length)]!();
  }
  return Uint8Array.from(bytes);
}

export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}
