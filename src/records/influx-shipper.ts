import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { createDatabase, wordsOf } from "./influx-admin.ts";
import { readCursor, writeCursor } from "./influx-cursor.ts";
import { deliver } from "./influx-delivery.ts";
import type { Delivered, Refused } from "./influx-delivery.ts";
import { lineBatches } from "./influx-feed.ts";
import type { LineBatch } from "./influx-feed.ts";
import { createPoster } from "./influx-post.ts";
import { keepRefused } from "./influx-rejected.ts";
import type { InfluxServer } from "./influx-server.ts";
import type { Growth } from "./journal-reader.ts";
import type { Journal } from "./journal.ts";
import { LagGauge } from "./lag-gauge.ts";
import { overlapped } from "./overlapped.ts";

/**
 *   journal.jsonl (durable part) ─→ lines ─→ POST ─→ InfluxDB
 *                                     ↑        │ down, login, no database: the same batch again, later and later
 *                                     └ cursor ┘ refused for good: influx-rejected.lp, and on
 *
 * It reads behind the campaign and never stands in its way: it holds three batches at most whatever the server does, and
 * nothing that happens here is thrown at the run. While one batch is under way the next is made and sent; the cursor follows
 * in order.
 */
export interface Lag {
  /** Records in the journal whose points are not there yet. */
  readonly recordsBehind: number;
  readonly bytesBehind: number;
  /** Age of the oldest durable record that is not there yet. */
  readonly seconds: number;
  /** Points brought there by this process, and those that the server refused for good. */
  readonly delivered: number;
  readonly rejected: number;
  /** What stands in the way now; null when nothing does. */
  readonly lastError: string | null;
}

export interface Shipper {
  lag(): Lag;
  /** Resolves when all that is durable at this moment is there, or the shipper has ended. */
  caughtUp(): Promise<void>;
  /** After the journal was closed: waits until all is there, at most so long; then ends. Never throws. */
  finish(patienceMs: number): Promise<Lag>;
}

export interface ShipperOptions {
  readonly folder: string;
  readonly recordUuid: string;
  readonly journal: Journal;
  readonly server: InfluxServer;
  /** Make the database where it is missing; true where not told. */
  readonly mayCreate?: boolean;
  readonly backOff?: BackOff;
  /** Once something has become durable, wait so long for more to go with it; 100 where not told. */
  readonly gatherMs?: number;
}

/** Waits between tries double from the first to the longest. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

type Settled = Extract<Delivered, { kind: "delivered" }>;

export function startShipper(options: ShipperOptions): Shipper {
  const { folder, journal, server, recordUuid } = options;
  const backOff = options.backOff ?? { firstMs: 250, longestMs: 15_000 };
  const gauge = new LagGauge();
  const stopping = new AbortController();
  const poster = createPoster(server);
  const waiting = new Set<{ readonly offset: number; readonly resolve: () => void }>();
  let done = { seq: 0, offset: 0 };
  let delivered = 0;
  let rejected = 0;
  let lastError: string | null = null;
  let ended = false;

  const lag = (): Lag => {
    gauge.note(journal.durableOffset, performance.now());
    return {
      recordsBehind: Math.max(0, journal.records - done.seq),
      bytesBehind: Math.max(0, journal.durableOffset - done.offset),
      seconds: gauge.seconds(done.offset, performance.now()),
      delivered,
      rejected,
      lastError,
    };
  };
  const wake = (): void => {
    for (const waiter of waiting)
      if (ended || waiter.offset <= done.offset) {
        waiting.delete(waiter);
        waiter.resolve();
      }
  };

  const stopped = (): boolean => stopping.signal.aborted;

  /** What was delivered stays delivered when the disk refuses the cursor: it is only sent again after a restart. */
  const remember = async (refused: readonly Refused[]): Promise<string | null> => {
    try {
      await keepRefused(folder, refused);
      await writeCursor(folder, { server: server.name, record: recordUuid, ...done });
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  };

  /** Tries until the batch is there; null when the shipper is stopped before. */
  const bring = async (batch: LineBatch): Promise<Settled | null> => {
    for (let pauseMs = backOff.firstMs; ; pauseMs = Math.min(2 * pauseMs, backOff.longestMs)) {
      gauge.note(journal.durableOffset, performance.now());
      const result = await deliver(batch.lines, poster, stopping.signal);
      if (result.kind === "delivered") return result;
      if (stopped()) return null;
      lastError = obstacle(server, result);
      if (result.kind === "no_database" && options.mayCreate !== false) {
        const refusal = await createDatabase(server);
        if (refusal === null) continue;
        lastError = `${lastError} (tried to: ${refusal})`;
      }
      await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopped()) return null;
    }
  };
  const settle = async (batch: LineBatch, result: Settled | null): Promise<void> => {
    // What stands before it in the journal is there; what comes after a batch given up is not counted.
    if (result === null || batch.seq - batch.records !== done.seq) return;
    delivered += result.written;
    rejected += result.refused.reduce((sum, { lines }) => sum + lines.length, 0);
    done = { seq: batch.seq, offset: batch.offset };
    lastError = await remember(result.refused);
    wake();
  };

  /** A campaign makes some thousand small batches durable a second: each on its own would cost it a request. */
  const gathering: Growth = {
    get durableOffset() {
      return journal.durableOffset;
    },
    grown: async (offset, signal) => {
      const grown = await journal.grown(offset, signal);
      if (grown) await wait(options.gatherMs ?? 100, undefined, { signal }).catch(() => undefined);
      return grown;
    },
  };

  const run = async (): Promise<void> => {
    const cursor = await readCursor(folder, server.name, recordUuid);
    if (cursor !== null && cursor.seq <= journal.records && cursor.offset <= journal.durableOffset)
      done = { seq: cursor.seq, offset: cursor.offset };
    const feed = lineBatches(journal.path, recordUuid, {
      fromSeq: done.seq,
      follow: gathering,
      signal: stopping.signal,
    });
    await overlapped(feed, bring, settle);
  };

  const running = run()
    .catch((error: unknown) => {
      lastError = `InfluxDB gets no more points: ${wordsOf(error)}`;
    })
    .finally(() => {
      ended = true;
      poster.close();
      wake();
    });

  return {
    lag,
    caughtUp: () =>
      new Promise((resolve) => {
        waiting.add({ offset: journal.durableOffset, resolve });
        wake();
      }),
    finish: async (patienceMs) => {
      const patience = setTimeout(() => stopping.abort(), patienceMs);
      await running;
      clearTimeout(patience);
      return lag();
    },
  };
}

/** What stands in the way, and the line that mends it. Also what a replay ends with. */
export function obstacle(server: InfluxServer, result: Exclude<Delivered, { kind: "delivered" }>): string {
  switch (result.kind) {
    case "down":
      return `InfluxDB at ${server.name}: ${result.reason}`;
    case "login":
      return `InfluxDB at ${server.name} refuses the login (${result.reason}): set RADRIG_INFLUX_USER and RADRIG_INFLUX_PASSWORD to a user who may write there`;
    case "no_database":
      return `InfluxDB at ${server.name} has no database '${server.database}': make it with influx -execute 'CREATE DATABASE "${server.database}"'`;
  }
}
