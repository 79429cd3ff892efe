import { open } from "node:fs/promises";
import { RigError } from "../domain/errors.ts";
import { createDatabase } from "./influx-admin.ts";
import { deliver } from "./influx-delivery.ts";
import { lineBatches } from "./influx-feed.ts";
import { createPoster } from "./influx-post.ts";
import { keepRefused, rejectedPath } from "./influx-rejected.ts";
import type { InfluxServer } from "./influx-server.ts";
import { obstacle } from "./influx-shipper.ts";
import { openForReading } from "./journal-reader.ts";
import { journalPath } from "./journal.ts";
import { overlapped } from "./overlapped.ts";
import { recordUuid } from "./record-folder.ts";

/**
 * Brings a whole record to a server: the same points however often it is done, and the same that a shipper brought while the
 * record was made. A server that cannot be reached ends it with RigError `environment`: done again, it does no harm.
 */
export interface Replayed {
  readonly server: string;
  readonly record: string;
  readonly records: number;
  readonly points: number;
  /** Points that the server refused for good; they stand in `rejectedFile`. */
  readonly rejected: number;
  readonly rejectedFile: string | null;
  readonly reason: string | null;
}

export interface ReplayOptions {
  /** Make the database where it is missing; true where not told. */
  readonly mayCreate?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (points: number) => void;
}

export async function replayRecord(
  folder: string,
  server: InfluxServer,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const record = await recordUuid(folder);
  const path = journalPath(folder);
  await makeDurable(path);
  const poster = createPoster(server);
  let records = 0;
  let points = 0;
  let rejected = 0;
  let reason: string | null = null;
  try {
    await overlapped(
      lineBatches(path, record, { fromSeq: 0 }),
      async ({ lines }) => {
        const result = await deliver(lines, poster, options.signal);
        if (result.kind !== "no_database" || options.mayCreate === false) return result;
        return (await createDatabase(server)) === null ? deliver(lines, poster, options.signal) : result;
      },
      async (batch, result) => {
        if (result.kind !== "delivered") throw new RigError("environment", obstacle(server, result));
        records += batch.records;
        points += result.written;
        rejected += result.refused.reduce((sum, { lines }) => sum + lines.length, 0);
        reason ??= result.refused[0]?.reason ?? null;
        await keepRefused(folder, result.refused);
        options.progress?.(points);
      },
    );
  } finally {
    poster.close();
  }
  return {
    server: server.name,
    record,
    records,
    points,
    rejected,
    rejectedFile: rejected > 0 ? rejectedPath(folder) : null,
    reason,
  };
}

/** No point may outlive its record: what a process that was killed had written may not be on disk yet. */
async function makeDurable(path: string): Promise<void> {
  await (await openForReading(path)).close();
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
