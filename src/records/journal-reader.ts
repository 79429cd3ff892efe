import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { RigError } from "../domain/errors.ts";
import type { Place, StampedRec } from "./journal-line.ts";
import { beginning } from "./journal-line.ts";
import type { VerifiedLine } from "./journal-scan.ts";
import { judgeTail, verifiedLines } from "./journal-scan.ts";
import { judgeShape } from "./record-shapes.ts";
import { codeOf } from "./storage-error.ts";
import { recordVersion } from "../domain/record-version.ts";

/**
 *   journal.jsonl ─verified lines→ shape ─→ batches of records (some hundred at a time, never the whole file)
 *
 * What comes out is of the type it claims. A type that this version does not know comes as a warning in its place, so that
 * journals of newer versions can be read; a torn tail ends the journal at its last whole line; damage is RigError
 * `journal_unreadable`.
 */
export interface ReadOptions {
  /** A place told by an earlier batch; the records before it are not read. */
  readonly from?: Place;
  /** Read on as the journal grows, no further than it is durable, until it is closed. */
  readonly follow?: Growth;
  readonly signal?: AbortSignal;
  /** Told at the end when bytes of a write cut short stand behind the last line. */
  readonly onTorn?: (bytes: number) => void;
}

/** A journal that is being written, seen from behind. */
export interface Growth {
  /** Bytes that are on disk for certain. */
  readonly durableOffset: number;
  /** True as soon as more than `offset` bytes are durable; false when it is closed or the signal aborts before. */
  grown(offset: number, signal?: AbortSignal): Promise<boolean>;
}

export interface JournalBatch {
  readonly records: readonly StampedRec[];
  /** Where the next batch begins. */
  readonly next: Place;
}

export async function* readJournal(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<readonly StampedRec[], void> {
  for await (const { records } of readBatches(path, options)) yield records;
}

export async function* readBatches(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<JournalBatch, void> {
  const { follow, signal } = options;
  const file = await openForReading(path);
  try {
    let place = options.from ?? beginning;
    for (;;) {
      const limit = follow === undefined ? (await file.stat()).size : follow.durableOffset;
      const steps = verifiedLines(file, place, limit);
      for (;;) {
        const step = await steps.next();
        if (step.done === true) {
          place = step.value;
          break;
        }
        if (signal?.aborted === true) return;
        yield { records: recordsOf(step.value.lines, path), next: step.value.next };
      }
      const tail = await judgeTail(file, path, place, limit);
      if (follow === undefined) {
        if (tail.kind === "torn") options.onTorn?.(tail.bytes);
        return;
      }
      if (tail.kind === "torn") throw notDurable(path, place);
      if (!(await follow.grown(place.offset, signal))) return;
    }
  } finally {
    await file.close();
  }
}

export async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    const what = codeOf(error) === "ENOENT" ? "there is no such file" : String(error);
    throw new RigError(
      "journal_unreadable",
      `${path}: ${what}: give the folder of a record, which holds journal.jsonl`,
      { cause: error },
    );
  }
}

function recordsOf(lines: readonly VerifiedLine[], path: string): StampedRec[] {
  return lines.map(({ record }) => {
    refuseOtherVersion(record, path);
    const judged = judgeShape(record);
    if (judged === "known") return record as unknown as StampedRec;
    if (judged === "unknown") return passedOver(record);
    const line = Number(record["seq"]) + 1;
    throw new RigError(
      "journal_unreadable",
      `${path}:${line}: ${String(record["type"])}.${judged.wrong}: it was written by another version of radrig, or by hand: read it with the one that wrote it`,
    );
  });
}

/** Of another version nothing is guessed: what its words meant then is for the program of then. */
function refuseOtherVersion(record: Readonly<Record<string, unknown>>, path: string): void {
  const { type, schemaVersion, tool } = record;
  if (type !== "campaign_start" || typeof schemaVersion !== "number" || schemaVersion === recordVersion)
    return;
  const writer = typeof tool === "string" ? tool.slice(0, 60) : "another radrig";
  throw new RigError(
    "journal_unreadable",
    `${path}:1: this record is of version ${schemaVersion}, written by ${writer}; this radrig reads version ${recordVersion}: read it with the one that wrote it`,
  );
}

function passedOver(record: Readonly<Record<string, unknown>>): StampedRec {
  const type = JSON.stringify(record["type"]).slice(0, 60);
  return {
    type: "note",
    seq: record["seq"] as number,
    tNs: record["tNs"] as number,
    run: null,
    level: "warning",
    text: `a record of the type ${type}, which this version does not know, was passed over`,
  };
}

function notDurable(path: string, { seq, offset }: Place): RigError {
  return new RigError(
    "journal_unreadable",
    `${path}:${seq + 1}: the line at byte ${offset} was durable and is no longer whole: the disk lost what it had promised; copy the folder to another disk`,
  );
}
