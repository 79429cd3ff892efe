import { pointMaker } from "./influx-points.ts";
import type { Growth } from "./journal-reader.ts";
import { readBatches } from "./journal-reader.ts";
import type { Lines } from "./line-batch.ts";
import { LineBuilder } from "./line-batch.ts";
import { toLine } from "./line-protocol.ts";

/**
 *   journal.jsonl ─records→ points ─→ lines, up to 5,000 at a time
 *
 * The journal is read from its beginning even when points up to some record are there already: what a run is stands in its start.
 */
export interface LineBatch {
  readonly lines: Lines;
  /** Records whose points are in it or were skipped with it. */
  readonly records: number;
  /** Of the journal, behind the last of them. */
  readonly offset: number;
  readonly seq: number;
}

export interface FeedOptions {
  /** Records before this one are there already. */
  readonly fromSeq: number;
  readonly follow?: Growth;
  readonly signal?: AbortSignal;
}

/** A body of about 1.2 MB: larger ones are no faster, and more is to be sent again when one fails. */
export const linesAtOnce = 5000;

export async function* lineBatches(
  path: string,
  recordUuid: string,
  options: FeedOptions,
): AsyncGenerator<LineBatch, void> {
  const { follow, signal, fromSeq } = options;
  const maker = pointMaker(recordUuid);
  const builder = new LineBuilder();
  let begun = fromSeq;
  let last = { offset: 0, seq: 0 };
  const batch = (): LineBatch => {
    const made = { lines: builder.take(), records: last.seq - begun, offset: last.offset, seq: last.seq };
    begun = last.seq;
    return made;
  };
  const reading = {
    ...(follow === undefined ? {} : { follow }),
    ...(signal === undefined ? {} : { signal }),
  };
  for await (const { records, next } of readBatches(path, reading)) {
    for (const record of records) {
      const points = maker.points(record);
      if (record.seq >= fromSeq) for (const point of points) builder.add(toLine(point));
    }
    last = next;
    const caughtUp = follow !== undefined && next.offset >= follow.durableOffset;
    if (last.seq > begun && (caughtUp || builder.count >= linesAtOnce)) yield batch();
  }
  if (last.seq > begun) yield batch();
}
