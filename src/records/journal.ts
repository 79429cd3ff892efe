import type { FileHandle } from "node:fs/promises";
import { mkdir, open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { Rec } from "../domain/records.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Place, StampedRec } from "./journal-line.ts";
import { beginning, longestLineBytes, printLine, stamp } from "./journal-line.ts";
import type { Growth } from "./journal-reader.ts";
import { openForReading } from "./journal-reader.ts";
import { judgeTail, placeOf } from "./journal-scan.ts";
import { codeOf, storageError } from "./storage-error.ts";
import { setTornAside } from "./torn-tail.ts";
import { syncFolder } from "./write-atomically.ts";
import type { WriterLock } from "./writer-lock.ts";
import { lockForWriting } from "./writer-lock.ts";

/**
 * The truth of a campaign (law 2).
 *
 *   records ─append→ stamped, chained lines ─group commit→ journal.jsonl ─→ readers, no further than it is durable
 */
export interface Journal extends Growth {
  readonly path: string;
  /** Lines in it, durable or not. */
  readonly records: number;
  /** Time of the last line; -1 where there is none. */
  readonly lastNs: number;
  /**
   * Numbers the records and takes them; a time that is not later than the last becomes 1 ns later than that. On disk within a second,
   * or as soon as `durable` is asked for. RigError `storage` once the disk has failed: nothing more is taken then.
   */
  append(records: readonly Rec[]): readonly StampedRec[];
  /** Resolves when all that was appended so far is on disk. Everybody who waits shares one write and one fdatasync. */
  durable(): Promise<void>;
  /** Makes all durable and lets the next writer in. */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** Held while real work is under way (law 4). */
  readonly clock?: Clock;
}

export interface OpenedJournal {
  readonly journal: Journal;
  readonly records: number;
  /** Bytes of a write cut short, which were moved to `tornFile`; 0 and null where the journal was whole. */
  readonly tornBytes: number;
  readonly tornFile: string | null;
}

export function journalPath(folder: string): string {
  return join(folder, "journal.jsonl");
}

/** A new journal in this folder, which is made if need be; RigError `config` where there is one already. */
export async function createJournal(folder: string, options: JournalOptions = {}): Promise<Journal> {
  const path = journalPath(folder);
  try {
    const made = await mkdir(folder, { recursive: true });
    const lock = await lockForWriting(`${path}.lock`);
    try {
      const file = await open(path, "ax");
      await syncFolder(folder);
      if (made !== undefined) await syncUpTo(folder, dirname(resolve(made)));
      return journalOn(file, path, beginning, lock, options);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (codeOf(error) === "EEXIST")
      throw new RigError(
        "config",
        `${folder} already holds a journal: give --out another folder, or go on with it by --resume ${folder}`,
      );
    throw storageError(path, error);
  }
}

/**
 * The journal of this folder, to go on with. A torn tail is set aside in `raw/torn-N.bin`; damage is RigError
 * `journal_unreadable` and changes nothing. All that stands in the file is durable afterwards.
 */
export async function openJournal(folder: string, options: JournalOptions = {}): Promise<OpenedJournal> {
  const path = journalPath(folder);
  await (await openForReading(path)).close();
  const lock = await lockForWriting(`${path}.lock`);
  try {
    const file = await open(path, "r+");
    let tornFile: string | null = null;
    let place: Place;
    let tornBytes: number;
    try {
      const { size } = await file.stat();
      place = await placeOf(file, size);
      tornBytes = (await judgeTail(file, path, place, size)).bytes;
      if (tornBytes > 0) tornFile = await setTornAside(file, place.offset, tornBytes, folder);
      await file.sync();
    } finally {
      await file.close();
    }
    const journal = journalOn(await open(path, "a"), path, place, lock, options);
    return { journal, records: place.seq, tornBytes, tornFile };
  } catch (error) {
    await lock.release();
    throw storageError(path, error);
  }
}

function journalOn(
  file: FileHandle,
  path: string,
  from: Place,
  lock: WriterLock,
  options: JournalOptions,
): Journal {
  const commit = new GroupCommit(file, { path, offset: from.offset, clock: options.clock ?? null });
  let { seq, crc, tNs } = from;
  return {
    path,
    get records() {
      return seq;
    },
    get lastNs() {
      return tNs;
    },
    get durableOffset() {
      return commit.durableOffset;
    },
    grown: (offset, signal) => commit.grown(offset, signal),
    durable: () => commit.durable(),
    append: (records) => {
      if (records.length === 0) return [];
      let text = "";
      const before = { seq, crc, tNs };
      try {
        const stamped = records.map((record) => {
          const one = stamp(record, seq, tNs);
          const { line, crc: own } = printLine(one, crc);
          if (line.length > longestLineBytes / 4) throw tooLong(path, record, line.length);
          text += line;
          [seq, crc, tNs] = [seq + 1, own, one.tNs];
          return one;
        });
        commit.take(text);
        return stamped;
      } catch (error) {
        // What was not taken has no number.
        ({ seq, crc, tNs } = before);
        throw error;
      }
    },
    close: async () => {
      try {
        await commit.close();
      } finally {
        await lock.release();
      }
    },
  };
}

function tooLong(path: string, record: Rec, length: number): RigError {
  return new RigError(
    "storage",
    `${path}: a ${record.type} record of ${length} characters is longer than any reader takes (${longestLineBytes / 4})`,
  );
}

/** Makes the names of freshly made folders durable: from the innermost to the one that was there before. */
async function syncUpTo(folder: string, last: string): Promise<void> {
  for (let at = resolve(folder); at !== last; at = dirname(at)) await syncFolder(dirname(at));
}
